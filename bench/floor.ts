/**
 * What plan or apply cannot do without, bare: the same files parsed, the same clients loaded, the same requests in the same
 * order and batches, the same keys derived, the same files of secrets. No check, no comparison, no message.
 *
 *   node floor.js plan [FILE]    FILE: a saved plan that creates everything, where nothing is there yet
 *   node floor.js apply FILE
 *   node floor.js audit          what audit reads, and the listeners that it knocks at
 */
import { createHash, pbkdf2, randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { link, open, unlink } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect } from 'node:tls';
import { promisify } from 'node:util';
import {
  type API,
  alterUserScramCredentialsV0,
  apiVersionsV3,
  type Connection,
  ConfigResourceTypes,
  createAclsV3,
  createTopicsV7,
  describeAclsV3,
  describeClientQuotasV1,
  describeClusterV1,
  describeConfigsV4,
  describeUserScramCredentialsV0,
  metadataV12,
} from '@platformatic/kafka';
import { parse } from 'yaml';
import { batchesOf, rawKafka, type RawRabbitMQ, rawRabbitMQ, together } from './raw.ts';

interface Change {
  readonly kind: string;
  readonly address: string;
  readonly after: Readonly<Record<string, never>>;
}

interface Environment {
  readonly rabbitmq: {
    readonly managementUrl: string;
    readonly amqpsUrl: string;
    readonly vhost: string;
    readonly admin: { readonly username: string };
  };
  readonly kafka: { readonly brokers: readonly string[]; readonly admin: { readonly username: string } };
}

const [mode, planFile] = process.argv.slice(2);
const files = readdirSync('topology').filter((name) => name.endsWith('.yaml'));
const parsed = files.map(
  (name) => parse(readFileSync(`topology/${name}`, 'utf8')) as { environments?: { bench: Environment } },
);
const environment = parsed.find((file) => file.environments !== undefined)?.environments?.bench;
if (environment === undefined) throw new Error('the topology has no environment');
const { rabbitmq, kafka } = environment;
const { vhost } = rabbitmq;

const changes =
  planFile === undefined
    ? []
    : (JSON.parse(readFileSync(planFile, 'utf8')) as { changes: readonly Change[] }).changes;
const byKind = Map.groupBy(changes, ({ kind }) => kind);
const of = (kind: string): readonly Change[] => byKind.get(kind) ?? [];
const partsOf = ({ address, kind }: Change) => address.slice(kind.length + 1).split('/');
const nameOf = (change: Change) => decodeURIComponent(partsOf(change)[0] ?? '');

const rabbitAdmin = {
  url: rabbitmq.managementUrl,
  caFile: 'topology/rabbitmq-ca.pem',
  username: rabbitmq.admin.username,
  password: process.env['BENCH_RABBITMQ_PASSWORD'] ?? '',
};
const kafkaAdmin = {
  url: kafka.brokers[0] ?? '',
  caFile: 'topology/kafka-ca.pem',
  username: kafka.admin.username,
  password: process.env['BENCH_KAFKA_PASSWORD'] ?? '',
};

async function readRabbitMQ(rabbit: RawRabbitMQ): Promise<void> {
  JSON.parse(await rabbit.call('GET', '/whoami'));
  const definitions = JSON.parse(await rabbit.call('GET', '/definitions')) as { vhosts: { name: string }[] };
  if (definitions.vhosts.some(({ name }) => name === vhost))
    JSON.parse(await rabbit.call('GET', `/vhosts/${vhost}`));
}

/** A failed item throws: a floor that did only half would be too low. */
function call<A extends unknown[], R>(
  connection: Connection,
  api: API<A, R>,
  ...args: NoInfer<A>
): Promise<R> {
  return api.async(connection, ...args);
}

const everyAcl = {
  resourceType: 1,
  resourceName: null,
  resourcePatternType: 1,
  principal: null,
  host: null,
  operation: 1,
  permissionType: 1,
} as const;

async function readKafka(connection: Connection): Promise<void> {
  await call(connection, apiVersionsV3.api, 'bench', '1');
  await call(connection, describeClusterV1.api, true, 1);
  const topics = async () => {
    const metadata = await call(connection, metadataV12.api, null, false, false);
    const names = metadata.topics.map(({ name }) => name ?? '');
    if (names.length === 0) return createTopics(connection, true);
    for (const batch of batchesOf(names)) {
      const resources = batch.map((resourceName) => ({
        resourceType: ConfigResourceTypes.TOPIC,
        resourceName,
        configurationKeys: null,
      }));
      await call(connection, describeConfigsV4.api, resources, false, false);
    }
  };
  await Promise.all([
    topics(),
    call(connection, describeAclsV3.api, everyAcl),
    call(connection, describeUserScramCredentialsV0.api, []),
    call(connection, describeClientQuotasV1.api, [], false),
  ]);
}

async function createTopics(connection: Connection, validateOnly: boolean): Promise<void> {
  for (const batch of batchesOf(of('kafka:topic'))) {
    const request = batch.map((change) => {
      const {
        partitions,
        replicationFactor,
        config = {},
      } = change.after as {
        partitions?: number;
        replicationFactor?: number;
        config?: Record<string, string>;
      };
      const configs = Object.entries(config).map(([name, value]) => ({ name, value }));
      return {
        name: nameOf(change),
        numPartitions: partitions ?? -1,
        replicationFactor: replicationFactor ?? -1,
        assignments: [] as [],
        configs,
      };
    });
    await call(connection, createTopicsV7.api, request, 60_000, validateOnly);
  }
}

/** A broker makes a thousand logs before it shows the ACLs that came after: a reading before that would be no proof. */
async function shownByKafka(connection: Connection): Promise<void> {
  for (;;) {
    const { resources } = await call(connection, describeAclsV3.api, everyAcl);
    const count = resources.reduce((sum, { acls }) => sum + acls.length, 0);
    if (count >= of('kafka:acl').length) return;
    await sleep(100);
  }
}

const kafkaResources = { topic: 2, group: 3, cluster: 4, transactional_id: 5 } as const;
const kafkaOperations = { read: 3, write: 4, describe: 8 } as const;

async function writeKafka(connection: Connection): Promise<void> {
  await createTopics(connection, false);
  await call(connection, describeUserScramCredentialsV0.api, []);
  const upsertions: {
    name: string;
    mechanism: number;
    iterations: number;
    salt: Buffer;
    saltedPassword: Buffer;
  }[] = [];
  await together(of('kafka:user'), async (change) => {
    const { iterations } = change.after as unknown as { iterations: number };
    const [name, salt] = [nameOf(change), randomBytes(32)];
    const saltedPassword = await promisify(pbkdf2)(
      await storePassword('kafka', name),
      salt,
      iterations,
      64,
      'sha512',
    );
    upsertions.push({ name, mechanism: 2, iterations, salt, saltedPassword });
  });
  await flushFolder('topology/secrets/kafka');
  for (const batch of batchesOf(upsertions))
    await call(connection, alterUserScramCredentialsV0.api, [], batch);
  for (const batch of batchesOf(of('kafka:acl'))) {
    const creations = batch.map(({ after }) => {
      const spec = after as unknown as {
        resource: keyof typeof kafkaResources;
        name: string;
        principal: string;
        operation: keyof typeof kafkaOperations;
      };
      return {
        resourceType: kafkaResources[spec.resource],
        resourceName: spec.name,
        resourcePatternType: 3,
        principal: spec.principal,
        host: '*',
        operation: kafkaOperations[spec.operation],
        permissionType: 3,
      } as const;
    });
    await call(connection, createAclsV3.api, creations as never);
  }
}

const createOnly = { 'if-none-match': '*' };

async function writeRabbitMQ(rabbit: RawRabbitMQ): Promise<void> {
  await rabbit.call('PUT', `/vhosts/${vhost}`, {}, createOnly);
  await together(of('rabbitmq:user'), async (change) => {
    const salt = randomBytes(4);
    const hash = createHash('sha512')
      .update(salt)
      .update(await storePassword('rabbitmq', nameOf(change)))
      .digest();
    const body = {
      password_hash: Buffer.concat([salt, hash]).toString('base64'),
      hashing_algorithm: 'rabbit_password_hashing_sha512',
      tags: '',
    };
    await rabbit.call('PUT', `/users/${nameOf(change)}`, body, createOnly);
  });
  await flushFolder('topology/secrets/rabbitmq');
  await together(of('rabbitmq:exchange'), (change) => {
    const { type } = change.after;
    return rabbit.call(
      'PUT',
      `/exchanges/${partsOf(change).join('/')}`,
      { type, durable: true, auto_delete: false, internal: false, arguments: {} },
      createOnly,
    );
  });
  await together(of('rabbitmq:queue'), (change) =>
    rabbit.call(
      'PUT',
      `/queues/${partsOf(change).join('/')}`,
      { durable: true, auto_delete: false, arguments: { 'x-queue-type': 'classic' } },
      createOnly,
    ),
  );
  await together(of('rabbitmq:binding'), (change) => {
    const { source, destination, routingKey } = change.after as unknown as Record<string, string>;
    return rabbit.call('POST', `/bindings/${vhost}/e/${source ?? ''}/q/${destination ?? ''}`, {
      routing_key: routingKey,
      arguments: {},
    });
  });
  await together(of('rabbitmq:topic-permission'), async (change) => {
    const [, user, exchange] = partsOf(change);
    const path = `/topic-permissions/${vhost}/${user ?? ''}`;
    await rabbit.call('GET', path).catch(() => '');
    await rabbit.call('PUT', path, { exchange, ...change.after });
  });
  await together(of('rabbitmq:permission'), async (change) => {
    const path = `/permissions/${partsOf(change).join('/')}`;
    await rabbit.call('GET', path).catch(() => '');
    await rabbit.call('PUT', path, change.after);
  });
}

/** As safe as it must be: no half of a file under its name, and on the disk before the broker hears of it. */
async function storePassword(broker: string, name: string): Promise<string> {
  const password = randomBytes(32).toString('base64url');
  const [file, temporary] = [
    `topology/secrets/${broker}/${name}.json`,
    `topology/secrets/${broker}/.${name}.tmp`,
  ];
  const handle = await open(temporary, 'wx', 0o600);
  await handle.writeFile(JSON.stringify({ username: name, password }));
  await handle.sync();
  await handle.close();
  await link(temporary, file);
  await unlink(temporary);
  return password;
}

async function flushFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  await handle.sync();
  await handle.close();
}

async function onRabbitMQ(): Promise<void> {
  const rabbit = rawRabbitMQ(rabbitAdmin);
  await readRabbitMQ(rabbit);
  if (mode === 'apply') {
    await writeRabbitMQ(rabbit);
    await readRabbitMQ(rabbit);
  }
  rabbit.close();
}

async function onKafka(): Promise<void> {
  const connection = await rawKafka(kafkaAdmin);
  await readKafka(connection);
  if (mode === 'apply') {
    await writeKafka(connection);
    await shownByKafka(connection);
    await readKafka(connection);
  }
  await connection.close();
}

/** Each thing that audit asks for, by itself. */
async function auditRabbitMQ(): Promise<void> {
  const rabbit = rawRabbitMQ(rabbitAdmin);
  const paths = [
    'whoami',
    'overview',
    'nodes',
    'definitions',
    'connections',
    'queues?columns=name,vhost,messages,consumers',
  ];
  for (const path of paths) JSON.parse(await rabbit.call('GET', `/${path}`));
  // Before 3.13 there is none.
  await rabbit.call('GET', '/deprecated-features/used').catch(() => '');
  const guest = rawRabbitMQ({ ...rabbitAdmin, username: 'guest', password: 'guest' });
  await guest.call('GET', '/whoami').catch(() => '');
  guest.close();
  rabbit.close();
  const urls = [rabbitmq.amqpsUrl, rabbitmq.managementUrl].map((url) => new URL(url).host);
  await Promise.all(urls.flatMap((at) => [handshake(at), handshake(at), handshake(at)]));
}

async function auditKafka(): Promise<void> {
  const connection = await rawKafka(kafkaAdmin);
  await call(connection, apiVersionsV3.api, 'bench', '1');
  await call(connection, describeClusterV1.api, true, 1);
  await call(connection, describeAclsV3.api, everyAcl);
  const { brokers } = await call(connection, metadataV12.api, null, false, false);
  for (const { nodeId } of brokers) {
    const broker = { resourceType: 4, resourceName: String(nodeId), configurationKeys: null } as const;
    await call(connection, describeConfigsV4.api, [broker], false, false);
  }
  await call(connection, describeUserScramCredentialsV0.api, []);
  await connection.close();
  await Promise.all(
    kafka.brokers.flatMap((at) => [handshake(at), handshake(at), handshake(at), handshake(at)]),
  );
}

function handshake(at: string): Promise<void> {
  const { hostname, port } = new URL(`tls://${at}`);
  const socket = connect({
    host: hostname,
    port: Number(port),
    servername: hostname,
    rejectUnauthorized: false,
  });
  return new Promise((resolve) => {
    const end = (): void => {
      socket.destroy();
      resolve();
    };
    socket.once('secureConnect', end).once('error', end);
  });
}

interface Stored {
  readonly username: string;
  readonly password: string;
}

function storedIn(broker: string): Stored[] {
  const folder = `topology/secrets/${broker}`;
  const files = readdirSync(folder, { withFileTypes: true }).filter((file) => file.isFile());
  return files.map(({ name }) => JSON.parse(readFileSync(`${folder}/${name}`, 'utf8')) as Stored);
}

/** As each service, by the broker to the controller: whether what no ACL is about is open. */
async function askAs({ username, password }: Stored): Promise<void> {
  const connection = await rawKafka({ ...kafkaAdmin, username, password });
  await validate(connection);
  await call(connection, metadataV12.api, ['strange'], false, false).catch(() => undefined);
  await connection.close();
}

async function validate(connection: Connection): Promise<void> {
  const topic = { name: 'strange', numPartitions: 1, replicationFactor: 1, assignments: [], configs: [] };
  await call(connection, createTopicsV7.api, [topic], 60_000, true).catch(() => undefined);
}

if (mode === 'audit') {
  storedIn('rabbitmq');
  const services = storedIn('kafka');
  await Promise.all([auditRabbitMQ(), auditKafka()]);
  await together(services, askAs);
  process.exit();
}
if (mode === 'apply')
  for (const broker of ['rabbitmq', 'kafka']) mkdirSync(`topology/secrets/${broker}`, { recursive: true });
await Promise.all([onRabbitMQ(), onKafka()]);
