/**
 * Two random topologies on real brokers: however the first one came out, after applying the second the brokers hold what they
 * would hold had it been applied to empty ones, by the tool's own reader and by what the brokers themselves list.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { brokersForTests } from '../brokers/index.ts';
import { kafkaGround, rabbitGround, type Ground } from './grounds.ts';
import { pairs, type Stage } from './stages.ts';
import { drawn, every, seed, tell } from './setting.ts';
import { settle } from './settle.ts';

const { rabbitmq } = brokersForTests();

describe.each([
  ['rabbitmq', () => Promise.resolve(rabbitGround(rabbitmq))],
  ['kafka', kafkaGround],
] as const)('%s', (broker, openGround) => {
  let ground: Ground;
  beforeAll(async () => {
    ground = await openGround();
  });
  afterAll(() => ground.close());

  /** What is there after these topologies, one after the other, on nothing. */
  async function after(...stages: readonly Stage[]) {
    const place = await ground.clear();
    try {
      for (const stage of stages) await settle(place, stage);
      return await place.listing();
    } finally {
      await place.remove();
    }
  }

  it.each(drawn(pairs(broker), 5, 40).map((pair, at) => [at, pair] as const))(
    'pair %i: the second after the first is the second alone',
    { timeout: 120_000 },
    async (at, [first, second]) => {
      const changed = await after(first, second);
      const alone = await after(second);
      expect(changed, `pair ${at} of seed ${seed}`).toEqual(alone);
      expect(alone.raw.length).toBeGreaterThan(0);
      if (every) tell(`${broker}, pair ${at}: ${alone.raw.length} things listed`);
    },
  );
});
