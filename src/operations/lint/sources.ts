import type { Dirent } from 'node:fs';
import { readdir, realpath, stat } from 'node:fs/promises';
import { basename, extname, join, normalize, sep } from 'node:path';
import { UsageError } from '../../core/errors.ts';
import { compareText } from '../../core/json.ts';
import { whyOf } from '../../files/why.ts';
import { excluding, type IgnoreRules, isIgnored, rulesAbove, withFolder } from './ignored.ts';

/** Which files are source code. */

const endings = ['.js', '.cjs', '.mjs', '.jsx', '.ts', '.cts', '.mts', '.tsx'];
/** What a tool wrote, or somebody else. */
const notSources = new Set(['bower_components', 'build', 'coverage', 'dist', 'node_modules', 'vendor']);

export interface Sources {
  /** Each once, sorted. */
  readonly files: readonly string[];
  /** What was not looked at, to be told: `2 folders of tools (dist, node_modules)`. */
  readonly leftOut: readonly string[];
}

/** Why something is left out, with its paths. */
type LeftOut = Readonly<Record<'tools' | 'ignored' | 'excluded' | 'links', Set<string>>>;

interface Search {
  /** The folder that was named, without links. */
  readonly root: string;
  /** All of those. */
  readonly roots: readonly string[];
  readonly isExcluded: (path: string, root: string) => boolean;
  readonly leftOut: LeftOut;
}

/**
 * The files at `paths`, and all source files below the folders among them: not below folders of tools or that begin with a dot, no
 * declarations of types, nothing that git ignores. Links are not followed: what they lead to in a folder is found there, so that loops
 * end, and what is elsewhere was not named. Only `exclude` leaves out a path that was. Throws UsageError where there is nothing.
 */
export async function sourceFiles(
  paths: readonly string[],
  exclude: readonly string[] = [],
): Promise<Sources> {
  const isExcluded = excluding(exclude, await realpath('.'));
  const leftOut: LeftOut = { tools: new Set(), ignored: new Set(), excluded: new Set(), links: new Set() };
  const roots = await Promise.all(paths.map(realOf));
  const files = new Map<string, string>();
  for (const [at, path] of paths.entries()) {
    const root = roots[at] ?? path;
    if (isExcluded(root, root)) leftOut.excluded.add(root);
    else if (!(await stat(root)).isDirectory()) files.set(root, normalize(path));
    else await findBelow(path, { root, roots, isExcluded, leftOut }, files);
  }
  return { files: [...files.values()].sort(compareText), leftOut: told(leftOut) };
}

async function realOf(path: string): Promise<string> {
  return realpath(path).catch((error: unknown) => {
    throw new UsageError(`${path} cannot be read (${whyOf(error)})`, 'name files or folders of source code');
  });
}

/** Adds what it finds to `files`: as it is shown, by its path without links. */
async function findBelow(path: string, search: Search, files: Map<string, string>): Promise<void> {
  const { root, leftOut } = search;
  const excludedBefore = leftOut.excluded.size;
  const found = await filesIn({ shown: path, real: root }, await rulesAbove(root), search);
  for (const { real, shown } of found) if (!files.has(real)) files.set(real, shown);
  if (found.length > 0 || leftOut.excluded.size > excludedBefore) return;
  const but = told(leftOut);
  const aside = but.length === 0 ? '' : `, but for what is left out: ${but.join(', ')}`;
  throw new UsageError(
    `no source file in the folder ${path}${aside}`,
    'a topology stands before --code: mqwarden lint topology --code src',
  );
}

interface Place {
  /** As it is named. */
  readonly shown: string;
  readonly real: string;
}

async function filesIn(folder: Place, outer: IgnoreRules, search: Search): Promise<Place[]> {
  const rules = await withFolder(folder.real, outer);
  const files: Place[] = [];
  const entries = await readdir(folder.real, { withFileTypes: true }).catch((error: unknown) => {
    throw new UsageError(
      `the folder ${folder.shown} cannot be read (${whyOf(error)})`,
      'check its permissions',
    );
  });
  for (const entry of entries.sort((a, b) => compareText(a.name, b.name))) {
    if (entry.name.startsWith('.') || !(isSource(entry.name) || !entry.isFile())) continue;
    const place = { shown: join(folder.shown, entry.name), real: join(folder.real, entry.name) };
    const why = await whyNot(entry, place.real, rules, search);
    if (why !== undefined) search.leftOut[why].add(place.real);
    else if (entry.isDirectory()) files.push(...(await filesIn(place, rules, search)));
    else if (entry.isFile()) files.push(place);
  }
  return files;
}

function isSource(name: string): boolean {
  return endings.includes(extname(name)) && !/\.d\.[cm]?ts$/.test(name);
}

async function whyNot(
  entry: Dirent,
  path: string,
  rules: IgnoreRules,
  { isExcluded, root, roots }: Search,
): Promise<keyof LeftOut | undefined> {
  const isFolder = entry.isDirectory();
  if (isFolder && notSources.has(entry.name)) return 'tools';
  if (isExcluded(path, root)) return 'excluded';
  if (isIgnored(path, isFolder, rules)) return 'ignored';
  return entry.isSymbolicLink() && (await leadsOut(path, roots)) ? 'links' : undefined;
}

/** To source code, or a folder, that is in no folder that was named. A link that leads nowhere is nobody's source. */
async function leadsOut(link: string, roots: readonly string[]): Promise<boolean> {
  const target = await realpath(link).catch(() => undefined);
  if (target === undefined || roots.some((root) => target === root || target.startsWith(root + sep)))
    return false;
  return isSource(link) || (await stat(target)).isDirectory();
}

/** In words. */
function told({ tools, ignored, excluded, links }: LeftOut): string[] {
  const names = [...new Set([...tools].map((path) => basename(path)))].sort(compareText).join(', ');
  return [
    ...(tools.size === 0
      ? []
      : [`${tools.size} ${tools.size === 1 ? 'folder' : 'folders'} of tools (${names})`]),
    ...(ignored.size === 0 ? [] : [`${ignored.size} that git ignores`]),
    ...(excluded.size === 0 ? [] : [`${excluded.size} by --exclude`]),
    ...(links.size === 0
      ? []
      : [links.size === 1 ? '1 link that leads out of it' : `${links.size} links that lead out of it`]),
  ];
}
