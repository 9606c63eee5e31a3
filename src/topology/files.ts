import type { Stats } from 'node:fs';
import { readdir, realpath, stat } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { compareText } from '../core/json.ts';
import { append } from '../core/append.ts';
import { type Problem, TopologyError } from '../core/errors.ts';
import { readRegularFile, UnfitFile } from '../files/read.ts';

/** A service takes about 500 bytes; past this it is no topology, and parsing would eat the memory. */
export const maxMegabytes = 32;

export interface TextFile {
  /** As it is shown: the path that was given, with what leads to the file below it. */
  readonly file: string;
  readonly text: string;
}

/**
 * The text of a topology: of the file at `path`, or of every `**\/*.{yaml,yml}` below the folder at `path`, sorted; dot-files
 * and dot-folders are left out. A symbolic link to a folder that was already read is not followed, so loops end; one that leads out of
 * the project is refused.
 * Throws TopologyError for all files that cannot be read.
 */
export async function readFiles(path: string): Promise<readonly TextFile[]> {
  const found = await statOf(path);
  if (!found.isDirectory()) return [{ file: path, text: await readText(path) }];
  const files = await listFolder(path, await groundOf(path));
  if (files.length === 0) {
    const hint = 'a topology is one file, or a folder of files that end in .yaml or .yml';
    throw problemAt(path, `no YAML file in the folder ${path}`, hint);
  }
  return collect(files);
}

async function collect(files: readonly string[]): Promise<readonly TextFile[]> {
  const texts: TextFile[] = [];
  const problems: Problem[] = [];
  for (const file of files) {
    try {
      texts.push({ file, text: await readText(file) });
    } catch (error) {
      if (!(error instanceof TopologyError)) throw error;
      append(problems, error.problems);
    }
  }
  if (problems.length > 0) throw new TopologyError(problems);
  return texts;
}

/** What was read, and where links may lead: real paths. */
interface Ground {
  readonly seen: Set<string>;
  readonly topology: string;
  readonly project: string;
}

async function groundOf(path: string): Promise<Ground> {
  const [topology, project] = await Promise.all([path, process.cwd()].map((one) => realpath(one).catch(() => one)));
  return { seen: new Set(), topology: topology ?? path, project: project ?? path };
}

/**
 * Whoever adds a link to a topology must not be shown what it leads to: a file of the machine that lint runs on, or what a checkout
 * keeps for itself (.git/config has a token). Within the topology's folder they may lead anywhere, as those of a mounted ConfigMap do.
 */
function isGround(real: string, { topology, project }: Ground): boolean {
  const isBelow = (folder: string) => real === folder || real.startsWith(folder.endsWith(sep) ? folder : folder + sep);
  if (isBelow(topology)) return true;
  return isBelow(project) && !relative(project, real).split(sep).some((part) => part.startsWith('.'));
}

async function requireGround(path: string, ground: Ground): Promise<void> {
  const real = await realpath(path).catch(() => undefined);
  if (real === undefined || isGround(real, ground)) return;
  const hint = 'links may lead to files of the topology, or of the folder that mqwarden is called in, but to nothing hidden there';
  throw problemAt(path, `${path} is a link that leads out of the project`, hint);
}

async function listFolder(folder: string, ground: Ground): Promise<string[]> {
  const real = await realpath(folder).catch((error: unknown) => {
    throw unreadable(folder, error);
  });
  if (ground.seen.has(real)) return [];
  ground.seen.add(real);
  const entries = await readdir(folder, { withFileTypes: true }).catch((error: unknown) => {
    throw unreadable(folder, error);
  });
  const files: string[] = [];
  for (const entry of entries.sort((a, b) => compareText(a.name, b.name))) {
    if (entry.name.startsWith('.')) continue;
    const full = join(folder, entry.name);
    const isYaml = /\.ya?ml$/.test(entry.name);
    // A link that leads nowhere is an error only where it looks like a part of the topology.
    const target = entry.isSymbolicLink() && !isYaml ? await stat(full).catch(() => undefined) : entry;
    if (entry.isSymbolicLink() && (isYaml || target?.isDirectory() === true)) await requireGround(full, ground);
    if (target?.isDirectory() === true) append(files, await listFolder(full, ground));
    else if (isYaml && (await isFile(full))) files.push(full);
    else if (isYaml) append(files, await listFolder(full, ground));
  }
  return files;
}

/** True for a file, false for a folder behind a link; a pipe or device would block or never end. */
async function isFile(path: string): Promise<boolean> {
  const found = await statOf(path);
  if (found.isFile()) return true;
  if (found.isDirectory()) return false;
  throw problemAt(path, `${path} is not a regular file`, 'move it out of the topology folder');
}

async function statOf(path: string): Promise<Stats> {
  return stat(path).catch((error: unknown) => {
    throw unreadable(path, error);
  });
}

async function readText(file: string): Promise<string> {
  const bytes = await readBytes(file);
  try {
    // Drops a byte order mark, so that columns count from the first visible character.
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw problemAt(file, `${file} is not UTF-8 text`, 'save it as UTF-8');
  }
}

async function readBytes(file: string): Promise<Buffer> {
  try {
    return (await readRegularFile(file, { maxMegabytes })).bytes;
  } catch (error) {
    throw unreadable(file, error);
  }
}

function unreadable(path: string, error: unknown): TopologyError {
  if (error instanceof UnfitFile) {
    const hint = `a topology is made of regular files of at most ${maxMegabytes} MB: one a service, for example`;
    return problemAt(path, error.message, hint);
  }
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
  if (code === 'ENOENT') {
    return problemAt(path, `${path} does not exist`, 'name the topology file or folder as the first argument');
  }
  if (code === 'EACCES' || code === 'EPERM') {
    return problemAt(path, `${path} may not be read (${code})`, 'check its permissions');
  }
  return problemAt(path, `${path} cannot be read (${code})`);
}

/** About a file as a whole: at its beginning. */
function problemAt(file: string, message: string, hint?: string): TopologyError {
  return new TopologyError([{ message, position: { file, line: 1, column: 1 }, hint }]);
}
