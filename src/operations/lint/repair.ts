import type { LintFinding } from '../../core/rule.ts';
import type { Results } from '../../lint/engine.ts';
import { edited } from '../../lint/fix.ts';
import { inconsistent, invalid, unreadable } from '../../lint/own.ts';
import type { TextFile } from '../../topology/files.ts';

export type Look = (texts: readonly TextFile[]) => Results;

/** What one edit uncovers another may be about; this many rounds are enough for any that ends. */
const mostRounds = 5;

/** The texts after all edits, as long as each round repairs something and nothing loads worse for it. Pure. */
export function fixedTexts(
  before: readonly TextFile[],
  look: Look,
): { texts: readonly TextFile[]; fixed: number } {
  let texts = before;
  let { findings } = look(before);
  let fixed = 0;
  for (let round = 0; round < mostRounds; round += 1) {
    const next = repaired(texts, findings);
    if (next.every(({ text }, at) => text === texts[at]?.text)) break;
    const after = look(next).findings;
    const left = new Set(after.map(identityOf));
    const gone = findings.filter((one) => one.fix !== undefined && !left.has(identityOf(one))).length;
    if (gone === 0 || loadsWorse(findings, after)) break;
    fixed += gone;
    texts = next;
    findings = after;
  }
  return { texts, fixed };
}

function repaired(texts: readonly TextFile[], findings: readonly LintFinding[]): TextFile[] {
  const edits = findings.flatMap(({ fix: some = [] }) => some);
  return texts.map((one) => ({
    ...one,
    text: edited(
      one,
      edits.filter(({ at }) => at.file === one.file),
    ),
  }));
}

function identityOf({ rule, message, position }: LintFinding): string {
  return JSON.stringify([rule, message, position.file]);
}

/** What is repaired at one stage of loading may uncover something at the next, but nothing at one before. */
function loadsWorse(before: readonly LintFinding[], after: readonly LintFinding[]): boolean {
  for (const { id } of [unreadable, invalid, inconsistent]) {
    const [old, now] = [before, after].map((some) => some.filter(({ rule }) => rule === id).length) as [
      number,
      number,
    ];
    if (old !== now) return now > old;
  }
  return false;
}
