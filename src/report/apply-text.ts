import pc from 'picocolors';
import type { Outcome } from '../core/broker.ts';
import type { Change } from '../core/resource.ts';
import type { Plan } from '../core/plan.ts';
import type { Warning } from '../core/broker.ts';
import { printable } from './printable.ts';

/** What came of an apply, as far as it is told to a person. */
export type Applied =
  | { readonly status: 'declined' }
  | {
      readonly status: 'applied';
      readonly items: readonly { readonly change: Change; readonly outcome: Outcome }[];
      readonly warnings: readonly Warning[];
      readonly errors: readonly { readonly message: string; readonly hint?: string | undefined }[];
      readonly left: Plan | undefined;
    };

/** What is asked before anything is written. */
export function questionAsText({ environment }: Plan): string {
  return `Apply this to ${printable(environment)}?`;
}

/** One change that did not come to be, with the broker's own words. */
function outcomeAsText(change: Change, outcome: Outcome, color: boolean): string {
  const colors = pc.createColors(color);
  if (outcome.status === 'done') return `done ${change.action} ${printable(change.address)}\n`;
  const head = outcome.status === 'failed' ? colors.red('failed') : colors.yellow('skipped');
  const hint =
    outcome.status === 'failed' && outcome.hint !== undefined ? `\n  ${printable(outcome.hint)}` : '';
  return `${head} ${change.action} ${printable(change.address)}: ${printable(outcome.error)}${hint}\n`;
}

/** Of one cause, so many are told one by one. */
const toldOfACause = 20;

/**
 * Tells what did not come to be, as it happens. What hundreds have in common, such as a broker that went away, would bury what else
 * went wrong: `rest` counts it. The audit log has each.
 */
export function failuresAsText(color: boolean): {
  readonly one: (change: Change, outcome: Outcome) => string;
  readonly rest: () => string;
} {
  const told = new Map<string, number>();
  return {
    one: (change, outcome) => {
      const cause = outcome.status === 'done' ? 'done' : outcome.error;
      const times = (told.get(cause) ?? 0) + 1;
      told.set(cause, times);
      return times > toldOfACause ? '' : outcomeAsText(change, outcome, color);
    },
    rest: () =>
      [...told]
        .filter(([, times]) => times > toldOfACause)
        .map(
          ([cause, times]) =>
            `and ${times - toldOfACause} more: ${printable(cause)} (the audit log has each)\n`,
        )
        .join(''),
  };
}

/** The last word of an apply: what was done, and that nothing is left, or what is. */
export function applyAsText(result: Applied, color: boolean): string {
  const colors = pc.createColors(color);
  if (result.status === 'declined') return 'Nothing was written.\n';
  const warnings = result.warnings.map(
    (one) => `${colors.yellow('warning')} ${printable(one.message)} (${printable(one.address)})`,
  );
  const count = (status: Outcome['status']) =>
    result.items.filter((item) => item.outcome.status === status).length;
  const tally = [
    [count('done'), 'applied'],
    [count('failed'), 'failed'],
    [count('skipped'), 'skipped'],
  ] as const;
  const said = tally.filter(([number]) => number > 0).map(([number, what]) => `${number} ${what}`);
  const lines =
    result.items.length === 0
      ? []
      : [`${colors.bold('Applied:')} ${said.join(', ')}. ${leftover(result.left)}`];
  const errors = result.errors.map(({ message, hint }) => {
    const next = hint === undefined ? '' : `\n  ${printable(hint)}`;
    return `${colors.red('error')} ${printable(message)}${next}`;
  });
  const all = [...warnings, ...errors, ...lines];
  return all.length === 0 ? '' : `${all.join('\n')}\n`;
}

function leftover(left: Plan | undefined): string {
  if (left === undefined) return 'What is left is not known: plan again.';
  const { changes, blocked } = left;
  if (changes.length + blocked.length === 0) return 'Read again: nothing is left.';
  const first = [...changes, ...blocked].slice(0, 5).map((one) => printable(one.address));
  const more = changes.length + blocked.length - first.length;
  const parts = [
    ...(changes.length > 0 ? [`${changes.length} to do`] : []),
    ...(blocked.length > 0 ? [`${blocked.length} blocked`] : []),
  ];
  return `Read again: ${parts.join(' and ')} (${first.join(', ')}${more > 0 ? ` and ${more} more` : ''}).`;
}
