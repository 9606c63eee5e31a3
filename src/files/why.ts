import { UnfitFile } from './read.ts';
import { NotOrdinary } from './write.ts';

const words: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EDQUOT: 'the quota of the disk is used up',
  EISDIR: 'it is a folder',
  EMFILE: 'too many files are open',
  ENOENT: 'no such file or folder',
  ENOSPC: 'no space is left on the disk',
  ENOTDIR: 'a part of its path is no folder',
  EPERM: 'not permitted',
  EROFS: 'the file system is read-only',
};

/** Why a file could not be read or written, in words where there are any, with the code of the system: `…, ENOSPC`. */
export function whyOf(error: unknown): string {
  if (error instanceof NotOrdinary || error instanceof UnfitFile) return error.message;
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
  const said = words[code];
  return said === undefined ? code : `${said}, ${code}`;
}
