import { pbkdf2Sync, randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { alterUserScramCredentialsV0, Connection } from '@platformatic/kafka';
import { kafka as broker } from '../../src/brokers/kafka/index.ts';
import { createKafka } from '../../src/brokers/kafka/connect.ts';
import type { KafkaResource } from '../../src/brokers/kafka/resources.ts';
import type { KafkaEnvironment } from '../../src/brokers/kafka/schema.ts';
import type { Context, Credential, Credentials, Outcome, Reading } from '../../src/core/broker.ts';
import type { Placed } from '../../src/core/landscape.ts';
import { sortChanges } from '../../src/core/decide.ts';
import { deletion, diff, type Difference } from '../../src/core/diff.ts';
import type { Change } from '../../src/core/resource.ts';
import { type Kafka, type KafkaOptions, startKafka } from '../brokers/kafka.ts';
import { environment, landscape } from './landscape.ts';

export type Services = Readonly<Record<string, object>>;
export type KafkaChange = Change<KafkaResource>;

/** A real broker with what the tests do to it: plan, apply, look again. */
/** Nobody else writes, and nobody keeps a record. */
export const unwatched = { permit: () => Promise.resolve(), record: () => undefined };

export interface Live {
  readonly kafka: Kafka;
  readonly credentials: Credentials & { readonly stored: Map<string, Credential> };
  target(section?: object): Placed<KafkaEnvironment>;
  context(password?: string): Context;
  read(services: Services, as?: Login): Promise<Reading<KafkaResource>>;
  plan(services: Services, as?: Login): Promise<Difference<KafkaResource>>;
  /** Writes the changes in order; the outcome of each, by address. */
  write(changes: readonly KafkaChange[], as?: Login): Promise<Map<string, Outcome>>;
  /** Plans, writes, fails unless every change is done, and reads until nothing is left to do. */
  converge(services: Services): Promise<Difference<KafkaResource>>;
  /** Deletes whatever is live but the admin and the broker's own. */
  wipe(): Promise<void>;
  /** The services' own factory, as a service would call it. */
  connect(service: string): ReturnType<typeof createKafka>;
}

interface Login {
  readonly username: string;
  readonly password: string;
}

export async function startLive(options?: KafkaOptions): Promise<Live> {
  // kafkajs prints every refusal that a test provokes.
  process.env['KAFKAJS_LOG_LEVEL'] = 'NOTHING';
  return liveOn(await startKafka(options));
}

function liveOn(kafka: Kafka): Live {
  const stored = new Map<string, Credential>();
  const credentials: Live['credentials'] = {
    stored,
    has: (path) => Promise.resolve(stored.has(path)),
    read: (path) => Promise.resolve(stored.get(path)),
    ensure: (path, username) => {
      const credential = stored.get(path) ?? { username, password: `pässword of ${username}` };
      stored.set(path, credential);
      return Promise.resolve(credential);
    },
  };
  const target = (section: object = {}) =>
    environment({ brokers: kafka.brokers, tls: { ca: kafka.caFile }, ...section });
  const context = (password = kafka.admin.password): Context => ({
    secret: () => Promise.resolve(password),
    file: (path) => readFile(path, 'utf8'),
    conceal: () => undefined,
    timeoutMs: 10_000,
    correlationId: 'test',
    progress: () => undefined,
  });
  const targetOf = (as: Login = kafka.admin) =>
    target({ admin: { username: as.username, password: 'env:KAFKA_ADMIN' } });
  const read: Live['read'] = (services, as) => {
    const { resources } = broker.compile(landscape(services, { environment: targetOf(as) }));
    return broker.read(targetOf(as), { desired: resources }, context(as?.password));
  };
  const plan: Live['plan'] = async (services, as) => {
    const ground = landscape(services, { environment: targetOf(as), protected: ['mqwarden-broker'] });
    const compiled = broker.compile(ground);
    const reading = await read(services, as);
    return diff({ kinds: broker.kinds, compiled, reading, ground: broker.ground(ground, compiled) });
  };
  const write: Live['write'] = async (changes, as) => {
    const writer = await broker.writer(targetOf(as), context(as?.password), credentials, unwatched);
    const outcomes = new Map<string, Outcome>();
    try {
      await writer.write(sortChanges(broker.kinds, changes), (change, outcome) => {
        if (outcomes.has(change.address)) throw new Error(`${change.address} was reported twice`);
        outcomes.set(change.address, outcome);
      });
    } finally {
      await writer.close();
    }
    return outcomes;
  };
  const converge: Live['converge'] = async (services) => {
    const difference = await plan(services);
    await writeAll(write, difference.changes);
    await until(async () => (await plan(services)).changes);
    return difference;
  };
  const wipe = async () => {
    const kept = new Set(['kafka:user:admin', 'kafka:user:mqwarden-broker']);
    const leftovers = async () =>
      (await read({})).resources
        .filter(({ address }) => !kept.has(address) && !address.startsWith('kafka:topic:__'))
        .map((one) => deletion(one, 'wiped'));
    await writeAll(write, await leftovers());
    await until(leftovers);
    stored.clear();
  };
  const connect: Live['connect'] = (service) =>
    createKafka({
      service,
      brokers: kafka.brokers,
      tls: { ca: kafka.ca },
      clientId: 'test',
      secrets: {
        getSecret: (path) => {
          const credential = stored.get(path.slice(0, path.lastIndexOf('/')));
          return Promise.resolve(
            (path.endsWith('/username') ? credential?.username : credential?.password) ?? '',
          );
        },
      },
    });
  return { kafka, credentials, target, context, read, plan, write, converge, wipe, connect };
}

async function writeAll(write: Live['write'], changes: readonly KafkaChange[]): Promise<void> {
  const outcomes = await write(changes);
  const failed = [...outcomes].filter(([, outcome]) => outcome.status !== 'done');
  if (failed.length > 0 || outcomes.size !== changes.length) {
    throw new Error(
      `${outcomes.size} of ${changes.length} reported, failed: ${JSON.stringify(failed.slice(0, 3))}`,
    );
  }
}

/** Reads lag writes: polls, with a bound, until the list is empty. */
async function until(left: () => Promise<readonly unknown[]>): Promise<void> {
  const deadline = Date.now() + 10_000;
  for (;;) {
    const remaining = await left();
    if (remaining.length === 0) return;
    if (Date.now() > deadline)
      throw new Error(`${remaining.length} still left: ${JSON.stringify(remaining.slice(0, 3))}`);
    await sleep(50);
  }
}

/** A user of SCRAM-SHA-256 alone, as another tool would make it. */
export async function scram256({ kafka }: Live, name: string, password: string): Promise<void> {
  const [salt, iterations] = [randomBytes(16), 4096];
  const saltedPassword = pbkdf2Sync(password, salt, iterations, 32, 'sha256');
  const connection = new Connection('test', {
    tls: { ca: kafka.ca },
    tlsServerName: 'localhost',
    sasl: { mechanism: 'SCRAM-SHA-512', ...kafka.admin },
  });
  await connection.connect('localhost', kafka.ports.main);
  try {
    const upsertion = { name, mechanism: 1, iterations, salt, saltedPassword };
    await alterUserScramCredentialsV0.api.async(connection, [], [upsertion]);
  } finally {
    await connection.close();
  }
}
