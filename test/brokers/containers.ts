/**
 * The same brokers as containers, for machines with a Docker engine: the configuration of the native ones, at the same
 * ports inside and outside, so that what they advertise holds for both.
 */
import { randomBytes } from 'node:crypto';
import { createWriteStream, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { GenericContainer, StartedTestContainer, Wait } from 'testcontainers';
import { type Issued, createAuthority } from './certificates.ts';
import type { KafkaConnection, RabbitConnection } from './connection.ts';
import { BROKER_PRINCIPAL, kafkaConfig } from './kafka-config.ts';
import { kafkaVersion } from './kafka-install.ts';
import { newClusterId, scramUsers } from './kafka-tools.ts';
import { namedPorts } from './ports.ts';
import { removeFolder, temporaryFolder } from './process.ts';
import { PLUGINS, rabbitConfig } from './rabbitmq-config.ts';
import type { Credentials } from './rabbitmq.ts';
import type { Started } from './started.ts';

/**
 * Native is what runs everywhere, so containers only where MQWARDEN_TEST_CONTAINERS=1 asks for them, or where the broker is
 * not installed and an engine answers soon. Who asked for containers gets them, or the engine's own words.
 */
export async function useContainers(installed: boolean): Promise<boolean> {
  const asked = process.env['MQWARDEN_TEST_CONTAINERS'] === '1';
  if (!asked && installed) return false;
  const { getContainerRuntimeClient } = await import('testcontainers');
  const engine = getContainerRuntimeClient().then(() => true);
  if (asked) return engine;
  const late = new Promise<boolean>((resolve) => void setTimeout(resolve, 1_000, false).unref());
  return Promise.race([engine.catch(() => false), late]);
}

/** MQWARDEN_RABBITMQ_IMAGE overrides the image. */
export async function containerRabbitMQ(): Promise<Started<RabbitConnection>> {
  const image = process.env['MQWARDEN_RABBITMQ_IMAGE'] ?? 'rabbitmq:4.1-management';
  const { folder, authority, admin, server } = await prepare('mqwarden-rabbitmq-container-', {});
  const ports = await namedPorts('amqps', 'management');
  const inside = '/etc/rabbitmq';
  const paths = { ca: `${inside}/ca.pem`, cert: `${inside}/server.pem`, key: `${inside}/server.key` };
  const config = rabbitConfig(paths, ports, admin, 'required', [], '0.0.0.0');
  const container = await startContainer(image, folder, [ports.amqps, ports.management], (made, wait) =>
    made.withWaitStrategy(wait.forLogMessage(/Server startup complete/)).withCopyContentToContainer([
      { target: `${inside}/rabbitmq.conf`, content: config },
      { target: `${inside}/enabled_plugins`, content: `[${PLUGINS.join(',')}].\n` },
      { target: paths.ca, content: authority.ca },
      { target: paths.cert, content: server.cert },
      { target: paths.key, content: server.key },
    ]),
  );
  const connection: RabbitConnection = {
    ...common(image, folder, authority, admin),
    managementUrl: `https://localhost:${ports.management}`,
    amqpsUrl: `amqps://localhost:${ports.amqps}`,
  };
  return { connection, stop: () => stopContainer(container, folder) };
}

/** MQWARDEN_KAFKA_IMAGE overrides the image. */
export async function containerKafka(proxySlots: number): Promise<Started<KafkaConnection>> {
  const image = process.env['MQWARDEN_KAFKA_IMAGE'] ?? `apache/kafka:${kafkaVersion()}`;
  const client = { commonName: BROKER_PRINCIPAL, alsoClient: true };
  const { folder, authority, admin, server } = await prepare('mqwarden-kafka-container-', client);
  const named = await namedPorts('main', 'certificate', 'tls', 'controller');
  const slots = Array.from({ length: proxySlots }, () => namedPorts('upstream', 'advertised'));
  const ports = { ...named, proxies: await Promise.all(slots) };
  const broker = { username: BROKER_PRINCIPAL, password: randomBytes(18).toString('hex') };
  const inside = '/tmp/mqwarden';
  const paths = { data: `${inside}/data`, keyStore: `${inside}/store.pem`, ca: `${inside}/ca.pem` };
  const node = { id: 1, ports, controllers: [ports.controller] };
  const config = kafkaConfig(paths, node, broker, [], '0.0.0.0');
  const format = [
    'format',
    '-t',
    newClusterId(),
    '-c',
    `${inside}/server.properties`,
    ...scramUsers([admin, broker]),
  ];
  const quoted = format.map((word) => `'${word}'`).join(' ');
  const command = `kafka-storage.sh ${quoted} && exec kafka-server-start.sh ${inside}/server.properties`;
  const outside = [
    ports.main,
    ports.certificate,
    ports.tls,
    ...ports.proxies.map(({ upstream }) => upstream),
  ];
  const container = await startContainer(image, folder, outside, (made, wait) =>
    made
      .withWaitStrategy(wait.forLogMessage(/Kafka Server started/))
      .withEntrypoint(['bash', '-c'])
      .withCommand([`export PATH=/opt/kafka/bin:$PATH; ${command}`])
      .withCopyContentToContainer([
        { target: `${inside}/server.properties`, content: config },
        { target: paths.keyStore, content: [server.key, server.cert, authority.ca].join('\n') },
        { target: paths.ca, content: authority.ca },
      ]),
  );
  const connection: KafkaConnection = {
    ...common(image, folder, authority, admin),
    brokers: [`localhost:${ports.main}`],
    certificateListener: `localhost:${ports.certificate}`,
    tlsListener: `localhost:${ports.tls}`,
    proxySlots: ports.proxies,
  };
  return { connection, stop: () => stopContainer(container, folder) };
}

type ServerNames = { readonly commonName?: string; readonly alsoClient?: boolean };
type Trust = { readonly ca: string; readonly caKey: string };

async function prepare(prefix: string, names: ServerNames) {
  const folder = temporaryFolder(prefix);
  const authority = await createAuthority();
  const server: Issued = await authority.server(names);
  const admin: Credentials = { username: 'admin', password: randomBytes(18).toString('hex') };
  writeFileSync(join(folder, 'ca.pem'), authority.ca, { mode: 0o600 });
  return { folder, authority, admin, server };
}

function common(image: string, folder: string, { ca, caKey }: Trust, admin: Credentials) {
  const files = { caFile: join(folder, 'ca.pem'), logFile: join(folder, 'container.log') };
  const version = /:v?(\d[\d.]*)/.exec(image)?.[1] ?? 'unknown';
  return { source: 'container' as const, name: image, version, folder, ca, caKey, admin, ...files };
}

type Configure = (made: GenericContainer, wait: typeof Wait) => GenericContainer;

async function startContainer(
  image: string,
  folder: string,
  ports: readonly number[],
  configure: Configure,
): Promise<StartedTestContainer> {
  const { GenericContainer, Wait } = await import('testcontainers');
  const log = createWriteStream(join(folder, 'container.log'), { mode: 0o600 });
  const made = new GenericContainer(image)
    .withExposedPorts(...ports.map((port) => ({ container: port, host: port })))
    .withLogConsumer((stream) => void stream.pipe(log))
    .withStartupTimeout(120_000);
  return configure(made, Wait).start();
}

async function stopContainer(container: StartedTestContainer, folder: string): Promise<void> {
  await container.stop({ timeout: 0 });
  removeFolder(folder);
}
