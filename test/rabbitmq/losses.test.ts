import { expect, test } from 'vitest';
import type { Admin, Answer } from '../../src/brokers/rabbitmq/admin.ts';
import { lossesOn } from '../../src/brokers/rabbitmq/losses.ts';
import type { RabbitChange } from '../../src/brokers/rabbitmq/resources.ts';
import type { Address } from '../../src/core/address.ts';

/** What is said of answers that a healthy broker does not give; what it does give is in live.test.ts. */

/** Answers `totals` to the list with totals, and `statistics` to everything else. */
function admin(statistics: Partial<Answer>, totals: Partial<Answer>): Admin {
  const answer = (given: Partial<Answer>): Answer => ({ status: 200, body: undefined, reason: '', ...given });
  return {
    username: 'admin',
    endpoint: 'localhost',
    request: (_method, _path, options) =>
      Promise.resolve(answer(options?.query?.['enable_queue_totals'] === 'true' ? totals : statistics)),
    get: () => Promise.reject(new Error('not asked here')),
    close: () => undefined,
  };
}

const at = {
  'rabbitmq:queue': 'rabbitmq:queue:v/q',
  'rabbitmq:exchange': 'rabbitmq:exchange:v/e',
  'rabbitmq:vhost': 'rabbitmq:vhost:v',
} as const;
const unknown = 'an unknown number of messages';
const total = (type: string, messages?: number) => ({ body: [{ name: 'q', type, messages }] });

const cases: readonly {
  name: string;
  kind: keyof typeof at & RabbitChange['kind'];
  statistics: Partial<Answer>;
  totals: Partial<Answer>;
  want: string | undefined;
}[] = [
  {
    name: 'both known: the larger',
    kind: 'rabbitmq:queue',
    statistics: { body: { name: 'q', messages: 1, consumers: 2 } },
    totals: total('classic', 3),
    want: '3 messages, 2 consumers',
  },
  {
    name: 'no statistics yet',
    kind: 'rabbitmq:queue',
    statistics: { body: { name: 'q' } },
    totals: total('classic', 0),
    want: '0 messages, an unknown number of consumers',
  },
  {
    name: 'a quorum queue whose counters were not written yet',
    kind: 'rabbitmq:queue',
    statistics: { body: { name: 'q' } },
    totals: total('quorum', 0),
    want: `${unknown}, an unknown number of consumers`,
  },
  ...[401, 403, 500, 503].map((status) => ({
    name: String(status),
    kind: 'rabbitmq:queue' as const,
    statistics: { status },
    totals: { status },
    want: `${unknown}, an unknown number of consumers`,
  })),
  {
    name: 'gone by now',
    kind: 'rabbitmq:queue',
    statistics: { status: 404 },
    totals: { body: [] },
    want: undefined,
  },
  {
    name: 'bindings refused',
    kind: 'rabbitmq:exchange',
    statistics: { status: 500 },
    totals: {},
    want: 'an unknown number of bindings',
  },
  {
    name: 'a vhost with one queue that cannot be counted',
    kind: 'rabbitmq:vhost',
    statistics: { body: [{ name: 'q', messages: 5 }, { name: 's' }] },
    totals: total('classic', 5),
    want: `2 queues, ${unknown}`,
  },
  {
    name: 'a vhost that is not shown',
    kind: 'rabbitmq:vhost',
    statistics: { status: 401 },
    totals: { status: 401 },
    want: `an unknown number of queues, ${unknown}`,
  },
];
test.each(cases)('$kind, $name: $want', async ({ kind, statistics, totals, want }) => {
  expect(await lossesOn(admin(statistics, totals))[kind]?.(at[kind] as Address)).toBe(want);
});
