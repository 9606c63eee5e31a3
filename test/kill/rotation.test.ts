/**
 * `npm run test:kill` kills a rotation at every step and at every write, in both ways; else one in a few. Before the next run each
 * time: whoever reads the store can log in, a plan is empty, and the record names every user that lives.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Mode } from '../../src/core/rotation/words.ts';
import { brokersForTests } from '../brokers/index.ts';
import { type Front, frontOfKafka, frontOfRabbitMQ } from './front.ts';
import { inFiles } from './keepers.ts';
import { rotationOnKafka, rotationOnRabbitMQ } from './rotation.setting.ts';
import { openRotation, type RotationScene } from './rotation.ts';
import type { Moment } from './victim.ts';

const { rabbitmq, kafka } = brokersForTests();
const every = process.env['MQWARDEN_KILL'] === 'every';
const steps: Readonly<Record<Mode, readonly string[]>> = {
  dual: ['create', 'grant', 'test', 'publish', 'drain', 'close', 'revoke', 'remove', 'prove'],
  'in-place': ['publish', 'set', 'close', 'prove'],
};
const onRabbitMQ = {
  broker: 'RabbitMQ',
  open: () => rotationOnRabbitMQ(rabbitmq),
  front: () => frontOfRabbitMQ(rabbitmq) as Promise<Front>,
};
const onKafka = {
  broker: 'Kafka',
  open: () => Promise.resolve(rotationOnKafka(kafka)),
  front: () => frontOfKafka(kafka),
};

describe.each([
  { ...onRabbitMQ, mode: 'dual' as const, stride: 4, least: 5 },
  { ...onKafka, mode: 'dual' as const, stride: 3, least: 5 },
  // The write to the broker is the moment in which the store and the broker differ.
  { ...onRabbitMQ, mode: 'in-place' as const, stride: 4, least: 1 },
  { ...onKafka, mode: 'in-place' as const, stride: 4, least: 1 },
])('$broker, $mode: a rotation that is killed', ({ open, front, mode, stride, least }) => {
  let scene: RotationScene;
  let writes = 0;

  beforeAll(async () => {
    scene = await openRotation(await open(), mode, await front(), await inFiles());
    writes = (await scene.count()).length;
  });
  afterAll(() => scene.close());

  it('at any step, locks nobody out and is ended by the next run', { timeout: 600_000 }, async () => {
    const sampled = steps[mode].filter((_step, at) => every || at % stride === 0);
    let kills = 0;
    for (const step of sampled) if (await scene.killAtStep(step)) kills += 1;
    // A step may be over before it is seen.
    expect(kills).toBeGreaterThan(0);
  });

  it('at any write to the broker, likewise', { timeout: 600_000 }, async () => {
    expect(writes).toBeGreaterThanOrEqual(least);
    for (const [n, moment] of momentsOf(writes, stride, mode)) {
      expect(await scene.killAtWrite(n, moment), `write ${n}`).toBe(true);
    }
  });

  it('and when it goes back, the old credential is the one in the end', { timeout: 600_000 }, async () => {
    const { length } = await scene.countAbort();
    expect(length).toBeGreaterThanOrEqual(1);
    for (const [n, moment] of momentsOf(length, length, 'dual')) {
      expect(await scene.killAbortAtWrite(n, moment), `write ${n}`).toBe(true);
    }
  });
});

/** Each write in both ways; else one in `stride`, the ways in turn, but in place. */
function momentsOf(writes: number, stride: number, mode: Mode): (readonly [n: number, moment: Moment])[] {
  const both: readonly Moment[] = ['unsent', 'unanswered'];
  return Array.from({ length: writes }, (_, at) => at + 1)
    .filter((n) => every || (n - 1) % stride === 0)
    .flatMap((n) =>
      (every || mode === 'in-place' ? both : [both[n % 2] ?? 'unsent']).map((moment) => [n, moment] as const),
    );
}
