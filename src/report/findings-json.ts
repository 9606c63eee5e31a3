import type { Position } from '../core/errors.ts';
import { countsOf, type Finding } from '../core/finding.ts';
import { asJson } from './json.ts';

/** The document of lint, audit and verify; `more` stands beside the findings, of which `counted` make the summary. */
export function findingsAsJson(
  findings: readonly Finding[],
  more: Readonly<Record<string, unknown>> = {},
  counted: readonly Finding[] = findings,
): string {
  const all = findings.map(({ related, ...finding }) => ({
    ...placed(finding),
    ...(related === undefined ? {} : { related: related.map(placed) }),
  }));
  return `${asJson({ version: 1, ...more, findings: all, summary: countsOf(counted) })}\n`;
}

function placed<One extends { readonly position?: Position | undefined }>({ position, ...rest }: One) {
  return { ...rest, ...position };
}
