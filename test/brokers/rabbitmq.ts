/**
 * A real RabbitMQ as a native process: AMQPS and HTTPS on free loopback ports, in a temporary folder, hardened as
 * the security checklist asks (no plaintext listener, no guest, client certificate demanded).
 */
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type Authority,
  type IssuedFiles,
  type IssueOptions,
  createAuthority,
  writeIssued,
} from './certificates.ts';
import { namedPorts } from './ports.ts';
import { type BrokerProcess, removeFolder, startProcess, temporaryFolder, untilReady } from './process.ts';
import { PLUGINS, type RabbitPaths, rabbitConfig, rabbitEnvironment } from './rabbitmq-config.ts';

export interface RabbitOptions {
  /** Whether the AMQPS listener refuses clients without a certificate; default `required`, as the checklist asks. */
  readonly clientCertificates?: 'required' | 'optional';
  /** Lines added to rabbitmq.conf, for tests of what an audit must find. */
  readonly extraConfig?: readonly string[];
  readonly plugins?: readonly string[];
  /** The server certificate has expired. */
  readonly expiredCertificate?: boolean;
  /** Where RabbitMQ is installed (the folder with `sbin/`); default the newest under /usr/lib/rabbitmq/lib. */
  readonly home?: string;
  readonly startTimeoutMs?: number;
}

export interface Credentials {
  readonly username: string;
  readonly password: string;
}

export interface RabbitPorts {
  readonly amqps: number;
  readonly management: number;
  readonly epmd: number;
  readonly distribution: number;
}

export interface RabbitMQ {
  readonly name: string;
  readonly version: string;
  /** `https://localhost:port`, the management API without a path. */
  readonly managementUrl: string;
  /** `amqps://localhost:port`, without credentials or vhost. */
  readonly amqpsUrl: string;
  readonly ca: string;
  readonly caFile: string;
  readonly caKey: string;
  /** Everything it wrote; `logFile` is where. */
  readonly folder: string;
  readonly logFile: string;
  readonly admin: Credentials;
  readonly ports: RabbitPorts;
  clientCertificate(commonName: string, options?: IssueOptions): Promise<IssuedFiles>;
  log(): string;
  /** Orderly shutdown and start again: same ports, same data; 10 s. */
  restart(): Promise<void>;
  /** SIGKILL, folder kept: what a crashed broker looks like to a client. `restart()` brings it back. */
  kill(): Promise<void>;
  /** Ends it and removes its folder. */
  stop(): Promise<void>;
}

const INSTALLED = '/usr/lib/rabbitmq/lib';

export async function startRabbitMQ(options: RabbitOptions = {}): Promise<RabbitMQ> {
  const home = options.home ?? installedRabbitMQ();
  const name = `RabbitMQ ${/rabbitmq_server-(.+)$/.exec(home)?.[1] ?? `at ${home}`}`;
  const folder = temporaryFolder('mqwarden-rabbitmq-');
  const ports = await namedPorts('amqps', 'management', 'epmd', 'distribution');
  const authority = await createAuthority('mqwarden test CA of RabbitMQ');
  const admin = { username: 'admin', password: randomBytes(18).toString('hex') };
  const paths = await writeFiles(folder, authority, ports, admin, options);

  let processes: readonly BrokerProcess[] = [];
  const start = async (): Promise<void> => {
    processes = startProcesses(name, home, paths, ports);
    const [server] = processes;
    if (server === undefined) throw new Error('no process was started');
    // Written after every listener is up, also the one of the management plugin.
    const serving = () => server.said('Server startup complete');
    try {
      await untilReady(name, server, serving, options.startTimeoutMs);
    } catch (error) {
      await killAll();
      removeFolder(folder);
      throw error;
    }
  };
  const killAll = async (): Promise<void> => {
    await Promise.all(processes.map((one) => one.kill()));
  };
  await start();
  return {
    name,
    version: /rabbitmq_server-(.+)$/.exec(home)?.[1] ?? versionInLog(processes[0]?.log() ?? ''),
    managementUrl: `https://localhost:${ports.management}`,
    amqpsUrl: `amqps://localhost:${ports.amqps}`,
    ca: authority.ca,
    caFile: paths.ca,
    caKey: authority.caKey,
    folder,
    logFile: paths.log,
    admin,
    ports,
    clientCertificate: clientCertificates(authority, folder),
    log: () => processes[0]?.log() ?? '',
    restart: async () => {
      await processes[0]?.terminate();
      await killAll();
      await start();
    },
    kill: killAll,
    stop: async () => {
      await killAll();
      removeFolder(folder);
    },
  };
}

/** Certificates by common name, each written once to the broker's folder. */
export function clientCertificates(
  authority: Authority,
  folder: string,
): (commonName: string, options?: IssueOptions) => Promise<IssuedFiles> {
  return async (commonName, options = {}) => {
    const suffix = randomBytes(4).toString('hex');
    const issued = await authority.client(commonName, options);
    return writeIssued(folder, `client-${commonName.replaceAll(/[^\w.-]/g, '_')}-${suffix}`, issued);
  };
}

export function isRabbitMQInstalled(): boolean {
  return findRabbitMQ() !== undefined;
}

/** Where MQWARDEN_RABBITMQ_HOME says, or the newest server where Debian and Ubuntu install it. */
function installedRabbitMQ(): string {
  const home = findRabbitMQ();
  if (home !== undefined) return home;
  throw new Error(
    `no RabbitMQ under ${INSTALLED}: run "npm run setup", or set MQWARDEN_RABBITMQ_HOME to one`,
  );
}

function findRabbitMQ(): string | undefined {
  const named = process.env['MQWARDEN_RABBITMQ_HOME'];
  if (named !== undefined && named !== '') return named;
  const entries = existsSync(INSTALLED) ? readdirSync(INSTALLED) : [];
  const newest = entries
    .filter((entry) => entry.startsWith('rabbitmq_server-'))
    .sort((a, b) => a.localeCompare(b, 'en', { numeric: true }))
    .at(-1);
  return newest === undefined ? undefined : join(INSTALLED, newest);
}

async function writeFiles(
  folder: string,
  authority: Authority,
  ports: RabbitPorts,
  admin: Credentials,
  options: RabbitOptions,
): Promise<RabbitPaths> {
  const { certFile, keyFile } = writeIssued(
    folder,
    'server',
    await authority.server({ expired: options.expiredCertificate ?? false }),
  );
  const paths: RabbitPaths = {
    folder,
    ca: join(folder, 'ca.pem'),
    cert: certFile,
    key: keyFile,
    config: join(folder, 'rabbitmq.conf'),
    plugins: join(folder, 'enabled_plugins'),
    log: join(folder, 'rabbitmq.log'),
  };
  mkdirSync(join(folder, 'home'), { mode: 0o700 });
  writeFileSync(paths.ca, authority.ca, { mode: 0o600 });
  const plugins = [...PLUGINS, ...(options.plugins ?? [])];
  writeFileSync(paths.plugins, `[${plugins.join(',')}].\n`);
  writeFileSync(
    paths.config,
    rabbitConfig(paths, ports, admin, options.clientCertificates ?? 'required', options.extraConfig ?? []),
    { mode: 0o600 },
  );
  return paths;
}

/** The server first, then the epmd that it registers with: one of its own, so that none is left behind. */
function startProcesses(name: string, home: string, paths: RabbitPaths, ports: RabbitPorts): BrokerProcess[] {
  const epmd = startProcess({
    name: 'epmd',
    command: 'epmd',
    args: ['-address', '127.0.0.1', '-port', String(ports.epmd)],
    folder: paths.folder,
    logFile: join(paths.folder, 'epmd.log'),
  });
  const server = startProcess({
    name,
    command: join(home, 'sbin/rabbitmq-server'),
    args: [],
    env: rabbitEnvironment(paths, ports),
    folder: paths.folder,
    logFile: paths.log,
  });
  return [server, epmd];
}

function versionInLog(log: string): string {
  return /Starting RabbitMQ (\S+)/.exec(log)?.[1] ?? 'unknown';
}
