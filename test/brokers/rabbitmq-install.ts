/** Which RabbitMQ is run, and how: the machine's own, or that of another Debian in a root folder (root-folder.sh). */
import { execFile } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { rabbitEnvironment } from './rabbitmq-config.ts';
import type { RabbitPorts } from './rabbitmq.ts';

export interface RabbitInstall {
  /** Absent where the folder's name does not tell. */
  readonly version: string | undefined;
  /** The folder with `sbin/`, as a process inside of `root` sees it. */
  readonly home: string;
  readonly root: string | undefined;
}

/** Where Debian and Ubuntu install it. */
const INSTALLED = '/usr/lib/rabbitmq/lib';

export function isRabbitMQInstalled(): boolean {
  return find() !== undefined;
}

/** Where MQWARDEN_RABBITMQ_HOME says, else the newest server of the root folder MQWARDEN_RABBITMQ_ROOT or of this machine. */
export function installedRabbitMQ(root = set('MQWARDEN_RABBITMQ_ROOT')): RabbitInstall {
  const install = find(root);
  if (install !== undefined) return install;
  throw new Error(
    root === undefined
      ? `no RabbitMQ under ${INSTALLED}: run "npm run setup", or set MQWARDEN_RABBITMQ_HOME to one`
      : `no RabbitMQ under ${join(root, INSTALLED)}: test/brokers/root-folder.sh makes such a root folder`,
  );
}

function find(root = set('MQWARDEN_RABBITMQ_ROOT')): RabbitInstall | undefined {
  const home = set('MQWARDEN_RABBITMQ_HOME') ?? newest(root);
  return home === undefined ? undefined : { home, root, version: /rabbitmq_server-(.+)$/.exec(home)?.[1] };
}

function newest(root = '/'): string | undefined {
  const folder = join(root, INSTALLED);
  const name = (existsSync(folder) ? readdirSync(folder) : [])
    .filter((entry) => entry.startsWith('rabbitmq_server-'))
    .sort((a, b) => a.localeCompare(b, 'en', { numeric: true }))
    .at(-1);
  return name === undefined ? undefined : join(INSTALLED, name);
}

function set(name: string): string | undefined {
  const value = process.env[name];
  return value === '' ? undefined : value;
}

/** The command line that runs `command` where this RabbitMQ is. */
export function within({ root }: RabbitInstall, command: string, args: readonly string[] = []) {
  if (root === undefined) return { command, args };
  return { command: 'sh', args: [join(import.meta.dirname, 'in-root.sh'), root, tmpdir(), command, ...args] };
}

export async function rabbitmqctl(
  install: RabbitInstall,
  paths: Parameters<typeof rabbitEnvironment>[0],
  ports: RabbitPorts,
  args: readonly string[],
): Promise<string> {
  const tool = within(install, join(install.home, 'sbin/rabbitmqctl'), ['--quiet', ...args]);
  try {
    const { stdout } = await promisify(execFile)(tool.command, tool.args, {
      cwd: paths.folder,
      env: { PATH: process.env['PATH'], LANG: 'C.UTF-8', ...rabbitEnvironment(paths, ports) },
      timeout: 60_000,
    });
    return stdout;
  } catch (error) {
    // Not the error itself: it quotes the command line, and with it a password.
    const output = error as { stdout?: string; stderr?: string; code?: unknown };
    const said = `${output.stdout ?? ''}${output.stderr ?? ''}`.trim();
    throw new Error(`rabbitmqctl ${args[0] ?? ''} ended with ${String(output.code)}: ${said}`);
  }
}
