/** What an apply makes of a request that fails in the middle, and of being killed while many are under way. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { brokersForTests, uniqueName } from '../brokers/index.ts';
import type { ManagementVerdict } from '../brokers/proxy-management.ts';
import { rabbitAdmin } from '../brokers/rabbit-admin.ts';
import { openDetour } from './detour.ts';
import { type Front, frontOfRabbitMQ, until } from './front.ts';
import { rabbitLogin, rabbitSubject } from './rabbitmq.setting.ts';
import { notDone } from './victim.ts';

const { rabbitmq } = brokersForTests();
let front: Front<ManagementVerdict>;

beforeAll(async () => {
  front = await frontOfRabbitMQ(rabbitmq);
});
afterAll(() => front.stop());

async function open() {
  const mark = uniqueName('fault');
  const detour = await openDetour('rabbitmq', rabbitSubject(rabbitmq, mark), front.section);
  return { mark, detour };
}

const lost =
  /^cannot reach the management API at localhost:\d+: the connection was closed before an answer came$/;

const faults: readonly { name: string; verdict: ManagementVerdict; words: RegExp }[] = [
  {
    name: 'answered with 500',
    verdict: { status: 500, body: { error: 'internal_error', reason: 'the disk alarm is on' } },
    words: /^RabbitMQ failed: the disk alarm is on \(500\)$/,
  },
  { name: 'cut before the broker saw it', verdict: 'kill-before', words: lost },
  { name: 'cut when the broker had done it', verdict: 'drop-response', words: lost },
  { name: 'never answered', verdict: 'hang', words: /: no answer in time$/ },
];

describe('RabbitMQ: one request in the middle', () => {
  it.each(faults)('$name: its dependents wait, the rest is done, the next apply converges', async (fault) => {
    const { mark, detour } = await open();
    const [owner, visitor] = [`owner-${mark}`, `visitor-${mark}`];
    await detour.write({
      [owner]: {
        rabbitmq: {
          exchanges: { events: { type: 'topic' }, other: { type: 'fanout' } },
          queues: {
            work: { bindings: [{ exchange: 'events', routingKey: 'k' }] },
            side: { bindings: [{ exchange: 'other' }] },
          },
          publishes: [{ exchange: 'events', routingKeys: ['k'] }],
        },
      },
      [visitor]: { rabbitmq: { publishes: ['other'], consumes: ['work', 'side'] } },
    });
    front.onWrite(({ what }) => (what === `PUT /api/exchanges/${mark}/events` ? fault.verdict : 'pass'));
    const run = await detour.start().ended;

    const exchange = `rabbitmq:exchange:${mark}/events`;
    const row = `rabbitmq:topic-permission:${mark}/${owner}/events`;
    expect(run.code).toBe(1);
    expect(notDone(run, 'failed')).toEqual({ [exchange]: expect.stringMatching(fault.words) as string });
    expect(notDone(run, 'skipped')).toEqual({
      [`rabbitmq:binding:${mark}/events/queue/work/k`]: `not done, since ${exchange} was not`,
      [row]: `not done, since ${exchange} was not`,
      // Without the row, its permission would let it publish with every key.
      [`rabbitmq:permission:${mark}/${owner}`]: `not done, since ${row} was not`,
    });
    expect(run.stdout).toMatch(/^Applied: 8 applied, 1 failed, 3 skipped\. Read again: [34] to do /m);

    const admin = rabbitAdmin(rabbitmq);
    const bound = await admin.get<readonly object[]>(`/bindings/${mark}/e/other/q/side`);
    expect(bound, 'what does not depend on it is done').toHaveLength(1);
    expect(await admin.get(`/permissions/${mark}/${visitor}`)).toMatchObject({ write: '^other$' });
    await detour.converge();
    await rabbitLogin(rabbitmq, mark, await detour.stored(owner));
    await detour.workspace.remove();
  });
});

describe('RabbitMQ: killed while many requests are under way', () => {
  it('when the fifth of 24 queues is sent: four are made, and the next apply makes the rest', async () => {
    const { mark, detour } = await open();
    const names = Array.from({ length: 24 }, (_, at) => `queue-${at}`);
    await detour.write({
      [`owner-${mark}`]: { rabbitmq: { queues: Object.fromEntries(names.map((name) => [name, {}])) } },
    });
    const victim = detour.start();
    const fifth = Promise.withResolvers<undefined>();
    let queues = 0;
    front.onWrite(async ({ what }) => {
      if (!what.startsWith(`PUT /api/queues/${mark}/`)) return 'pass';
      queues += 1;
      if (queues === 5) {
        victim.freeze();
        fifth.resolve(undefined);
      }
      if (queues >= 5) return 'kill-before';
      await fifth.promise;
      return 'drop-response';
    });
    await fifth.promise;
    const live = () => rabbitAdmin(rabbitmq).get<readonly object[]>(`/queues/${mark}?disable_stats=true`);
    await until(async () => (await live()).length === 4);
    victim.kill();
    expect((await victim.ended).code).toBeNull();
    expect(await live()).toHaveLength(4);
    await detour.converge();
    expect(await live()).toHaveLength(24);
    await detour.workspace.remove();
  });
});
