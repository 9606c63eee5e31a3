import { countsOf, type Finding } from '../core/finding.ts';
import { asJson } from './json.ts';

/** The document of lint, audit and verify; `more` stands beside the findings. */
export function findingsAsJson(
  findings: readonly Finding[],
  more: Readonly<Record<string, unknown>> = {},
): string {
  const all = findings.map(({ position, ...finding }) => ({ ...finding, ...position }));
  return `${asJson({ version: 1, ...more, findings: all, summary: countsOf(findings) })}\n`;
}
