import type { Deed, Outcome } from '../core/broker.ts';
import type { Decisions } from '../core/decisions.ts';
import { MqwardenError } from '../core/errors.ts';
import type { Change } from '../core/resource.ts';
import type { AuditLog } from '../history/audit-log.ts';
import type { PlanResult } from './plan.ts';
import type { Failure } from './settle.ts';

/** What an apply puts on record, in its order. */
export interface Diary {
  started(): Promise<void>;
  finished(): Promise<void>;
  item(change: Change, outcome: Outcome): Promise<void>;
  deed(deed: Deed): Promise<void>;
}

interface DiaryOptions {
  readonly decisions: Decisions;
  readonly redact: (text: string) => string;
}

export function keepDiary(
  log: AuditLog,
  { session, plan: { digest, environment } }: PlanResult,
  { decisions, redact }: DiaryOptions,
): Diary {
  const common = { correlationId: session.correlationId, environment, planDigest: digest };
  const ending = (outcome: Outcome) => ({
    result: outcome.status === 'done' ? ('ok' as const) : outcome.status,
    ...(outcome.status === 'done' ? {} : { error: redact(outcome.error) }),
  });
  return {
    started: () => log.append({ ...common, action: 'apply', result: 'started', decisions }),
    finished: () => log.append({ ...common, action: 'apply', result: 'finished' }),
    item: (change, outcome) =>
      log.append({
        ...common,
        ...(change.service === undefined ? {} : { service: change.service }),
        address: change.address,
        action: change.action,
        ...ending(outcome),
      }),
    deed: ({ action, address, detail, outcome }) =>
      log.append({ ...common, address, action, detail: redact(detail), ...ending(outcome) }),
  };
}

/** The last line of the log; a full disk at the very end must not hide what was done. */
export async function unlogged(diary: Diary): Promise<Failure[]> {
  try {
    await diary.finished();
    return [];
  } catch (error) {
    if (!(error instanceof MqwardenError)) throw error;
    return [{ message: error.message, hint: error.hint }];
  }
}
