/** What a test needs of a broker that another process started: plain data, so that it can cross to vitest's workers. */
import { existsSync, readFileSync } from 'node:fs';
import { type IssuedFiles, type IssueOptions, restoreAuthority } from './certificates.ts';
import type { Kafka } from './kafka.ts';
import { installedKafka } from './kafka-install.ts';
import { aclCommand, configCommand, topicCommand } from './kafka-tools.ts';
import { rabbitFiles } from './rabbitmq-config.ts';
import { installedRabbitMQ, rabbitmqctl } from './rabbitmq-install.ts';
import { type RabbitMQ, type RabbitPorts, clientCertificates } from './rabbitmq.ts';

interface Connection {
  readonly source: 'native' | 'container' | 'given';
  /** Absent where the log is not in a file of this machine. */
  readonly logFile?: string;
}

type RabbitFields =
  'name' | 'version' | 'managementUrl' | 'amqpsUrl' | 'ca' | 'caFile' | 'caKey' | 'folder' | 'admin';
/** `ports` of a native process only: no other can be reached by its own tools. */
export type RabbitConnection = Connection & Pick<RabbitMQ, RabbitFields> & { readonly ports?: RabbitPorts };

type KafkaFields =
  | Exclude<RabbitFields, 'managementUrl' | 'amqpsUrl'>
  | 'brokers'
  | 'certificateListener'
  | 'tlsListener'
  | 'proxySlots';
export type KafkaConnection = Connection & Pick<Kafka, KafkaFields>;

export interface SharedRabbitMQ extends RabbitConnection {
  clientCertificate(commonName: string, options?: IssueOptions): Promise<IssuedFiles>;
  /** Of a native process only. */
  rabbitmqctl(args: readonly string[]): Promise<string>;
  log(): string;
}

export interface SharedKafka extends KafkaConnection {
  clientCertificate(commonName: string, options?: IssueOptions): Promise<IssuedFiles>;
  aclCommand(args: readonly string[]): Promise<string>;
  /** These two need the jars that `npm run test:matrix` fetches. */
  topicCommand(args: readonly string[]): Promise<string>;
  configCommand(args: readonly string[]): Promise<string>;
  log(): string;
}

export function rabbitConnection(started: RabbitMQ): RabbitConnection {
  const { name, version, managementUrl, amqpsUrl, ca, caFile, caKey, folder, logFile, admin, ports } =
    started;
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
    ports,
  };
}

export function kafkaConnection(started: Kafka): KafkaConnection {
  const { name, version, brokers, certificateListener, tlsListener, proxySlots } = started;
  const { ca, caFile, caKey, folder, logFile, admin } = started;
  const listeners = { brokers, certificateListener, tlsListener, proxySlots };
  return { source: 'native', name, version, ...listeners, ca, caFile, caKey, folder, logFile, admin };
}

export function sharedRabbitMQ(at: RabbitConnection): SharedRabbitMQ {
  const ctl: SharedRabbitMQ['rabbitmqctl'] = (args) => {
    if (at.ports === undefined) throw new Error(`${at.name} is no native process: no rabbitmqctl for it`);
    return rabbitmqctl(installedRabbitMQ(), rabbitFiles(at.folder), at.ports, args);
  };
  return { ...at, clientCertificate: issuing(at), rabbitmqctl: ctl, log: () => logOf(at) };
}

export function sharedKafka(at: KafkaConnection): SharedKafka {
  return {
    ...at,
    clientCertificate: issuing(at),
    aclCommand: (args) => aclCommand(installedKafka(), at, args),
    topicCommand: (args) => topicCommand(at, args),
    configCommand: (args) => configCommand(at, args),
    log: () => logOf(at),
  };
}

function issuing(at: RabbitConnection | KafkaConnection): SharedRabbitMQ['clientCertificate'] {
  const authority = restoreAuthority(at.ca, at.caKey);
  return async (commonName, options) => clientCertificates(await authority, at.folder)(commonName, options);
}

function logOf({ logFile }: Connection): string {
  return logFile !== undefined && existsSync(logFile) ? readFileSync(logFile, 'utf8') : '';
}
