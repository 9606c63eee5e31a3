/** Brokers of their own, a topology of pairs of services, and the program that rotates them. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'node:tls';
import type { Rotations } from '../../src/core/rotation/report.ts';
import { startKafka } from '../brokers/kafka.ts';
import { startRabbitMQ } from '../brokers/rabbitmq.ts';
import { mqwarden } from '../cli/run.ts';
import { until } from '../factories/support.ts';

/** A service that publishes, and the one that takes it: an exchange and a queue, a topic and a group. */
export interface Pair {
  readonly publisher: string;
  readonly consumer: string;
  readonly exchange: string;
  readonly queue: string;
  readonly topic: string;
  readonly group: string;
}

export interface Ground {
  readonly pairs: readonly Pair[];
  /** The store that the program writes to. */
  readonly secrets: string;
  readonly rabbitmq: {
    readonly url: string;
    readonly vhost: string;
    readonly tls: { readonly ca: string; readonly cert: string; readonly key: string };
  };
  readonly kafka: { readonly brokers: readonly string[]; readonly tls: { readonly ca: string } };
  /** Every service, on both brokers, by the program; waits for those that use the old ones as long as `grace` says. */
  rotate(grace: string): Promise<Rotations>;
  /** Another certificate for both brokers, taken into use while they run. */
  renewCertificates(): Promise<void>;
  /** Both at once, in order or as a crash. */
  restart(how: 'in order' | 'by a crash'): Promise<void>;
  close(): Promise<void>;
}

export async function openGround(size: number): Promise<Ground> {
  const [rabbitmq, kafka] = await Promise.all([
    startRabbitMQ(),
    startKafka({ nodes: 1, extraConfig: kafkaConfig }),
  ]);
  const cwd = await mkdtemp(join(tmpdir(), 'mqwarden-load-'));
  const close = async () => {
    await Promise.all([rabbitmq.stop(), kafka.stop(), rm(cwd, { recursive: true, force: true })]);
  };
  const variables = { RABBIT_PASSWORD: rabbitmq.admin.password, KAFKA_PASSWORD: kafka.admin.password };
  const run = async (...args: string[]): Promise<string> => {
    const canaries = Object.values(variables);
    const done = await mqwarden(args, { cwd, variables, canaries, timeoutMs: 600_000, locks: true });
    if (done.code === 0) return done.stdout;
    throw new Error(`${args.join(' ')} ended with ${String(done.code)}: ${done.stdout}${done.stderr}`);
  };
  const { cert, key } = await rabbitmq.clientCertificate('load');
  const pairs = Array.from({ length: size }, (_, number) => pairOf(number));
  try {
    await writeTopology(cwd, pairs, { rabbitmq, kafka }, { cert, key });
    await run('apply', '--yes');
  } catch (error) {
    await close();
    throw error;
  }
  return {
    pairs,
    secrets: `file:${join(cwd, 'secrets')}`,
    rabbitmq: { url: rabbitmq.amqpsUrl, vhost, tls: { ca: rabbitmq.ca, cert, key } },
    kafka: { brokers: kafka.brokers, tls: { ca: kafka.ca } },
    rotate: async (grace) =>
      JSON.parse(await run('rotate', '--yes', '--format', 'json', '--grace', grace)) as Rotations,
    renewCertificates: async () => {
      const port = Number(kafka.brokers[0]?.split(':')[1]);
      const [ofRabbit, ofKafka] = await Promise.all([rabbitmq.renewCertificate(), kafka.renewCertificates()]);
      await shows(rabbitmq.ports.amqps, rabbitmq.ca, ofRabbit);
      await shows(port, kafka.ca, ofKafka[0] ?? '');
    },
    restart: async (how) => {
      if (how === 'by a crash') await Promise.all([rabbitmq.kill(), kafka.kill()]);
      await Promise.all([rabbitmq.restart(), kafka.restart()]);
    },
    close,
  };
}

const vhost = 'load';

const kafkaConfig = [
  // Sessions have to log in again all the while.
  'connections.max.reauth.ms=12000',
  // A snapshot soon, as a cluster that is an hour old has one. From its log alone Kafka 4.4 may come up without any SCRAM user, once
  // one was deleted (docs/traps.md).
  'metadata.log.max.record.bytes.between.snapshots=4096',
];

function pairOf(number: number): Pair {
  return {
    publisher: `publisher-${number}`,
    consumer: `consumer-${number}`,
    exchange: `load.exchange.${number}`,
    queue: `load.queue.${number}`,
    topic: `load.topic.${number}`,
    group: `load.group.${number}`,
  };
}

type RabbitMQ = Awaited<ReturnType<typeof startRabbitMQ>>;
type Kafka = Awaited<ReturnType<typeof startKafka>>;

async function writeTopology(
  cwd: string,
  pairs: readonly Pair[],
  { rabbitmq, kafka }: { readonly rabbitmq: RabbitMQ; readonly kafka: Kafka },
  { cert, key }: { readonly cert: string; readonly key: string },
): Promise<void> {
  const files = { 'rabbitmq.pem': rabbitmq.ca, 'kafka.pem': kafka.ca, 'cert.pem': cert, 'key.pem': key };
  const environment = {
    rabbitmq: {
      ...{ managementUrl: rabbitmq.managementUrl, amqpsUrl: rabbitmq.amqpsUrl, vhost },
      tls: { ca: 'rabbitmq.pem', cert: 'cert.pem', key: 'key.pem' },
      admin: { username: rabbitmq.admin.username, password: 'env:RABBIT_PASSWORD' },
    },
    kafka: {
      ...{ brokers: kafka.brokers, tls: { ca: 'kafka.pem' } },
      admin: { username: kafka.admin.username, password: 'env:KAFKA_PASSWORD' },
    },
    secrets: 'file:../secrets',
  };
  const services = Object.fromEntries(pairs.flatMap(servicesOf));
  const topology = { version: 1, name: 'load', environments: { test: environment }, services };
  await mkdir(join(cwd, 'topology'));
  for (const [name, text] of Object.entries({ ...files, 'load.yaml': JSON.stringify(topology) })) {
    await writeFile(join(cwd, 'topology', name), text, { mode: 0o600 });
  }
}

function servicesOf({ publisher, consumer, exchange, queue, topic, group }: Pair): [string, object][] {
  const allow = { consume: [consumer] };
  return [
    [
      publisher,
      {
        rabbitmq: {
          exchanges: { [exchange]: { type: 'topic', allow } },
          publishes: [{ exchange, routingKeys: ['load.#'] }],
        },
        kafka: { topics: { [topic]: { partitions: 1, replicationFactor: 1, allow } }, produces: [topic] },
      },
    ],
    [
      consumer,
      {
        rabbitmq: {
          queues: { [queue]: { bindings: [{ exchange, routingKeys: ['load.#'] }] } },
          consumes: [queue],
        },
        kafka: { consumes: [{ topic, group }] },
      },
    ],
  ];
}

/** Until a handshake is answered with this certificate. */
async function shows(port: number, ca: string, certificate: string): Promise<void> {
  const plain = (pem: string) => pem.replaceAll(/-----[^-]+-----|\s/g, '');
  const wanted = plain(certificate);
  await until(async () => (await shown(port, ca)) === wanted, `port ${port} shows its new certificate`);
}

function shown(port: number, ca: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: 'localhost', port, ca, servername: 'localhost' }, () => {
      resolve(socket.getPeerCertificate().raw.toString('base64'));
      socket.destroy();
    });
    socket.on('error', reject);
  });
}
