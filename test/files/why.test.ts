import { expect, it } from 'vitest';
import { whyOf } from '../../src/files/why.ts';

it.each([
  [Object.assign(new Error('no'), { code: 'ENOSPC' }), 'no space is left on the disk, ENOSPC'],
  [Object.assign(new Error("ENOENT: …, stat 'a'"), { code: 'ENOENT' }), 'no such file or folder, ENOENT'],
  [Object.assign(new Error('no'), { code: 'EBADF' }), 'EBADF'],
  [new Error('no'), 'unknown error'],
  ['no', 'unknown error'],
])('says why in words, where there are any: %s', (error, want) => {
  expect(whyOf(error)).toBe(want);
});
