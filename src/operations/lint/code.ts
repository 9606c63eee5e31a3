import { UsageError, type Problem } from '../../core/errors.ts';
import type { LintFinding } from '../../core/rule.ts';
import { readRegularFile, TooLarge, UnfitFile } from '../../files/read.ts';
import { whyOf } from '../../files/why.ts';
import { type CodeResults, judgeCode, unreadable } from '../../lint/code/engine.ts';
import { codeRules } from '../../lint/code/rules.ts';
import { ownRules } from '../../lint/own.ts';
import { codeRoot } from './baseline.ts';
import { parseCode } from './parse.ts';
import type { LintOptions, Part } from './scope.ts';
import { sourceFiles } from './sources.ts';

/** Larger ones are bundles: nobody writes them, and a tree takes a hundred times its text. */
const maxMegabytes = 2;

/** Looks at source files, one after the other: a tree is a hundred times its text, and only what is shown of it is kept. */
export async function lintCode(paths: readonly string[], { today, exclude }: LintOptions): Promise<Part> {
  const { files, leftOut } = await sourceFiles(paths, exclude);
  const results = new Map<string, CodeResults>();
  for (const file of files) results.set(file, await look(file, today));
  const all = [...results.values()];
  return {
    findings: all.flatMap(({ findings }) => findings),
    silenced: all.flatMap(({ silenced }) => silenced),
    rules: [...ownRules, ...codeRules],
    fixed: 0,
    leftOut,
    lineAt: ({ file, line }) => results.get(file)?.lines.get(line),
    root: codeRoot(),
  };
}

async function look(file: string, today: string): Promise<CodeResults> {
  const read = await readText(file);
  if (typeof read !== 'string')
    return { findings: [{ ...unreadable(file, read), ...milder(read) }], silenced: [], lines: new Map() };
  const source = { file, text: read };
  return judgeCode(source, parseCode(source), codeRules, today);
}

interface Unread extends Problem {
  readonly isBundle?: true;
}

function milder({ isBundle }: Unread): Partial<LintFinding> {
  return isBundle === true ? { severity: 'note' } : {};
}

async function readText(file: string): Promise<string | Unread> {
  try {
    const { bytes } = await readRegularFile(file, { maxMegabytes });
    // Drops a byte order mark, so that columns count from the first visible character.
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    if (error instanceof TypeError) return { message: `${file} is not UTF-8 text`, hint: 'save it as UTF-8' };
    if (error instanceof TooLarge)
      return {
        message: `${error.message}: it was not looked at`,
        isBundle: true,
        hint: 'name what it is made of instead',
      };
    if (error instanceof UnfitFile)
      throw new UsageError(error.message, 'name files or folders of source code');
    return { message: `${file} cannot be read (${whyOf(error)})`, hint: 'check its permissions' };
  }
}
