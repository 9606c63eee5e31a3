import type { Outcome } from '../../../core/broker.ts';
import type { Change } from '../../../core/resource.ts';
import { faultOf } from '../faults.ts';
import type { KafkaResource } from '../resources.ts';

export type Report = (change: Change<KafkaResource>, outcome: Outcome) => void;

export const done: Outcome = { status: 'done' };

/** An item that is missing from the answer. */
export const unanswered: Outcome = { status: 'failed', error: 'the broker did not answer for it' };

/** What the broker said of one item: 0 is done. `goal` is the error that means that it is so already. */
export function outcomeOf(
  errorCode: number,
  message: string | null | undefined,
  goal?: 'UNKNOWN_TOPIC_OR_PARTITION' | 'RESOURCE_NOT_FOUND',
): Outcome {
  if (errorCode === 0) return done;
  const { name, error, hint } = faultOf(errorCode, message);
  return name === goal ? done : { status: 'failed', error, hint };
}

/** A change whose spec the action must have; one without it is a bug of the planner. */
export function required<Spec>(spec: Spec | null, change: Change): Spec {
  if (spec === null) throw new Error(`${change.action} of ${change.address} without a spec`);
  return spec;
}
