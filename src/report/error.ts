import pc from 'picocolors';
import { type MqwardenError, type Position, type Problem, TopologyError } from '../core/errors.ts';
import { asJson } from './json.ts';
import { printable } from './printable.ts';

/** An expected error for a person: where, what, and what to do next; every problem of a topology on its own line. */
export function errorAsText(error: MqwardenError, color: boolean): string {
  const colors = pc.createColors(color);
  const problems = error instanceof TopologyError ? error.problems : [asProblem(error)];
  const blocks = problems.map((problem) => {
    const where = problem.position === undefined ? '' : `${place(problem.position)}: `;
    const related = (problem.related ?? []).map(
      (one) => `\n  ${place(one.position)}: ${printable(one.message)}`,
    );
    const hint = problem.hint === undefined ? '' : `\n  ${colors.dim(printable(problem.hint))}`;
    return `${colors.red('error')} ${where}${printable(problem.message)}${related.join('')}${hint}`;
  });
  return `${blocks.join('\n')}\n`;
}

function asProblem(error: MqwardenError): Problem {
  const at = error.address === undefined ? '' : ` (${error.address})`;
  const { position, hint } = error;
  return { message: `${error.message}${at}`, position, hint };
}

function place(at: Position): string {
  return `${printable(at.file)}:${at.line}:${at.column}`;
}

/** The same as JSON, for `--format json`: on stderr, one object. */
export function errorAsJson(error: MqwardenError): string {
  const problems = error instanceof TopologyError ? error.problems : [asProblem(error)];
  const body = {
    version: 1,
    error: {
      code: error.code,
      message: error.message,
      address: error.address,
      endpoint: error.endpoint,
      ...error.position,
      hint: error.hint,
      problems: problems.map(({ message, position, hint, related }) => ({
        message,
        ...position,
        hint,
        related,
      })),
    },
  };
  return `${asJson(body)}\n`;
}
