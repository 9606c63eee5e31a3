/** One node of a test Kafka: its files, its process, and the class data that it leaves for later ones. */
import { randomBytes } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Authority } from './certificates.ts';
import type { KafkaEndpoint } from './kafka-admin.ts';
import {
  BROKER_PRINCIPAL,
  type KafkaNode,
  type KafkaPaths,
  javaOptions,
  kafkaConfig,
} from './kafka-config.ts';
import type { KafkaInstall } from './kafka-install.ts';
import { formatStorage } from './kafka-tools.ts';
import type { KafkaOptions } from './kafka.ts';
import { type BrokerProcess, startProcess } from './process.ts';
import type { Credentials } from './rabbitmq.ts';

/** What all nodes have in common. */
export interface Cluster {
  readonly id: string;
  readonly authority: Authority;
  readonly admin: Credentials;
  readonly broker: Credentials;
}

export interface NodeFiles {
  /** Of the whole cluster: removed when the test process dies. */
  readonly clusterFolder: string;
  readonly paths: KafkaPaths;
  /** A file of settings of Java. */
  readonly javaSecurity: string | undefined;
}

export async function prepareNode(
  clusterFolder: string,
  install: KafkaInstall,
  { id, authority, admin, broker }: Cluster,
  node: KafkaNode,
  options: KafkaOptions,
): Promise<NodeFiles> {
  const folder = join(clusterFolder, `node-${node.id}`);
  const paths: KafkaPaths = {
    folder,
    data: join(folder, 'data'),
    config: join(folder, 'server.properties'),
    keyStore: join(folder, 'server-store.pem'),
    ca: join(clusterFolder, 'ca.pem'),
    log: join(folder, 'kafka.log'),
  };
  mkdirSync(paths.data, { recursive: true, mode: 0o700 });
  await writeKeyStore(paths.keyStore, authority, options.expiredCertificate ?? false);
  writeFileSync(paths.config, kafkaConfig(paths, node, broker, options.extraConfig ?? []), { mode: 0o600 });
  const javaSecurity = options.oldTls === true ? join(folder, 'java.security') : undefined;
  if (javaSecurity !== undefined) writeFileSync(javaSecurity, 'jdk.tls.disabledAlgorithms=SSLv3\n');
  await formatStorage(install, paths.config, id, [admin, broker]);
  return { clusterFolder, paths, javaSecurity };
}

/** Returns the certificate in it. */
async function writeKeyStore(file: string, authority: Authority, expired = false): Promise<string> {
  // The controller reads its principal from the certificate that the broker presents to it: one for both ends.
  const issued = await authority.server({ commonName: BROKER_PRINCIPAL, alsoClient: true, expired });
  writeFileSync(file, [issued.key, issued.cert, authority.ca].join('\n'), { mode: 0o600 });
  return issued.cert;
}

/** While it runs, as Kafka offers: a listener is told of another key store. It remembers that through restarts. */
export async function renewCertificate(
  { paths }: NodeFiles,
  authority: Authority,
  id: number,
  at: KafkaEndpoint,
): Promise<string> {
  // Another name: told of the same one again, it would see no change.
  const file = join(paths.folder, `server-store-${randomBytes(4).toString('hex')}.pem`);
  const cert = await writeKeyStore(file, authority);
  // The client libraries are slow to load, and starting a broker needs none.
  const { kafkaAdmin } = await import('./kafka-admin.ts');
  const admin = await kafkaAdmin(at);
  try {
    await admin.setBrokerConfig(id, { 'listener.name.sasl_ssl.ssl.keystore.location': file });
  } finally {
    await admin.close();
  }
  return cert;
}

export function startNode(
  name: string,
  install: KafkaInstall,
  { clusterFolder, paths, javaSecurity }: NodeFiles,
): BrokerProcess {
  const security = javaSecurity === undefined ? [] : [`-Djava.security.properties=${javaSecurity}`];
  const archive = existsSync(install.archive) ? { use: install.archive } : { write: ownArchive(paths) };
  return startProcess({
    name,
    command: install.java,
    args: [...javaOptions(archive), ...security, '-cp', install.classPath, 'kafka.Kafka', paths.config],
    folder: clusterFolder,
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
export async function keepArchive(
  broker: BrokerProcess | undefined,
  install: KafkaInstall,
  files: NodeFiles | undefined,
): Promise<void> {
  if (existsSync(install.archive) || broker?.isRunning() !== true || files === undefined) return;
  await broker.terminate();
  const own = ownArchive(files.paths);
  if (!existsSync(own)) return;
  // By way of a name beside it: two test runs may do this at once, and a rename within a folder is whole or nothing.
  const beside = `${install.archive}.${process.pid}`;
  copyFileSync(own, beside);
  renameSync(beside, install.archive);
}
