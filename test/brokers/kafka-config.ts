/** What a test Kafka is told: every node in both roles (KRaft), every listener encrypted, SCRAM, StandardAuthorizer. */
import type { Credentials } from './rabbitmq.ts';

/** A listener whose advertised port is a proxy's: clients that come through the proxy stay on it. */
export interface ProxySlot {
  /** Where the broker listens. */
  readonly upstream: number;
  /** Where the proxy must listen. */
  readonly advertised: number;
}

export interface KafkaPorts {
  readonly main: number;
  readonly certificate: number;
  readonly tls: number;
  readonly controller: number;
  readonly proxies: readonly ProxySlot[];
}

/** One of a cluster, with its place in it. */
export interface KafkaNode {
  /** From 1. */
  readonly id: number;
  readonly ports: KafkaPorts;
  /** Controller ports of all nodes, by id from 1. */
  readonly controllers: readonly number[];
}

export interface KafkaPaths {
  readonly folder: string;
  readonly data: string;
  readonly config: string;
  /** Key, certificate and authority in one PEM file: Kafka's form of a key store without a password. */
  readonly keyStore: string;
  readonly ca: string;
  readonly log: string;
}

type StorePaths = Pick<KafkaPaths, 'data' | 'keyStore' | 'ca'>;

/** The broker's own principal, by SCRAM to its listener and by certificate to the controller. */
export const BROKER_PRINCIPAL = 'mqwarden-broker';

const CERTIFICATE_REQUIRED = ['MTLS', 'SSL', 'CONTROLLER'];

export function kafkaConfig(
  paths: StorePaths,
  { id, ports, controllers }: KafkaNode,
  broker: Credentials,
  extra: readonly string[],
  address = '127.0.0.1',
): string {
  const clients = [
    { name: 'SASL_SSL', protocol: 'SASL_SSL', port: ports.main, advertised: ports.main },
    { name: 'MTLS', protocol: 'SASL_SSL', port: ports.certificate, advertised: ports.certificate },
    { name: 'SSL', protocol: 'SSL', port: ports.tls, advertised: ports.tls },
    ...ports.proxies.map(({ upstream, advertised }, i) => ({
      name: `PROXY${i}`,
      protocol: 'SASL_SSL',
      port: upstream,
      advertised,
    })),
  ];
  const controller = { name: 'CONTROLLER', protocol: 'SSL', port: ports.controller };
  const all = [...clients, controller];
  return [
    'process.roles=broker,controller',
    `node.id=${id}`,
    `controller.quorum.voters=${controllers.map((port, i) => `${i + 1}@localhost:${port}`).join(',')}`,
    'controller.listener.names=CONTROLLER',
    'inter.broker.listener.name=SASL_SSL',
    `listeners=${all.map(({ name, port }) => `${name}://${address}:${port}`).join(',')}`,
    `advertised.listeners=${clients.map(({ name, advertised }) => `${name}://localhost:${advertised}`).join(',')}`,
    `listener.security.protocol.map=${all.map(({ name, protocol }) => `${name}:${protocol}`).join(',')}`,
    ...authentication(clients, broker),
    ...stores(paths),
    'authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer',
    `super.users=User:admin;User:${BROKER_PRINCIPAL}`,
    'allow.everyone.if.no.acl.found=false',
    'auto.create.topics.enable=false',
    ...small(paths, Math.min(controllers.length, 3)),
    ...extra,
    '',
  ].join('\n');
}

function authentication(
  clients: readonly { name: string; protocol: string }[],
  broker: Credentials,
): string[] {
  const login =
    'org.apache.kafka.common.security.scram.ScramLoginModule required ' +
    `username="${broker.username}" password="${broker.password}";`;
  return [
    'sasl.enabled.mechanisms=SCRAM-SHA-512',
    'sasl.mechanism.inter.broker.protocol=SCRAM-SHA-512',
    ...clients
      .filter(({ protocol }) => protocol === 'SASL_SSL')
      .map(({ name }) => `listener.name.${name.toLowerCase()}.scram-sha-512.sasl.jaas.config=${login}`),
    // kafkajs renews a session ten seconds before its end: here after two.
    'listener.name.mtls.scram-sha-512.connections.max.reauth.ms=12000',
    // Without the listener's name in front, a SASL_SSL listener would ask nobody for a certificate.
    ...CERTIFICATE_REQUIRED.map((name) => `listener.name.${name.toLowerCase()}.ssl.client.auth=required`),
    'ssl.principal.mapping.rules=RULE:^CN=([^,]+).*$/$1/,DEFAULT',
  ];
}

function stores(paths: StorePaths): string[] {
  return [
    'ssl.keystore.type=PEM',
    `ssl.keystore.location=${paths.keyStore}`,
    'ssl.truststore.type=PEM',
    `ssl.truststore.location=${paths.ca}`,
    'ssl.enabled.protocols=TLSv1.3,TLSv1.2',
  ];
}

/** Few threads and partitions, no waiting for members or records that will not come. */
function small(paths: StorePaths, replication: number): string[] {
  return [
    `log.dirs=${paths.data}`,
    'num.partitions=1',
    'offsets.topic.num.partitions=4',
    `offsets.topic.replication.factor=${replication}`,
    'transaction.state.log.num.partitions=4',
    `transaction.state.log.replication.factor=${replication}`,
    'transaction.state.log.min.isr=1',
    'share.coordinator.state.topic.num.partitions=4',
    `share.coordinator.state.topic.replication.factor=${replication}`,
    'share.coordinator.state.topic.min.isr=1',
    'group.initial.rebalance.delay.ms=0',
    'num.network.threads=1',
    'num.io.threads=4',
    'background.threads=2',
    'log.cleaner.dedupe.buffer.size=4194304',
    // The default of 25 ms makes every single metadata write 32 ms; a benchmark sets it back through `extraConfig`.
    'controller.quorum.append.linger.ms=0',
  ];
}

/** Of the JVM: a small heap, no second compiler, logs of the start and of refusals only. */
export function javaOptions(archive: { readonly use?: string; readonly write?: string }): string[] {
  return [
    '-Xms256m',
    '-Xmx256m',
    '-XX:+UseSerialGC',
    '-XX:TieredStopAtLevel=1',
    '-XX:-UsePerfData',
    // An archive that was made elsewhere is a warning, which is not what a tool says.
    '-Xlog:disable',
    '-Xlog:all=warning:stderr',
    '-Xshare:auto',
    ...(archive.use === undefined ? [] : [`-XX:SharedArchiveFile=${archive.use}`]),
    ...(archive.write === undefined ? [] : [`-XX:ArchiveClassesAtExit=${archive.write}`]),
    '-Dorg.slf4j.simpleLogger.defaultLogLevel=warn',
    '-Dorg.slf4j.simpleLogger.showDateTime=true',
    '-Dorg.slf4j.simpleLogger.dateTimeFormat=HH:mm:ss.SSS',
    '-Dorg.slf4j.simpleLogger.log.kafka.server.KafkaRaftServer=info',
    '-Dorg.slf4j.simpleLogger.log.kafka.authorizer.logger=info',
  ];
}
