/** A proxy before a broker, which counts the requests that write and lets a test look from outside before each of them. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { SharedKafka, SharedRabbitMQ } from '../brokers/connection.ts';
import { startKafkaProxy } from '../brokers/proxy-kafka.ts';
import {
  type ManagementRequest,
  type ManagementVerdict,
  startManagementProxy,
} from '../brokers/proxy-management.ts';
import type { Fault } from '../brokers/proxy-sockets.ts';

/** What a broker is asked to do: `PUT /api/queues/…`, or the name of a Kafka request such as `CreateAcls`. */
interface Write {
  /** From 1, since the hook was set. */
  readonly n: number;
  readonly what: string;
  /** From 1, among the writes with the same `what`. */
  readonly nth: number;
}

type OnWrite<Verdict = Fault> = (write: Write) => Verdict | Promise<Verdict>;

export interface Front<Verdict = Fault> {
  /** What takes the place of the broker's endpoint in the environment's section. */
  readonly section: Readonly<Record<string, unknown>>;
  /** The writes since the hook was set. */
  readonly writes: readonly string[];
  /** Replaces the hook and counts anew; without one everything passes. */
  onWrite(hook?: OnWrite<Verdict>): void;
  /** Returns when whatever was passed on has been answered, heard or not; of a proxy that can tell. */
  settled?(): Promise<void>;
  stop(): Promise<void>;
}

/** Called before each write, when the one before it has been answered. */
export type Look = (write: Write) => Promise<void>;

/** From one setting of the hook to the next. A request belongs to the one in which it arrived, however long it waits. */
interface Period<Verdict> {
  readonly writes: string[];
  readonly hook: OnWrite<Verdict> | undefined;
}

interface Counter<Verdict> {
  period: Period<Verdict>;
}

function newCounter<Verdict>(): Counter<Verdict> {
  return { period: { writes: [], hook: undefined } };
}

async function decide<Verdict>(
  { writes, hook }: Period<Verdict>,
  what: string,
  look: Look | undefined,
): Promise<Verdict | 'pass'> {
  writes.push(what);
  const write = { n: writes.length, what, nth: writes.filter((one) => one === what).length };
  await look?.(write);
  return (await hook?.(write)) ?? 'pass';
}

function controls<Verdict>(counter: Counter<Verdict>): Pick<Front<Verdict>, 'writes' | 'onWrite'> {
  return {
    get writes() {
      return counter.period.writes;
    },
    onWrite: (hook) => {
      counter.period = { writes: [], hook };
    },
  };
}

/** With `look`, writes go one after the other, though the program sends 16 at a time: one of the orders that it allows. */
export async function frontOfRabbitMQ(at: SharedRabbitMQ, look?: Look): Promise<Front<ManagementVerdict>> {
  const counter = newCounter<ManagementVerdict>();
  let before: Promise<unknown> = Promise.resolve();
  const proxy = await startManagementProxy(at, (_n, request) => {
    if (request.method === 'GET') return 'pass';
    const { period } = counter;
    const what = `${request.method} ${decodeURIComponent(request.path)}`;
    if (look === undefined) return decide(period, what, undefined);
    const turn = before.then(() => decide(period, what, look));
    before = turn.then(
      (verdict) => (verdict === 'pass' ? until(() => request.status !== undefined) : undefined),
      () => undefined,
    );
    return turn;
  });
  return Object.assign(controls(counter), {
    section: { managementUrl: proxy.managementUrl },
    settled: () => proxy.settled(),
    stop: () => proxy.stop(),
  });
}

const kafkaWrites: Readonly<Record<number, string>> = {
  19: 'CreateTopics',
  20: 'DeleteTopics',
  30: 'CreateAcls',
  31: 'DeleteAcls',
  37: 'CreatePartitions',
  44: 'IncrementalAlterConfigs',
  49: 'AlterClientQuotas',
  51: 'AlterUserScramCredentials',
};

/** A plan asks CreateTopics too, to validate only: it counts as a write, and is none. */
export async function frontOfKafka(at: SharedKafka, look?: Look): Promise<Front> {
  const counter = newCounter<Fault>();
  const proxy = await startKafkaProxy(at, (_n, { apiKey }) => {
    const what = kafkaWrites[apiKey];
    return what === undefined ? 'pass' : decide(counter.period, what, look);
  });
  return Object.assign(controls(counter), {
    section: { brokers: proxy.brokers },
    stop: () => proxy.stop(),
  });
}

/** Vault, or AWS Secrets Manager, by way of `storeUrl`: what changes a secret is a write. */
export interface StoreFront extends Front {
  readonly storeUrl: string;
}

export async function frontOfStore(at: {
  readonly address: string;
  readonly ca: string;
  readonly caKey: string;
}): Promise<StoreFront> {
  const counter = newCounter<Fault>();
  const upstream = { managementUrl: at.address, ca: at.ca, caKey: at.caKey };
  const proxy = await startManagementProxy(upstream, (_n, request) => {
    const what = storeWrite(request);
    return what === undefined ? 'pass' : decide(counter.period, what, undefined);
  });
  return Object.assign(controls(counter), {
    section: {},
    storeUrl: proxy.managementUrl,
    settled: () => proxy.settled(),
    stop: () => proxy.stop(),
  });
}

/** AWS names what it is asked for in a header; whatever is posted to Vault's `data` is a version. */
function storeWrite({ method, path, headers }: ManagementRequest): string | undefined {
  const action = String(headers['x-amz-target'] ?? '').replace(/^secretsmanager\./, '');
  if (action !== '') return /^(Create|Put|Update)/.test(action) ? action : undefined;
  return method === 'POST' && path.includes('/data/') ? `POST ${decodeURIComponent(path)}` : undefined;
}

/** Counts the writes of several as they come, whichever they are for. */
export function joined(broker: Front, ...others: readonly Front[]): Front {
  const all = [broker, ...others];
  const counter = newCounter<Fault>();
  return Object.assign(controls(counter), {
    section: broker.section,
    onWrite: (hook?: OnWrite) => {
      const period: Period<Fault> = { writes: [], hook };
      counter.period = period;
      for (const front of all) front.onWrite(({ what }) => decide(period, what, undefined));
    },
    settled: async () => {
      await Promise.all(all.map(async (front) => front.settled?.()));
    },
    stop: async () => {
      await Promise.all(all.map((front) => front.stop()));
    },
  });
}

/** Polls, with a bound. */
export async function until(is: () => boolean | Promise<boolean>, ms = 15_000): Promise<void> {
  const deadline = performance.now() + ms;
  while (!(await is())) {
    if (performance.now() > deadline) throw new Error(`did not come to be within ${ms / 1000} s`);
    await sleep(2);
  }
}
