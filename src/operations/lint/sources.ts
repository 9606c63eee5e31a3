import { readdir, realpath, stat } from 'node:fs/promises';
import { extname, join, normalize } from 'node:path';
import { UsageError } from '../../core/errors.ts';
import { compareText } from '../../core/json.ts';
import { whyOf } from '../../files/why.ts';

/** Which files are source code. */

const endings = ['.js', '.cjs', '.mjs', '.jsx', '.ts', '.cts', '.mts', '.tsx'];
/** What a tool wrote, or somebody else. */
const notSources = new Set(['bower_components', 'build', 'coverage', 'dist', 'node_modules', 'vendor']);

/**
 * The files at `paths`, and all source files below the folders among them, each once, sorted: not below folders of tools, of what is
 * generated, or that begin with a dot, and no declarations of types. A link to a folder that was seen is not followed, so loops end.
 * Throws UsageError where there is nothing.
 */
export async function sourceFiles(paths: readonly string[]): Promise<readonly string[]> {
  const files = new Set<string>();
  const seen = new Set<string>();
  for (const path of paths) {
    const found = await stat(path).catch((error: unknown) => {
      throw new UsageError(
        `${path} cannot be read (${whyOf(error)})`,
        'name files or folders of source code',
      );
    });
    const below = found.isDirectory() ? await listFolder(path, seen) : [normalize(path)];
    if (below.length === 0 && found.isDirectory() && !(await isRepeated(path, paths)))
      throw new UsageError(
        `no source file in the folder ${path}`,
        'a topology stands before --code: mqwarden lint topology --code src',
      );
    for (const file of below) files.add(file);
  }
  return [...files].sort(compareText);
}

/** Below another folder that was given, too. */
async function isRepeated(path: string, paths: readonly string[]): Promise<boolean> {
  const own = await realpath(path);
  const others = await Promise.all(paths.filter((one) => one !== path).map((one) => realpath(one)));
  return others.some((other) => own === other || own.startsWith(`${other}/`));
}

function isSource(name: string): boolean {
  return endings.includes(extname(name)) && !/\.d\.[cm]?ts$/.test(name);
}

async function listFolder(folder: string, seen: Set<string>): Promise<string[]> {
  const real = await realpath(folder);
  if (seen.has(real)) return [];
  seen.add(real);
  const files: string[] = [];
  const entries = await readdir(folder, { withFileTypes: true }).catch((error: unknown) => {
    throw new UsageError(`the folder ${folder} cannot be read (${whyOf(error)})`, 'check its permissions');
  });
  for (const entry of entries.sort((a, b) => compareText(a.name, b.name))) {
    if (entry.name.startsWith('.') || notSources.has(entry.name)) continue;
    const path = join(folder, entry.name);
    // A link that leads nowhere is nobody's source.
    const target = entry.isSymbolicLink() ? await stat(path).catch(() => undefined) : entry;
    if (target?.isDirectory() === true) files.push(...(await listFolder(path, seen)));
    else if (target?.isFile() === true && isSource(entry.name)) files.push(path);
  }
  return files;
}
