import { describe, expect, test } from 'vitest';
import { fileDistrust, folderDistrust } from '../../src/secrets/trust.ts';

const [root, me, other] = [0, 1000, 12345];
const words = {
  stranger: 'belongs to another user',
  open: 'can be read by others',
  writable: 'can write to',
};
type Why = keyof typeof words | undefined;

describe('a file', () => {
  test.each<[who: number | undefined, owner: number, mode: number, why: Why]>([
    [me, me, 0o600, undefined],
    [me, me, 0o400, undefined],
    [me, me, 0o640, 'open'],
    [me, me, 0o604, 'open'],
    [me, me, 0o620, 'open'],
    [me, other, 0o600, 'stranger'],
    [root, other, 0o600, 'stranger'],
    // As Kubernetes mounts it for a pod with an fsGroup.
    [me, root, 0o440, undefined],
    [me, root, 0o460, 'open'],
    [me, root, 0o444, 'open'],
    [root, root, 0o440, 'open'],
    [root, root, 0o400, undefined],
    [undefined, 0, 0o666, undefined],
  ])('read by %s, of %s, mode %o: %s', (who, owner, mode, why) => {
    const distrust = fileDistrust('/store/a b.json', { uid: owner, mode: 0o100000 | mode }, who);
    expect(distrust?.message).toEqual(why === undefined ? undefined : expect.stringContaining(words[why]));
    if (distrust !== undefined) expect(distrust.hint).toMatch(/ch(mod 600|own -R \d+) '\/store\/a b.json'/);
  });
});

describe('a folder', () => {
  test.each<[who: number | undefined, owner: number, mode: number, why: Why]>([
    [me, me, 0o700, undefined],
    [me, me, 0o755, undefined],
    [me, me, 0o770, 'writable'],
    [me, me, 0o777, 'writable'],
    [me, root, 0o755, undefined],
    [me, root, 0o777, 'writable'],
    [me, root, 0o1777, undefined],
    [me, other, 0o700, 'stranger'],
    [me, other, 0o1777, 'stranger'],
    [root, other, 0o755, 'stranger'],
    [undefined, 0, 0o777, undefined],
  ])('used by %s, of %s, mode %o: %s', (who, owner, mode, why) => {
    const distrust = folderDistrust('/store', { uid: owner, mode: 0o040000 | mode }, who);
    expect(distrust?.message).toEqual(why === undefined ? undefined : expect.stringContaining(words[why]));
  });
});
