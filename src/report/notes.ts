import { durationText } from '../core/duration.ts';
import type { Plan } from '../core/plan.ts';

/** How old the snapshot was that the plan was made against; undefined for a plan of live brokers. */
export function againstWhat({ against, createdAt }: Plan): string | undefined {
  if (against === undefined) return undefined;
  const age = Date.parse(createdAt) - Date.parse(against.takenAt);
  const old = age < 0 ? 'taken in the future' : `${durationText(age)} old`;
  return `planned against a snapshot of ${against.takenAt} (${old}), not against live brokers`;
}

/** What is true of live brokers is not said of a snapshot. */
export function asDeclared({ against }: Plan): string {
  return against === undefined ? 'is as declared' : 'was as declared when the snapshot was taken';
}
