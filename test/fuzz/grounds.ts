/** Where random topologies are applied, and what is there then: by the tool's own reader, and as the brokers list it. */
import { Admin } from '@platformatic/kafka';
import { canonical } from '../../src/core/json.ts';
import type { SharedRabbitMQ } from '../brokers/connection.ts';
import { uniqueName } from '../brokers/index.ts';
import { kafkaAdmin } from '../brokers/kafka-admin.ts';
import { BROKER_PRINCIPAL } from '../brokers/kafka-config.ts';
import { type RabbitAdmin, rabbitAdmin } from '../brokers/rabbit-admin.ts';
import { openWorkspace, type Workspace } from '../contract/life.ts';
import type { Surroundings } from '../contract/subject.ts';
import { type Live, startLive } from '../kafka/live.ts';
import type { Stage } from './stages.ts';

interface Listing {
  /** Address and spec. */
  readonly read: readonly string[];
  /** Whatever a broker says about it, without secrets and counters. */
  readonly raw: readonly string[];
}

export interface Place {
  readonly workspace: Workspace;
  readonly section: (stage: Stage) => Surroundings['section'];
  listing(): Promise<Listing>;
  remove(): Promise<void>;
}

export interface Ground {
  /** A place where nothing is. */
  clear(): Promise<Place>;
  close(): Promise<void>;
}

/** A vhost each, and a mark in the names of users, on the brokers that all tests share. */
export function rabbitGround(rabbitmq: SharedRabbitMQ): Ground {
  const admin = rabbitAdmin(rabbitmq);
  const clear = async (): Promise<Place> => {
    const mark = uniqueName('pairs');
    const section = ({ vhost }: Pick<Stage, 'vhost'>) => ({
      managementUrl: rabbitmq.managementUrl,
      amqpsUrl: rabbitmq.amqpsUrl,
      vhost: { name: mark, ...vhost },
      naming: { user: `{service}.${mark}` },
      tls: { ca: 'ca.pem' },
      admin: { username: rabbitmq.admin.username, password: 'env:ADMIN' },
    });
    const workspace = await openWorkspace('rabbitmq', {
      section: section({ vhost: {} }),
      files: { 'ca.pem': rabbitmq.ca },
      variables: { ADMIN: rabbitmq.admin.password },
      claims: { users: `*.${mark}` },
    });
    return {
      workspace,
      section,
      listing: async () => {
        const raw = await rabbitThings(admin, mark);
        return { read: await readOf(workspace, mark), raw: lines(raw, mark) };
      },
      remove: async () => {
        await admin.delete(`/vhosts/${mark}`);
        for (const { name } of await usersOf(admin, mark))
          await admin.delete(`/users/${encodeURIComponent(name)}`);
        await workspace.remove();
      },
    };
  };
  return { clear, close: () => Promise.resolve() };
}

/** A broker of its own: what is pruned there is nobody else's. */
export async function kafkaGround(): Promise<Ground> {
  const live = await startLive();
  const { brokers, ca, admin } = live.kafka;
  const section = () => ({
    brokers,
    tls: { ca: 'ca.pem' },
    admin: { username: admin.username, password: 'env:ADMIN' },
  });
  const clear = async (): Promise<Place> => {
    await live.wipe();
    const workspace = await openWorkspace('kafka', {
      section: section(),
      files: { 'ca.pem': ca },
      variables: { ADMIN: admin.password },
      claims: { principals: '*' },
      protected: { principals: BROKER_PRINCIPAL },
    });
    return {
      workspace,
      section,
      listing: async () => ({ read: await readOf(workspace), raw: lines(await kafkaThings(live)) }),
      remove: () => workspace.remove(),
    };
  };
  return { clear, close: () => live.kafka.stop() };
}

async function readOf(workspace: Workspace, mark = ''): Promise<string[]> {
  const { planned } = await workspace.plan();
  const live = planned.flatMap(({ difference }) => [...difference.live.values()]);
  return lines(
    live.filter(({ address }) => address.includes(mark)).map(({ address, spec }) => ({ address, spec })),
    mark,
  );
}

/** Sorted, and as if every place had the same mark. */
function lines(things: readonly object[], mark = ''): string[] {
  const texts = things.map((thing) => canonical(thing as Parameters<typeof canonical>[0]));
  return texts.map((text) => (mark === '' ? text : text.replaceAll(mark, 'MARK'))).sort();
}

type Thing = Readonly<Record<string, unknown>>;

const usersOf = async (admin: RabbitAdmin, mark: string) =>
  (await admin.get<{ readonly name: string }[]>('/users')).filter(({ name }) => name.endsWith(mark));

/** The definitions: all but hashes, which differ with every salt. */
async function rabbitThings(admin: RabbitAdmin, mark: string): Promise<object[]> {
  const definitions = await admin.get<Record<string, unknown>>('/definitions');
  const listed = Object.entries(definitions).flatMap(([kind, list]) =>
    Array.isArray(list) ? (list as Thing[]).map((one): Thing => ({ kind, ...one })) : [],
  );
  // Limits that were there and are gone leave an empty list of them behind.
  const isEmpty = ({ kind, value }: Thing) => kind === 'parameters' && Object.keys(value ?? {}).length === 0;
  const isHere = ({ kind, vhost, name }: Thing) =>
    vhost === mark || (typeof name === 'string' && (kind === 'users' ? name.endsWith(mark) : name === mark));
  const vhost = await admin.get<Thing>(`/vhosts/${mark}`);
  const { description, tags, metadata, default_queue_type, tracing } = vhost;
  return [
    ...listed
      .filter((one) => isHere(one) && !isEmpty(one))
      .map(({ password_hash, ...thing }) => ({ ...thing, hashed: typeof password_hash })),
    { kind: 'settings', ...given({ description, tags, metadata, default_queue_type, tracing }) },
  ];
}

function given(values: Thing): Thing {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
}

async function kafkaThings({ kafka }: Live): Promise<object[]> {
  const admin = await kafkaAdmin(kafka);
  try {
    const topics = (await admin.topics()).filter((name) => !name.startsWith('__'));
    const specs = topics.map(async (topic) => ({
      topic,
      partitions: await admin.partitions(topic),
      overrides: await admin.overrides(topic),
    }));
    return [
      ...(await Promise.all(specs)),
      ...(await admin.acls()),
      ...(await admin.scramUsers()).map((user) => ({ user })),
      ...(await quotas(kafka)),
    ];
  } finally {
    await admin.close();
  }
}

async function quotas({ brokers, ca, admin }: Live['kafka']): Promise<object[]> {
  const client = new Admin({
    clientId: 'mqwarden-test-quotas',
    bootstrapBrokers: [...brokers],
    tls: { ca },
    sasl: { mechanism: 'SCRAM-SHA-512', ...admin },
  });
  try {
    return await client.describeClientQuotas({ components: [], strict: false });
  } finally {
    await client.close();
  }
}
