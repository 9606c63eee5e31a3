import { setTimeout as sleep } from 'node:timers/promises';
import type { Decisions } from '../core/decisions.ts';
import { MqwardenError } from '../core/errors.ts';
import type { Change } from '../core/resource.ts';
import { type Planned, planSite } from './plan.ts';
import type { Session } from './session.ts';

export interface Failure {
  readonly message: string;
  readonly hint?: string | undefined;
}

/** What a plan of one broker, made after the writes, still lists; or why it could not be read again. */
export type Leftover = { readonly planned: Planned } | { readonly failure: Failure };

/** Brokers show a write a little later: Kafka when it has made the logs of a thousand topics, on a busy machine after seconds. */
const patienceMs = 30_000;
const longestPauseMs = 1_000;

/**
 * Reads one broker again until nothing is left of what was done. What failed is not waited for, nor what somebody else did
 * meanwhile.
 */
export async function settle(
  planned: Planned,
  session: Session,
  decisions: Decisions,
  done: readonly Change[],
): Promise<Leftover> {
  const deadline = performance.now() + patienceMs;
  const addresses = new Set(done.map(({ address }) => address));
  const isDone = ({ address }: Change) => addresses.has(address);
  const { broker, landscape } = planned;
  try {
    await broker.shown?.(landscape.environment, done, patienceMs, session.context);
    for (let pause = 50; ; pause = Math.min(2 * pause, longestPauseMs)) {
      const left = await planSite(session, planned, decisions);
      if (!left.part.changes.some(isDone) || performance.now() + pause > deadline) return { planned: left };
      await sleep(pause);
    }
  } catch (error) {
    if (!(error instanceof MqwardenError)) throw error;
    const message = `could not read again what is left: ${error.message}`;
    return { failure: { message, hint: error.hint } };
  }
}
