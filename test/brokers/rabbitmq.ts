/**
 * A real RabbitMQ as a native process: AMQPS and HTTPS on free loopback ports, in a temporary folder, hardened as
 * the security checklist asks (no plaintext listener, no guest, client certificate demanded).
 */
import { randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
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
import {
  PLUGINS,
  type RabbitPaths,
  rabbitConfig,
  rabbitEnvironment,
  rabbitFiles,
} from './rabbitmq-config.ts';
import { type RabbitInstall, installedRabbitMQ, rabbitmqctl, within } from './rabbitmq-install.ts';

export interface RabbitOptions {
  /** Whether the AMQPS listener refuses clients without a certificate; default `required`, as the checklist asks. */
  readonly clientCertificates?: 'required' | 'optional';
  /** Lines added to rabbitmq.conf, for tests of what an audit must find. */
  readonly extraConfig?: readonly string[];
  readonly plugins?: readonly string[];
  /** The server certificate has expired. */
  readonly expiredCertificate?: boolean;
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
  /** RabbitMQ's own `rabbitmqctl`: `rabbitmqctl(['list_users'])`. Returns its standard output; 1 to 2 s. */
  rabbitmqctl(args: readonly string[]): Promise<string>;
  log(): string;
  /** Another certificate of the same authority, for whoever connects from now on; returns it, PEM. */
  renewCertificate(): Promise<string>;
  /** Orderly shutdown and start again: same ports, same data; 10 s. */
  restart(): Promise<void>;
  /** SIGKILL, folder kept: what a crashed broker looks like to a client. `restart()` brings it back. */
  kill(): Promise<void>;
  /** Ends it and removes its folder. */
  stop(): Promise<void>;
}

export async function startRabbitMQ(options: RabbitOptions = {}): Promise<RabbitMQ> {
  const install = installedRabbitMQ();
  const name = `RabbitMQ ${install.version ?? `at ${install.home}`}`;
  const folder = temporaryFolder('mqwarden-rabbitmq-');
  const ports = await namedPorts('amqps', 'management', 'epmd', 'distribution');
  const authority = await createAuthority('mqwarden test CA of RabbitMQ');
  const admin = { username: 'admin', password: randomBytes(18).toString('hex') };
  const paths = await writeFiles(folder, authority, ports, admin, options);

  let processes: readonly BrokerProcess[] = [];
  const start = async (): Promise<void> => {
    processes = startProcesses(name, install, paths, ports);
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
    version: install.version ?? versionInLog(processes[0]?.log() ?? ''),
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
    rabbitmqctl: (args) => rabbitmqctl(install, paths, ports, args),
    log: () => processes[0]?.log() ?? '',
    renewCertificate: async () => {
      const { cert } = writeIssued(folder, 'server', await authority.server());
      // Erlang keeps what it read of such files for minutes.
      await rabbitmqctl(install, paths, ports, ['eval', 'ssl:clear_pem_cache().']);
      return cert;
    },
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
  const paths: RabbitPaths = { ...rabbitFiles(folder), cert: certFile, key: keyFile };
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
function startProcesses(
  name: string,
  install: RabbitInstall,
  paths: RabbitPaths,
  ports: RabbitPorts,
): BrokerProcess[] {
  const epmd = startProcess({
    name: 'epmd',
    ...within(install, 'epmd', ['-address', '127.0.0.1', '-port', String(ports.epmd)]),
    folder: paths.folder,
    logFile: join(paths.folder, 'epmd.log'),
  });
  const server = startProcess({
    name,
    ...within(install, join(install.home, 'sbin/rabbitmq-server')),
    env: rabbitEnvironment(paths, ports),
    folder: paths.folder,
    logFile: paths.log,
  });
  return [server, epmd];
}

function versionInLog(log: string): string {
  return /Starting RabbitMQ (\S+)/.exec(log)?.[1] ?? 'unknown';
}
