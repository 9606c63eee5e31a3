/** Steps of a rotation that depend on what may be wrong: a reading of the store that is behind, a date that is ahead. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { SecretConflict } from '../../src/core/errors.ts';
import { firstRecord, type Rotating } from '../../src/core/rotation/record.ts';
import { announce, begin, turnBack } from '../../src/core/rotation/steps.ts';
import { doStep, type Work } from '../../src/operations/rotate/steps.ts';
import { fileStore } from '../../src/secrets/file-store.ts';
import type { SecretStore } from '../../src/secrets/store.ts';

const path = 'rabbitmq/order';
const [first, second] = [
  { username: 'order', password: 'first' },
  { username: 'order.g2', password: 'second' },
];
const at = '2026-03-01T00:00:00.000Z';

let folder: string;
let store: SecretStore;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'mqwarden-publish-'));
  store = fileStore(folder);
});
afterEach(() => rmSync(folder, { recursive: true }));

function workOn(on: SecretStore): Work {
  const context = { conceal: () => undefined };
  const target = { broker: 'rabbitmq', service: 'order', base: 'order', store: on };
  return { target, hands: { session: { context } }, permit: () => Promise.resolve() } as unknown as Work;
}

/** A rotation that an abort turns back while it drains. */
function turnedBack(given: 'from' | 'to'): Rotating {
  const begun = begin(firstRecord('order'), {
    mode: 'dual',
    next: 2,
    password: second.password,
    former: first.password,
    formerSince: undefined,
    at,
  });
  const found = turnBack(announce(begun, 'drain', at) as Rotating, given);
  if (found.is !== 'back') throw new Error(`it is ${found.is}`);
  return found.record;
}

it('goes back by writing, so that a reading that is behind is found out before anything is taken away', async () => {
  const { version } = await store.write(path, first, undefined);
  const stale = { document: first, version };
  await store.write(path, second, version);
  const behind = { ...store, read: () => Promise.resolve(stale) };
  const record = turnedBack('from');
  expect(record.underWay.step).toBe('publish');
  await expect(doStep('publish', record, workOn(behind))).rejects.toThrow(SecretConflict);
  expect((await store.read(path))?.document).toEqual(second);
  await doStep('publish', record, workOn(store));
  expect((await store.read(path))?.document).toEqual(first);
  // And again, as after a kill.
  await doStep('publish', record, workOn(store));
  expect((await store.read(path))?.document).toEqual(first);
});

it('a date that is ahead makes nobody wait longer than the grace', async () => {
  const record = announce(turnedBack('to'), 'drain', '2126-03-01T00:00:00.000Z') as Rotating;
  const rotator = { sessions: () => Promise.resolve(1) };
  const work = { ...workOn(store), rotator, graceMs: 50, now: () => new Date(), progress: () => undefined };
  expect(await doStep('drain', record, work as unknown as Work)).toContain('1 sessions of order.g2 after');
});
