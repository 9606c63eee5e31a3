import pc from 'picocolors';
import type { DoneStep, Rotation, RotationResult, Rotations } from '../core/rotation/report.ts';
import type { Step } from '../core/rotation/words.ts';
import { printable } from './printable.ts';

const words: Readonly<Record<Step, string>> = {
  create: 'make the user',
  grant: 'give it the grants',
  test: 'log in with it',
  publish: 'put it into the store',
  set: 'set the password',
  drain: 'wait for those who use the old one',
  close: 'close what is left',
  revoke: 'take the grants of the old one',
  remove: 'delete the old user',
  prove: 'prove that the old one is refused',
};

/** One step as it ends. */
export function stepAsText(
  of: Pick<Rotation, 'broker' | 'service'>,
  { step, result, detail }: DoneStep,
): string {
  const head = `${of.broker} ${printable(of.service)}: ${words[step]}`;
  return result === 'failed' ? `${head}: failed: ${printable(detail)}\n` : `${head}: ${printable(detail)}\n`;
}

/** What is asked before anything is written. */
export function rotationQuestion({ environment, summary }: Rotations): string {
  const many = summary.planned === 1 ? 'this credential' : `these ${summary.planned} credentials`;
  return `Rotate ${many} of ${printable(environment)}?`;
}

const colorsOf: Readonly<Record<RotationResult, 'green' | 'yellow' | 'red' | 'dim'>> = {
  rotated: 'green',
  adopted: 'green',
  aborted: 'green',
  planned: 'green',
  skipped: 'dim',
  blocked: 'yellow',
  failed: 'red',
};

/** What came of a rotate, or what it would do. */
export function rotationsAsText(document: Rotations, color: boolean): string {
  const { rotations, summary } = document;
  if (rotations.length === 0) return 'There is nothing to rotate.\n';
  const lines = rotations.map((one) => rotationAsText(one, color));
  const tally = Object.entries(summary)
    .filter(([, number]) => number > 0)
    .map(([result, number]) => `${number} ${result}`);
  return `${lines.join('')}${tally.join(', ')}.\n`;
}

function rotationAsText(one: Rotation, color: boolean): string {
  const colors = pc.createColors(color);
  const { broker, service, result, from, to, reason, hint, remainder, steps } = one;
  const way =
    from === undefined || to === undefined
      ? ''
      : from === to
        ? ` (${printable(to)}, another password)`
        : ` (${printable(from)} → ${printable(to)})`;
  const resumed = one.resumed === true ? ', goes on' : '';
  const why = reason === undefined ? '' : `: ${printable(reason)}`;
  const planned = steps
    .filter((step) => step.result === 'planned')
    .map(({ step }, at) => `  ${at + 1}. ${words[step]}\n`)
    .join('');
  const next = hint === undefined ? '' : `  ${colors.dim(printable(hint))}\n`;
  const left = remainder === undefined ? '' : `  ${colors.yellow('note')} ${printable(remainder)}\n`;
  return `${colors[colorsOf[result]](result)} ${broker} ${printable(service)}${way}${resumed}${why}\n${planned}${next}${left}`;
}
