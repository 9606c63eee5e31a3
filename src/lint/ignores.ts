import type { Position } from '../core/errors.ts';
import type { Silenced } from '../core/finding.ts';
import type { LintFinding, RuleInfo } from '../core/rule.ts';
import { positionAt, type Source } from '../topology/places.ts';
import { expiredIgnore, unreadableIgnore, unusedIgnore, ungroundedIgnore, unknownIgnore } from './own.ts';

/**
 * `# mqwarden-ignore RULE: reason`, or `# mqwarden-ignore RULE, RULE until 2027-01-31: reason`; in code after `//` or `/*`. Behind what it
 * is about it holds for its own line, alone on a line for the next one that is no comment.
 */
export interface Ignore {
  readonly position: Position;
  /** The comment as it stands there. */
  readonly text: string;
  /** As they are written: ids or names. */
  readonly rules: readonly string[];
  readonly until?: string | undefined;
  readonly reason: string;
  /** The line that it holds for. */
  readonly line: number;
  readonly readable: boolean;
  /** What comments begin with here: `#`. */
  readonly mark: string;
}

/** A comment, with its marks. */
export interface Comment {
  readonly text: string;
  readonly at: number;
}

const word = 'mqwarden-ignore';
const begins = new RegExp(`^(?:#|//|/\\*+)\\s*${word}\\b`);
const form = new RegExp(
  `^(?:#|//|/\\*+)\\s*${word}(?:\\s+(?<rules>[\\w-]+(?:\\s*,\\s*[\\w-]+)*))?(?:\\s+until\\s+(?<until>\\d{4}-\\d{2}-\\d{2}))?\\s*(?::\\s*(?<reason>[^]*))?$`,
);

/** A file of any language, with its comments. */
export interface Commented {
  readonly source: Source;
  readonly text: string;
  readonly comments: () => readonly Comment[];
  readonly mark: string;
}

/** Whether a text can have such a comment at all. */
export function mayIgnore(text: string): boolean {
  return text.includes(word);
}

export function ignoresOf({ source, text, comments, mark }: Commented): Ignore[] {
  if (!mayIgnore(text)) return [];
  const all = comments();
  const lines = without(text, all).split('\n');
  const next = contentFrom(lines);
  return all
    .filter((comment) => begins.test(comment.text))
    .map((comment): Ignore => {
      const position = positionAt(source, comment.at);
      const groups = form.exec(comment.text.replace(/\*\/$/, '').trim())?.groups;
      const rules = (groups?.['rules'] ?? '').split(',').map((rule) => rule.trim());
      return {
        position,
        text: comment.text,
        rules: [...new Set(rules.filter((rule) => rule !== ''))],
        until: groups?.['until'],
        reason: (groups?.['reason'] ?? '').trim(),
        line: lineOf(lines, next, position),
        readable: groups !== undefined && rules[0] !== '' && isDate(groups['until']),
        mark,
      };
    });
}

/** The same text with blanks for comments. */
function without(text: string, comments: readonly Comment[]): string {
  let rest = '';
  let at = 0;
  for (const { text: comment, at: from } of comments) {
    rest += text.slice(at, from) + comment.replace(/[^\n]/g, ' ');
    at = from + comment.length;
  }
  return rest + text.slice(at);
}

function isDate(text: string | undefined): boolean {
  return text === undefined || !Number.isNaN(Date.parse(`${text}T00:00:00Z`));
}

/** Of each line, the first from there on that is not empty; lines are counted from 0. */
function contentFrom(lines: readonly string[]): readonly number[] {
  const next: number[] = [];
  let found = -1;
  for (let at = lines.length - 1; at >= 0; at -= 1) {
    if ((lines[at] ?? '').trim() !== '') found = at;
    next[at] = found;
  }
  return next;
}

/** The line that a comment is about. */
function lineOf(lines: readonly string[], next: readonly number[], { line, column }: Position): number {
  if ((lines[line - 1] ?? '').slice(0, column - 1).trim() !== '') return line;
  const found = next[line] ?? -1;
  return found < 0 ? line : found + 1;
}

export interface Ignoring {
  /** `2026-11-24`. */
  readonly today: string;
  /** Those that can be ignored. */
  readonly rules: readonly RuleInfo[];
  /** Whether everything was looked at: only then is an ignore that nothing needs unused. */
  readonly whole: boolean;
}

export interface Ignored {
  readonly kept: readonly LintFinding[];
  readonly silenced: readonly Silenced[];
}

/** Takes out what a comment says to ignore, and adds what is wrong with such comments. */
export function withIgnores(
  findings: readonly LintFinding[],
  ignores: readonly Ignore[],
  how: Ignoring,
): Ignored {
  const known = new Map(
    how.rules.flatMap((rule) => [rule.id, rule.name].map((word) => [word, rule.id] as const)),
  );
  const sound = ignores.filter((one) => faultsOf(one, how).length === 0);
  const byLine = Map.groupBy(findings, ({ position: { file, line } }) => `${line}:${file}`);
  const matching = (one: Ignore, rule: string) =>
    (byLine.get(`${one.line}:${one.position.file}`) ?? []).filter(
      (finding) => finding.rule === known.get(rule),
    );
  const reasons = new Map(
    sound.flatMap((one) =>
      one.rules.flatMap((rule) =>
        matching(one, rule)
          .filter(({ firm }) => firm !== true)
          .map((finding) => [finding, one.reason] as const),
      ),
    ),
  );
  const wrong = ignores.flatMap((one) => [
    ...faultsOf(one, how),
    ...one.rules.filter((rule) => !known.has(rule)).map((rule) => unknown(one, rule)),
  ]);
  const isUnused = (one: Ignore) => (rule: string) => known.has(rule) && matching(one, rule).length === 0;
  const unused = !how.whole ? [] : sound.flatMap((one) => unusedIn(one, one.rules.filter(isUnused(one))));
  return {
    kept: [...findings.filter((one) => !reasons.has(one)), ...wrong, ...unused],
    silenced: [...reasons].map(([finding, reason]) => ({ finding, by: 'comment', reason })),
  };
}

/** Of several rules that a comment names, the others may be needed. */
function unusedIn(one: Ignore, rules: readonly string[]): LintFinding[] {
  const unneeded = new Set(rules);
  const left = one.rules.filter((rule) => !unneeded.has(rule));
  const fix = [
    { is: 'uncomment', at: one.position, ...(left.length === 0 ? {} : { to: naming(one, left) }) } as const,
  ];
  const hint = left.length === 0 ? 'delete the comment' : 'take it out of the comment';
  return rules.map((rule) => ({
    ...fault(unusedIgnore, one, `there is nothing here for ${rule} to find`, hint),
    fix,
  }));
}

/** The comment with these rules alone. */
function naming({ text }: Ignore, rules: readonly string[]): string {
  return text.replace(
    new RegExp(`(${word}\\s+)[\\w-]+(?:\\s*,\\s*[\\w-]+)*`),
    (_, before: string) => before + rules.join(', '),
  );
}

function faultsOf(one: Ignore, { today }: Ignoring): LintFinding[] {
  const rule = one.mark === '#' ? 'MQ101' : 'MQC01';
  const hint = `write it as ${one.mark} ${word} ${rule}: why it is meant here`;
  if (!one.readable)
    return [fault(unreadableIgnore, one, 'a comment to ignore something that does not say what', hint)];
  if (one.reason === '')
    return [fault(ungroundedIgnore, one, 'a comment to ignore something that does not say why', hint)];
  if (one.until !== undefined && one.until < today) {
    const message = `this was to be ignored until ${one.until}`;
    return [fault(expiredIgnore, one, message, 'repair what it is about, or decide on another date')];
  }
  return [];
}

function unknown(one: Ignore, rule: string): LintFinding {
  return fault(
    unknownIgnore,
    one,
    `there is no rule ${rule} that could be ignored`,
    'docs/rules/README.md lists them',
  );
}

function fault(
  { id, name, severity }: RuleInfo,
  { position }: Ignore,
  message: string,
  hint: string,
): LintFinding {
  return { rule: id, name, severity, message, position, hint };
}
