/**
 * A real Kafka as native processes: one KRaft node with broker and controller, or a cluster of them, every listener
 * encrypted, on free loopback ports, in a temporary folder, hardened as the checklist asks.
 */
import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type IssuedFiles, type IssueOptions, createAuthority } from './certificates.ts';
import { BROKER_PRINCIPAL, type KafkaNode, type KafkaPorts, type ProxySlot } from './kafka-config.ts';
import { installedKafka } from './kafka-install.ts';
import { type NodeFiles, keepArchive, prepareNode, renewCertificate, startNode } from './kafka-node.ts';
import { aclCommand, newClusterId } from './kafka-tools.ts';
import { namedPorts } from './ports.ts';
import { type BrokerProcess, removeFolder, temporaryFolder, untilReady } from './process.ts';
import { type Credentials, clientCertificates } from './rabbitmq.ts';

export interface KafkaOptions {
  /** Default MQWARDEN_KAFKA_VERSION, or the one of kafka-pom.xml. */
  readonly version?: string;
  /** How many brokers the cluster has; default MQWARDEN_KAFKA_BROKERS, or one. */
  readonly nodes?: number;
  /** How many listeners advertise a proxy's port instead of their own; default 0, and none in a cluster of several. */
  readonly proxySlots?: number;
  /** Lines added to server.properties; a later line wins over an earlier one. */
  readonly extraConfig?: readonly string[];
  readonly expiredCertificate?: boolean;
  /** What Java itself forbids since 2021, TLS 1.1, is left to Kafka's settings. */
  readonly oldTls?: boolean;
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
  /** Of the first node, as both listeners above. */
  readonly ports: KafkaPorts;
  readonly proxySlots: readonly ProxySlot[];
  clientCertificate(commonName: string, options?: IssueOptions): Promise<IssuedFiles>;
  /** Kafka's own `kafka-acls.sh` as the admin: `aclCommand(['--list'])`. Returns its standard output; 1 to 2 s. */
  aclCommand(args: readonly string[]): Promise<string>;
  log(): string;
  /** Other certificates of the same authority on the main listeners, for whoever connects from now on; returns them, PEM. */
  renewCertificates(): Promise<readonly string[]>;
  /**
   * Orderly shutdown and start again: same ports, same data; 2 s. After `kill()` it takes 10 s, because the controller waits
   * for the session of the killed broker to run out.
   */
  restart(): Promise<void>;
  /** Of server.properties, as the last node was started with first. */
  setting(key: string): string;
  /** An orderly restart of the last node alone, with these lines added to what it was started with first. */
  reconfigure(extraConfig: readonly string[]): Promise<void>;
  /** SIGKILL to every node, folder kept: what a crashed broker looks like to a client. */
  kill(): Promise<void>;
  /** Ends it and removes its folder. */
  stop(): Promise<void>;
}

export async function startKafka(options: KafkaOptions = {}): Promise<Kafka> {
  const install = installedKafka(options.version);
  const name = `Kafka ${install.version}`;
  const folder = temporaryFolder('mqwarden-kafka-');
  const authority = await createAuthority('mqwarden test CA of Kafka');
  const admin = credentials('admin');
  const caFile = join(folder, 'ca.pem');
  writeFileSync(caFile, authority.ca, { mode: 0o600 });
  const nodes = await clusterNodes(options);
  const [first] = nodes;
  if (first === undefined) throw new Error('a cluster has one node at least');
  const brokers = nodes.map(({ ports }) => `localhost:${ports.main}`);
  let prepared: readonly NodeFiles[] = [];
  let running: BrokerProcess[] = [];
  // Written after the listeners accept and the registration is known.
  const ready = (one: BrokerProcess) =>
    untilReady(name, one, () => one.said('Kafka Server started'), options.startTimeoutMs);
  const start = async (): Promise<void> => {
    running = prepared.map((files) => startNode(name, install, files));
    await Promise.all(running.map(ready));
  };
  const killAll = async (): Promise<void> => {
    await Promise.all(running.map((one) => one.kill()));
  };
  let config = '';
  try {
    const cluster = { id: newClusterId(), authority, admin, broker: credentials(BROKER_PRINCIPAL) };
    prepared = await Promise.all(nodes.map((node) => prepareNode(folder, install, cluster, node, options)));
    config = readFileSync(prepared.at(-1)?.paths.config ?? '', 'utf8');
    await start();
  } catch (error) {
    await killAll();
    removeFolder(folder);
    throw error;
  }
  return {
    name,
    version: install.version,
    brokers,
    certificateListener: `localhost:${first.ports.certificate}`,
    tlsListener: `localhost:${first.ports.tls}`,
    ca: authority.ca,
    caFile,
    caKey: authority.caKey,
    folder,
    logFile: join(folder, 'node-1/kafka.log'),
    admin,
    ports: first.ports,
    proxySlots: first.ports.proxies,
    clientCertificate: clientCertificates(authority, folder),
    aclCommand: (args) => aclCommand(install, { brokers, admin, caFile, folder }, args),
    log: () => running.map((one) => one.log()).join(''),
    renewCertificates: () =>
      Promise.all(
        prepared.map((files, i) =>
          renewCertificate(files, authority, i + 1, { brokers: brokers.slice(i), ca: authority.ca, admin }),
        ),
      ),
    restart: async () => {
      await Promise.all(running.map((one) => one.terminate()));
      await start();
    },
    setting: (key) => settingIn(config, key),
    reconfigure: async (extraConfig) => {
      const files = prepared.at(-1);
      if (files === undefined) throw new Error('a cluster has one node at least');
      writeFileSync(files.paths.config, [config, ...extraConfig, ''].join('\n'), { mode: 0o600 });
      await running.pop()?.terminate();
      const restarted = startNode(name, install, files);
      running.push(restarted);
      await ready(restarted);
    },
    kill: killAll,
    stop: async () => {
      await keepArchive(running[0], install, prepared[0]);
      await killAll();
      removeFolder(folder);
    },
  };
}

/** The last line of a key counts. */
function settingIn(config: string, key: string): string {
  const line = config.split('\n').findLast((one) => one.startsWith(`${key}=`));
  if (line === undefined) throw new Error(`server.properties has no ${key}`);
  return line.slice(key.length + 1);
}

async function clusterNodes({ nodes = nodesWanted(), proxySlots = 0 }: KafkaOptions): Promise<KafkaNode[]> {
  // A listener that not every broker has is of no use to clients: the others would be missing from its metadata.
  const slots = nodes === 1 ? proxySlots : 0;
  const ports = await Promise.all(Array.from({ length: nodes }, () => kafkaPorts(slots)));
  const controllers = ports.map(({ controller }) => controller);
  return ports.map((own, i) => ({ id: i + 1, ports: own, controllers }));
}

function nodesWanted(): number {
  const named = process.env['MQWARDEN_KAFKA_BROKERS'];
  const nodes = named === undefined || named === '' ? 1 : Number(named);
  if (Number.isInteger(nodes) && nodes >= 1) return nodes;
  throw new Error(`MQWARDEN_KAFKA_BROKERS is ${named ?? ''}, and must be how many brokers the cluster has`);
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
