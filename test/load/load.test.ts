/**
 * Publishers and consumers on both brokers at once, counted by id, while the program rotates every service, the brokers' certificates
 * are renewed, and the brokers are restarted. Short, for every run; `npm run test:load` is the whole of it.
 */
import { expect, it, onTestFinished } from 'vitest';
import { type Ground, openGround } from './ground.ts';
import { kafkaLoad, type Load, rabbitLoad } from './load.ts';

const long = process.env['MQWARDEN_LOAD'] === 'long';
const { pairs, rotations, each, pauseMs, grace } = long
  ? { pairs: 20, rotations: 2, each: 200, pauseMs: 50, grace: '20s' }
  : { pairs: 3, rotations: 1, each: 10, pauseMs: 10, grace: '5s' };

it(
  `${pairs} publishers and ${pairs} consumers on each broker live through renewed certificates, rotations and restarts`,
  { timeout: long ? 1_800_000 : 600_000 },
  async () => {
    const ground = await openGround(pairs);
    onTestFinished(() => ground.close(), 120_000);
    const loads = await Promise.all([rabbitLoad(ground, pauseMs), kafkaLoad(ground, pauseMs)]);
    onTestFinished(async () => {
      await Promise.all(loads.map((load) => load.close()));
    }, 120_000);
    const during = async (what: string, work: () => Promise<void>) => {
      await timed(what, loads, work);
      await Promise.all(loads.map((load) => load.some(each)));
    };
    await during('beginning', () => Promise.resolve());
    await during('renewal of both certificates', () => ground.renewCertificates());
    for (let number = 1; number <= rotations; number += 1) {
      await during(`rotation ${number}`, () => rotateAll(ground));
    }
    for (const { broker, count } of loads) {
      expect({ broker, failures: count.failures() }).toEqual({ broker, failures: [] });
      expect({ broker, doubled: count.doubled() }).toEqual({ broker, doubled: [] });
    }
    await during('restart', () => ground.restart('in order'));
    if (long) {
      await during('restart after a crash', () => ground.restart('by a crash'));
      await during('rotation after the restarts', () => rotateAll(ground));
    }
    await Promise.all(loads.map((load) => load.finish()));
    tell('end', loads);
    for (const { broker, count } of loads) {
      expect({ broker, refused: count.refused }).toEqual({ broker, refused: [] });
      expect({ broker, lost: count.lost() }).toEqual({ broker, lost: [] });
      const unexplained = count.doubled().filter(({ why }) => why === 'unexplained');
      expect({ broker, unexplained }).toEqual({ broker, unexplained: [] });
    }
  },
);

/** Every service on both brokers has a newer credential, and the older one is refused. */
async function rotateAll(ground: Ground): Promise<void> {
  const { rotations, summary } = await ground.rotate(grace);
  expect(summary).toMatchObject({ rotated: ground.pairs.length * 4 });
  expect(rotations.filter(({ result }) => result !== 'rotated')).toEqual([]);
}

async function timed(what: string, loads: readonly Load[], work: () => Promise<void>): Promise<void> {
  const since = performance.now();
  await work();
  tell(`${what} (${((performance.now() - since) / 1000).toFixed(1)} s)`, loads);
}

/** The figures of the long form, for the record. */
function tell(after: string, loads: readonly Load[]): void {
  if (!long) return;
  for (const { broker, count } of loads) {
    const doubled = count.doubled();
    const of = (why: string) => doubled.filter((one) => one.why === why).length;
    console.log(
      `${after}: ${broker}: ${count.confirmed.size} confirmed, ${doubled.length} delivered twice ` +
        `(${of('redelivery')} by redelivery, ${of('retry')} by retry), ${count.refused.length} refused`,
    );
  }
}
