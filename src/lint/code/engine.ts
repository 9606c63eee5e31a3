import type { Position, Problem } from '../../core/errors.ts';
import type { Silenced } from '../../core/finding.ts';
import { compareText } from '../../core/json.ts';
import type { LintFinding, RuleInfo } from '../../core/rule.ts';
import { positionAt, type Source, sourceOf } from '../../topology/places.ts';
import { ignoresOf, mayIgnore, withIgnores } from '../ignores.ts';
import { unreadableCode } from '../own.ts';
import { codeOf, type Parsed } from './code.ts';
import { maskedLines, maskedText } from './masked.ts';
import type { Code, CodeRule, CodeSpot } from './rule.ts';

/** What there is to tell of a source file, and all of it that is shown: the file itself is not kept. */
export interface CodeResults {
  readonly findings: readonly LintFinding[];
  readonly silenced: readonly Silenced[];
  /** The lines that findings are about, by their numbers, as they may be shown to anybody. */
  readonly lines: ReadonlyMap<number, string>;
}

export interface CodeText {
  readonly file: string;
  readonly text: string;
}

/** Pure; `today` is `2026-11-24`. */
export function judgeCode(
  { file, text }: CodeText,
  parsed: Parsed | Problem,
  rules: readonly CodeRule[],
  today: string,
): CodeResults {
  if (!('program' in parsed)) {
    const found = [unreadable(file, parsed)];
    return { findings: found, silenced: [], lines: maskedText(text, linesOf(found)) };
  }
  const code = codeOf(file, text, parsed);
  const asked = rules.filter(({ inTests }) => inTests || !code.isTest);
  const spots = asked.flatMap((rule) => [...rule.inCode(code)].map((spot) => ({ rule, spot })));
  // Of most files there is nothing to tell, and nobody need know where their lines begin.
  if (spots.length === 0 && !mayIgnore(text)) return { findings: [], silenced: [], lines: new Map() };
  const source = sourceOf(file, text);
  const found = spots.map(({ rule, spot }) => findingOf(rule, spot, source));
  const ignores = ignoresOf({ source, text, comments: () => parsed.comments, mark: '//' });
  const { kept, silenced } = withIgnores(found, ignores, { today, rules, whole: true });
  const findings = kept.map(withoutFix).sort(inOrder);
  return { findings, silenced, lines: maskedLines(code, source, linesOf(findings)) };
}

/** What one rule finds, without what a comment ignores. */
export function toldBy(rule: CodeRule, code: Code, today: string): readonly CodeSpot[] {
  if (code.isTest && !rule.inTests) return [];
  const spots = [...rule.inCode(code)];
  if (spots.length === 0) return [];
  const source = sourceOf(code.file, code.text);
  const found = spots.map((spot) => ({ spot, finding: findingOf(rule, spot, source) }));
  const ignores = ignoresOf({ source, text: code.text, comments: () => code.comments, mark: '//' });
  const { kept } = withIgnores(
    found.map(({ finding }) => finding),
    ignores,
    { today, rules: [rule], whole: false },
  );
  return found.filter(({ finding }) => kept.includes(finding)).map(({ spot }) => spot);
}

/** A file that no rule could look at. */
export function unreadable(file: string, problem: Problem): LintFinding {
  const { id, name, severity } = unreadableCode;
  const start: Position = { file, line: 1, column: 1 };
  return { ...problem, rule: id, name, severity, position: problem.position ?? start };
}

function findingOf({ id, name, severity }: RuleInfo, spot: CodeSpot, source: Source): LintFinding {
  const { node, message, hint, related } = spot;
  const placeOf = ({ range }: CodeSpot['node']) => positionAt(source, range[0]);
  return {
    rule: id,
    name,
    severity,
    message,
    hint,
    position: placeOf(node),
    ...(related === undefined
      ? {}
      : { related: related.map((one) => ({ message: one.message, position: placeOf(one.node) })) }),
  };
}

/** Code is repaired by those who know it. */
function withoutFix(finding: LintFinding): LintFinding {
  return { ...finding, fix: undefined };
}

function linesOf(findings: readonly LintFinding[]): readonly number[] {
  return [...new Set(findings.map(({ position }) => position.line))];
}

function inOrder(a: LintFinding, b: LintFinding): number {
  const [p, q] = [a.position, b.position];
  return (
    p.line - q.line || p.column - q.column || compareText(a.rule, b.rule) || compareText(a.message, b.message)
  );
}
