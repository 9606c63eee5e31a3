/** What a test needs of a broker that another process started: plain data, so that it can cross to vitest's workers. */
import { existsSync, readFileSync } from 'node:fs';
import { type IssuedFiles, type IssueOptions, restoreAuthority } from './certificates.ts';
import type { Kafka } from './kafka.ts';
import { installedKafka } from './kafka-install.ts';
import { aclCommand } from './kafka-tools.ts';
import { type RabbitMQ, clientCertificates } from './rabbitmq.ts';

interface Connection {
  readonly source: 'native' | 'container' | 'given';
  /** Absent where the log is not in a file of this machine. */
  readonly logFile?: string;
}

type RabbitFields =
  'name' | 'version' | 'managementUrl' | 'amqpsUrl' | 'ca' | 'caFile' | 'caKey' | 'folder' | 'admin';
export type RabbitConnection = Connection & Pick<RabbitMQ, RabbitFields>;

type KafkaFields =
  | Exclude<RabbitFields, 'managementUrl' | 'amqpsUrl'>
  | 'brokers'
  | 'certificateListener'
  | 'tlsListener'
  | 'proxySlots';
export type KafkaConnection = Connection & Pick<Kafka, KafkaFields>;

export interface SharedRabbitMQ extends RabbitConnection {
  clientCertificate(commonName: string, options?: IssueOptions): Promise<IssuedFiles>;
  log(): string;
}

export interface SharedKafka extends KafkaConnection {
  clientCertificate(commonName: string, options?: IssueOptions): Promise<IssuedFiles>;
  aclCommand(args: readonly string[]): Promise<string>;
  log(): string;
}

export function rabbitConnection(started: RabbitMQ): RabbitConnection {
  const { name, version, managementUrl, amqpsUrl, ca, caFile, caKey, folder, logFile, admin } = started;
  return {
    source: 'native',
    name,
    version,
    managementUrl,
    amqpsUrl,
    ca,
    caFile,
    caKey,
    folder,
    logFile,
    admin,
  };
}

export function kafkaConnection(started: Kafka): KafkaConnection {
  const { name, version, brokers, certificateListener, tlsListener, proxySlots } = started;
  const { ca, caFile, caKey, folder, logFile, admin } = started;
  const listeners = { brokers, certificateListener, tlsListener, proxySlots };
  return { source: 'native', name, version, ...listeners, ca, caFile, caKey, folder, logFile, admin };
}

export function sharedRabbitMQ(at: RabbitConnection): SharedRabbitMQ {
  return { ...at, clientCertificate: issuing(at), log: () => logOf(at) };
}

export function sharedKafka(at: KafkaConnection): SharedKafka {
  const run: SharedKafka['aclCommand'] = (args) => aclCommand(installedKafka(), at, args);
  return { ...at, clientCertificate: issuing(at), aclCommand: run, log: () => logOf(at) };
}

function issuing(at: RabbitConnection | KafkaConnection): SharedRabbitMQ['clientCertificate'] {
  const authority = restoreAuthority(at.ca, at.caKey);
  return async (commonName, options) => clientCertificates(await authority, at.folder)(commonName, options);
}

function logOf({ logFile }: Connection): string {
  return logFile !== undefined && existsSync(logFile) ? readFileSync(logFile, 'utf8') : '';
}
