/**
 * A rotation whose credentials and record lie in Vault, or in AWS Secrets Manager, killed at its writes to the store and to the broker:
 * all of them by `npm run test:kill`, else at three that count.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { brokersForTests } from '../brokers/index.ts';
import { type Front, frontOfKafka, frontOfRabbitMQ } from './front.ts';
import { inAws, inVault } from './keepers.ts';
import { rotationOnKafka, rotationOnRabbitMQ } from './rotation.setting.ts';
import { openRotation, type RotationScene } from './rotation.ts';
import type { Moment } from './victim.ts';

const { rabbitmq, kafka } = brokersForTests();
const every = process.env['MQWARDEN_KILL'] === 'every';
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
const vault = { store: 'Vault', keeper: inVault, a: /^POST .*\/data\// };
const aws = { store: 'AWS', keeper: inAws, a: /^(PutSecretValue|UpdateSecretVersionStage)$/ };

const all = [
  { ...onRabbitMQ, ...vault, mode: 'dual' as const, sampled: true },
  { ...onKafka, ...aws, mode: 'dual' as const, sampled: true },
  { ...onKafka, ...vault, mode: 'dual' as const, sampled: false },
  { ...onRabbitMQ, ...aws, mode: 'dual' as const, sampled: false },
  { ...onRabbitMQ, ...vault, mode: 'in-place' as const, sampled: false },
  { ...onKafka, ...aws, mode: 'in-place' as const, sampled: false },
];

describe.each(all.filter(({ sampled }) => every || sampled))(
  '$broker, $store, $mode: a rotation that is killed',
  ({ open, front, keeper, mode, a }) => {
    let scene: RotationScene;
    let writes: readonly string[] = [];

    beforeAll(async () => {
      scene = await openRotation(await open(), mode, await front(), await keeper());
      writes = await scene.count();
    }, 180_000);
    afterAll(() => scene.close());

    it(
      'at any write to the store or the broker, is ended by the next run',
      { timeout: 1_800_000 },
      async () => {
        expect(writes.filter((what) => a.test(what)).length).toBeGreaterThanOrEqual(6);
        for (const [n, moment] of every ? everyMoment(writes) : someMoments(writes, a)) {
          expect(await scene.killAtWrite(n, moment), `write ${n}, ${moment}`).toBe(true);
        }
      },
    );
  },
);

type Kill = readonly [n: number, moment: Moment];

function everyMoment(writes: readonly string[]): Kill[] {
  return writes.flatMap((_, at): Kill[] => [
    [at + 1, 'unsent'],
    [at + 1, 'unanswered'],
  ]);
}

/** When the record has announced the first step, in the middle, and when it is to say that all is over. */
function someMoments(writes: readonly string[], a: RegExp): Kill[] {
  const ofStore = writes.flatMap((what, at) => (a.test(what) ? [at + 1] : []));
  const middle = ofStore[Math.floor(ofStore.length / 2)] ?? 1;
  return [
    [ofStore[0] ?? 1, 'unanswered'],
    [middle, 'unanswered'],
    [ofStore.at(-1) ?? 1, 'unsent'],
  ];
}
