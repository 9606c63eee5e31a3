/**
 * How much of the random tests on real brokers runs: a sample, or with `MQWARDEN_FUZZ=every` (`npm run test:patterns`) all of
 * it. The seed is fixed, so that a failure comes again; `MQWARDEN_FUZZ_SEED` takes another.
 */
import fc from 'fast-check';

export const every = process.env['MQWARDEN_FUZZ'] === 'every';

export const seed = Number(process.env['MQWARDEN_FUZZ_SEED'] ?? 20_240_917);

/** The first so many of the arbitrary: the sample is where the whole begins. */
export function drawn<T>(arbitrary: fc.Arbitrary<T>, sample: number, all: number): T[] {
  return fc.sample(arbitrary, { seed, numRuns: every ? all : sample });
}

/** What was put to the broker, where all of it was asked for. */
export function tell(text: string): void {
  if (every) process.stdout.write(`fuzz (seed ${seed}): ${text}\n`);
}
