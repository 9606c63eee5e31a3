/**
 * A real Kafka as a native process: one KRaft node with broker and controller, every listener encrypted, on free loopback
 * ports, in a temporary folder, hardened as the checklist asks.
 */
import { randomBytes } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Authority, type IssuedFiles, type IssueOptions, createAuthority } from './certificates.ts';
import {
  BROKER_PRINCIPAL,
  type KafkaPaths,
  type KafkaPorts,
  type ProxySlot,
  javaOptions,
  kafkaConfig,
} from './kafka-config.ts';
import { type KafkaInstall, installedKafka } from './kafka-install.ts';
import { aclCommand, formatStorage } from './kafka-tools.ts';
import { namedPorts } from './ports.ts';
import { type BrokerProcess, removeFolder, startProcess, temporaryFolder, untilReady } from './process.ts';
import { type Credentials, clientCertificates } from './rabbitmq.ts';

export interface KafkaOptions {
  /** Default MQWARDEN_KAFKA_VERSION, or the one of kafka-pom.xml. */
  readonly version?: string;
  /** How many listeners advertise a proxy's port instead of their own; default 0. */
  readonly proxySlots?: number;
  /** Lines added to server.properties; a later line wins over an earlier one. */
  readonly extraConfig?: readonly string[];
  readonly expiredCertificate?: boolean;
  readonly startTimeoutMs?: number;
}

export interface Kafka {
  readonly name: string;
  readonly version: string;
  /** SASL_SSL with SCRAM-SHA-512; a client certificate is neither asked for nor refused. */
  readonly brokers: readonly string[];
  /** SASL_SSL with SCRAM-SHA-512, and a client certificate is demanded: the hardened form of the checklist. */
  readonly certificateListener: string;
  /** SSL alone: the principal is the common name of the client certificate. */
  readonly tlsListener: string;
  readonly ca: string;
  readonly caFile: string;
  readonly caKey: string;
  readonly folder: string;
  readonly logFile: string;
  /** A super user, SCRAM-SHA-512. */
  readonly admin: Credentials;
  readonly ports: KafkaPorts;
  readonly proxySlots: readonly ProxySlot[];
  clientCertificate(commonName: string, options?: IssueOptions): Promise<IssuedFiles>;
  /** Kafka's own `kafka-acls.sh` as the admin: `aclCommand(['--list'])`. Returns its standard output; 1 to 2 s. */
  aclCommand(args: readonly string[]): Promise<string>;
  log(): string;
  /**
   * Orderly shutdown and start again: same ports, same data; 2 s. After `kill()` it takes 10 s, because the controller waits
   * for the session of the killed broker to run out.
   */
  restart(): Promise<void>;
  /** SIGKILL, folder kept: what a crashed broker looks like to a client. */
  kill(): Promise<void>;
  /** Ends it and removes its folder. */
  stop(): Promise<void>;
}

export async function startKafka(options: KafkaOptions = {}): Promise<Kafka> {
  const install = installedKafka(options.version);
  const name = `Kafka ${install.version}`;
  const folder = temporaryFolder('mqwarden-kafka-');
  const ports = await kafkaPorts(options.proxySlots ?? 0);
  const authority = await createAuthority('mqwarden test CA of Kafka');
  const admin = credentials('admin');
  const brokers = [`localhost:${ports.main}`];
  let running: BrokerProcess | undefined;
  let paths: KafkaPaths;
  const start = async (): Promise<void> => {
    const broker = startBroker(name, install, paths);
    running = broker;
    // Written after the listeners accept and the registration is known.
    await untilReady(name, broker, () => broker.said('Kafka Server started'), options.startTimeoutMs);
  };
  try {
    paths = await writeFiles(folder, authority, ports, admin, install, options);
    await start();
  } catch (error) {
    removeFolder(folder);
    throw error;
  }
  return {
    name,
    version: install.version,
    brokers,
    certificateListener: `localhost:${ports.certificate}`,
    tlsListener: `localhost:${ports.tls}`,
    ca: authority.ca,
    caFile: paths.ca,
    caKey: authority.caKey,
    folder,
    logFile: paths.log,
    admin,
    ports,
    proxySlots: ports.proxies,
    clientCertificate: clientCertificates(authority, folder),
    aclCommand: (args) => aclCommand(install, { brokers, admin, caFile: paths.ca, folder }, args),
    log: () => running?.log() ?? '',
    restart: async () => {
      await running?.terminate();
      await start();
    },
    kill: async () => running?.kill(),
    stop: async () => {
      await keepArchive(running, install, paths);
      await running?.kill();
      removeFolder(folder);
    },
  };
}

async function kafkaPorts(proxySlots: number): Promise<KafkaPorts> {
  const { main, certificate, tls, controller } = await namedPorts('main', 'certificate', 'tls', 'controller');
  const slots = Array.from({ length: proxySlots }, () => namedPorts('upstream', 'advertised'));
  return { main, certificate, tls, controller, proxies: await Promise.all(slots) };
}

/** Letters and digits only: it stands in a JAAS line and on a tool's command line. */
function credentials(username: string): Credentials {
  return { username, password: randomBytes(18).toString('hex') };
}

async function writeFiles(
  folder: string,
  authority: Authority,
  ports: KafkaPorts,
  admin: Credentials,
  install: KafkaInstall,
  options: KafkaOptions,
): Promise<KafkaPaths> {
  const paths: KafkaPaths = {
    folder,
    data: join(folder, 'data'),
    config: join(folder, 'server.properties'),
    keyStore: join(folder, 'server-store.pem'),
    ca: join(folder, 'ca.pem'),
    log: join(folder, 'kafka.log'),
  };
  // The controller reads its principal from the certificate that the broker presents to it: one for both ends.
  const issued = await authority.server({
    commonName: BROKER_PRINCIPAL,
    alsoClient: true,
    expired: options.expiredCertificate ?? false,
  });
  const broker = credentials(BROKER_PRINCIPAL);
  mkdirSync(paths.data, { mode: 0o700 });
  writeFileSync(paths.ca, authority.ca, { mode: 0o600 });
  writeFileSync(paths.keyStore, [issued.key, issued.cert, authority.ca].join('\n'), { mode: 0o600 });
  writeFileSync(paths.config, kafkaConfig(paths, ports, broker, options.extraConfig ?? []), { mode: 0o600 });
  await formatStorage(install, paths.config, [admin, broker]);
  return paths;
}

function startBroker(name: string, install: KafkaInstall, paths: KafkaPaths): BrokerProcess {
  const archive = existsSync(install.archive) ? { use: install.archive } : { write: ownArchive(paths) };
  return startProcess({
    name,
    command: install.java,
    args: [...javaOptions(archive), '-cp', install.classPath, 'kafka.Kafka', paths.config],
    folder: paths.folder,
    logFile: paths.log,
  });
}

function ownArchive(paths: KafkaPaths): string {
  return join(paths.folder, 'classes.jsa');
}

/**
 * The first broker of a version on a Java writes its class data when it shuts down, for all later ones. Best effort: a
 * broker that was killed has written none, and the next one tries again.
 */
async function keepArchive(
  broker: BrokerProcess | undefined,
  install: KafkaInstall,
  paths: KafkaPaths,
): Promise<void> {
  if (existsSync(install.archive) || broker?.isRunning() !== true) return;
  await broker.terminate();
  if (!existsSync(ownArchive(paths))) return;
  // By way of a name beside it: two test runs may do this at once, and a rename within a folder is whole or nothing.
  const beside = `${install.archive}.${process.pid}`;
  copyFileSync(ownArchive(paths), beside);
  renameSync(beside, install.archive);
}
