import { existsSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import ignore, { type Ignore } from 'ignore';
import { readRegularFile } from '../../files/read.ts';

/** What git leaves out, and what the command line does: patterns as .gitignore has them. */

/** Patterns, for paths from a folder on. */
interface Rules {
  readonly base: string;
  readonly patterns: Ignore;
}

/** Those of all folders around a path, from the outermost in: of two that speak of it, the inner one holds. */
export type IgnoreRules = readonly Rules[];

/** Paths are absolute. */
export function isIgnored(path: string, isFolder: boolean, rules: IgnoreRules): boolean {
  for (const { base, patterns } of rules.toReversed()) {
    const below = fromBase(base, path, isFolder);
    if (below === undefined) continue;
    const { ignored, unignored } = patterns.test(below);
    if (ignored || unignored) return ignored;
  }
  return false;
}

/** With those of one more folder, if it has any. */
export async function withFolder(folder: string, outer: IgnoreRules): Promise<IgnoreRules> {
  // Whatever else stands under that name, git does not read it either.
  const text = await readRegularFile(join(folder, '.gitignore'), { maxMegabytes: 1, followLink: false }).then(
    ({ bytes }) => new TextDecoder().decode(bytes),
    () => '',
  );
  return text.trim() === '' ? outer : [...outer, { base: folder, patterns: patternsOf(text) }];
}

/** Those of the folders above, in a repository. None where they leave out the folder itself: whoever names it means it. */
export async function rulesAbove(folder: string): Promise<IgnoreRules> {
  let rules: IgnoreRules = [];
  for (const one of above(folder)) rules = await withFolder(one, rules);
  return isIgnored(folder, true, rules) ? [] : rules;
}

/** From the root of the repository in. */
function above(folder: string): readonly string[] {
  const found: string[] = [];
  for (let at = folder; !existsSync(join(at, '.git')); at = dirname(at)) {
    if (dirname(at) === at) return [];
    found.unshift(dirname(at));
  }
  return found;
}

/** Patterns of the command line, for paths from the working folder on, or from the folder that was named if it is elsewhere. */
export function excluding(patterns: readonly string[], cwd: string): (path: string, root: string) => boolean {
  if (patterns.length === 0) return () => false;
  const rules = patternsOf(patterns.map((one) => one.replace(/^(!?)\.\//, '$1/')));
  return (path, root) => {
    const below = fromBase(cwd, path, false) ?? fromBase(root, path, false);
    return below !== undefined && (rules.ignores(below) || rules.ignores(`${below}/`));
  };
}

/** Of a text, one a line. */
function patternsOf(patterns: string | readonly string[]): Ignore {
  return ignore({ ignorecase: false }).add(patterns);
}

/** With slashes, as patterns have them; undefined where it is not below. */
function fromBase(base: string, path: string, isFolder: boolean): string | undefined {
  const below = relative(base, path).split(sep).join('/');
  if (below === '' || below === '..' || below.startsWith('../') || !ignore.isPathValid(below))
    return undefined;
  return isFolder ? `${below}/` : below;
}
