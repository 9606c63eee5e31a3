import { describe, expect, it } from 'vitest';
import { assess, type Asked, type Case, standing } from '../../../src/core/rotation/assess.ts';
import {
  firstRecord,
  principalAt,
  type RotationRecord,
  type Side,
} from '../../../src/core/rotation/record.ts';
import { announce, begin, finish, stepsLeft, turnBack, turnsOf } from '../../../src/core/rotation/steps.ts';
import type { Mode, Step } from '../../../src/core/rotation/words.ts';

const at = '2026-03-01T00:00:00.000Z';

/** A store and a broker, as far as steps touch them. */
class World {
  readonly users = new Map([['order', 'first']]);
  readonly granted = new Set(['order']);
  credential = { username: 'order', password: 'first' };
  record: RotationRecord = firstRecord('order');
  readonly named = new Set<string>();

  /** Whoever reads the store can log in, and may do what the service may. */
  get works(): boolean {
    const { username, password } = this.credential;
    return this.users.get(username) === password && this.granted.has(username);
  }

  begin(mode: Mode, next: number, password: string): void {
    const former = this.credential.password;
    this.record = begin(this.record, { mode, next, password, former, formerSince: undefined, at });
  }

  do(step: Step): void {
    const { underWay } = this.record;
    if (underWay === undefined) throw new Error('none is under way');
    const name = (side: Side) => principalAt(this.record, side);
    const { from, to } = underWay;
    if (step === 'create') {
      this.users.set(name(to), to.password ?? '');
      this.named.add(name(to));
    }
    if (step === 'grant') this.granted.add(name(to));
    if (step === 'set') this.users.set(name(to), to.password ?? '');
    if (step === 'publish') this.credential = { username: name(to), password: to.password ?? '' };
    if (step === 'revoke') this.granted.delete(name(from));
    if (step === 'remove') this.users.delete(name(from));
  }

  /** Goes on from the record, and dies after so many moments: a step has two, when it is announced and when it is done. */
  go(moments = Infinity, looks: () => void = () => undefined): void {
    let left = moments;
    const { underWay } = this.record;
    if (underWay === undefined) return;
    for (const step of stepsLeft(underWay)) {
      if (left-- <= 0) return;
      this.record = announce(this.record, step, at);
      looks();
      if (left-- <= 0) return;
      this.do(step);
      looks();
    }
    this.record = finish(this.record);
  }

  back(): string {
    const { underWay } = this.record;
    if (underWay === undefined) return 'too late';
    const record = { ...this.record, underWay };
    const found = turnBack(record, standing(record, this.credential));
    if (found.is === 'back') this.record = found.record;
    return found.is;
  }
}

const moments = Array.from({ length: 19 }, (_, moment) => moment);

describe('a rotation by a second user', () => {
  it.each(moments)('killed at moment %i and run again, locks nobody out and leaves one user', (moment) => {
    const world = new World();
    const lookedAt: boolean[] = [];
    world.begin('dual', 2, 'second');
    world.go(moment, () => lookedAt.push(world.works));
    world.go(Infinity, () => lookedAt.push(world.works));
    expect(lookedAt).not.toContain(false);
    expect([...world.users]).toEqual([['order.g2', 'second']]);
    expect([...world.granted]).toEqual(['order.g2']);
    expect(world.record).toEqual({ principal: 'order', inUse: 2, last: 2, rotatedAt: at });
  });

  it.each(moments)(
    'killed at moment %i and aborted, is as before, and the name is not used again',
    (moment) => {
      const world = new World();
      const lookedAt: boolean[] = [];
      world.begin('dual', 2, 'second');
      world.go(moment, () => lookedAt.push(world.works));
      const is = world.back();
      if (is === 'too late') {
        expect(['revoke', 'remove', 'prove', undefined]).toContain(world.record.underWay?.step);
        return;
      }
      expect(is).toBe('back');
      world.go(Infinity, () => lookedAt.push(world.works));
      expect(lookedAt).not.toContain(false);
      expect([...world.users]).toEqual([['order', 'first']]);
      expect([...world.granted]).toEqual(['order']);
      expect(world.record).toEqual({ principal: 'order', inUse: 1, last: 2 });
    },
  );

  it('an abort that is killed is ended by the next run, and is no abort of itself', () => {
    const world = new World();
    world.begin('dual', 2, 'second');
    world.go(9);
    expect(world.back()).toBe('back');
    world.go(3);
    expect(world.back()).toBe('already');
    world.go();
    expect([...world.users]).toEqual([['order', 'first']]);
  });

  it('in an emergency waits for nobody', () => {
    expect(stepsLeft({ mode: 'dual', step: 'test' }, true)).toEqual([
      'test',
      'publish',
      'close',
      'revoke',
      'remove',
      'prove',
    ]);
  });
});

describe('a rotation in place', () => {
  it('gives nobody else a turn between the store and the broker', () => {
    expect(turnsOf(stepsLeft({ mode: 'in-place', step: 'publish' }))).toEqual([
      ['publish', 'set'],
      ['close'],
      ['prove'],
    ]);
    expect(turnsOf(stepsLeft({ mode: 'in-place', step: 'set' }))[0]).toEqual(['set']);
    expect(turnsOf(stepsLeft({ mode: 'dual', step: 'create' })).flat()).toEqual(
      stepsLeft({ mode: 'dual', step: 'create' }),
    );
  });
  it('has no other user, and ends with the new password', () => {
    const world = new World();
    world.begin('in-place', 2, 'second');
    world.go();
    expect([...world.users]).toEqual([['order', 'second']]);
    expect(world.works).toBe(true);
    expect(world.record).toEqual({ principal: 'order', inUse: 1, last: 1, rotatedAt: at });
  });
  it.each([1, 2, 3, 4, 5])('killed at moment %i, goes on or back', (moment) => {
    for (const aborts of [false, true]) {
      const world = new World();
      world.begin('in-place', 2, 'second');
      world.go(moment);
      if (aborts) expect(world.back()).toBe('back');
      world.go();
      expect([...world.users]).toEqual([['order', aborts ? 'first' : 'second']]);
      expect(world.works).toBe(true);
    }
  });
});

describe('what is done for a service', () => {
  const now = new Date('2026-03-31T00:00:00.000Z');
  const credential = { username: 'order', password: 'first', writtenAt: '2026-03-01T00:00:00.000Z' };
  const day = 86_400_000;
  const of = (over: Partial<Case> = {}, asked: Partial<Asked> = {}) =>
    assess(
      { base: 'order', mode: 'dual', record: undefined, credential, ...over },
      { wish: 'rotate', now, ...asked },
    );
  const begun = (step: Step): RotationRecord => {
    const record = begin(firstRecord('order'), {
      mode: 'dual',
      next: 2,
      password: 'second',
      former: 'first',
      formerSince: undefined,
      at,
    });
    return announce(record, step, at);
  };

  it('begins, from the generation that the store gives', () => {
    expect(of()).toMatchObject({ is: 'begin', mode: 'dual', record: { inUse: 1 } });
    expect(of({ credential: { ...credential, username: 'order.g4' } })).toMatchObject({
      record: { inUse: 4, last: 4 },
    });
  });
  it('leaves alone what is young enough, by the record or else by the store', () => {
    expect(of({}, { olderThanMs: 31 * day })).toEqual({ is: 'skip', why: 'it is 30 d old' });
    expect(of({}, { olderThanMs: 30 * day })).toMatchObject({ is: 'begin' });
    const record = { principal: 'order', inUse: 1, last: 1, rotatedAt: '2026-03-30T00:00:00.000Z' };
    expect(of({ record }, { olderThanMs: 30 * day })).toMatchObject({ is: 'skip' });
    expect(
      of({ credential: { username: 'order', password: 'first' } }, { olderThanMs: 30 * day }),
    ).toMatchObject({ is: 'begin' });
  });
  it('goes on with what was begun, however young', () => {
    expect(of({ record: begun('grant') }, { olderThanMs: 90 * day })).toMatchObject({ is: 'resume' });
    expect(of({ record: begun('grant') }, { wish: 'adopt' })).toMatchObject({ is: 'resume' });
  });
  it('gives nobody a password again who is to have none', () => {
    const passwordless = 'it is suspended';
    const inPlace = (step: Step): RotationRecord => ({
      ...begun(step),
      underWay: { ...must(begun(step).underWay), mode: 'in-place' },
    });
    const is = (record: RotationRecord, wish: Asked['wish'] = 'rotate') =>
      of({ record, passwordless }, { wish }).is;
    for (const step of ['create', 'grant', 'test', 'publish', 'drain', 'close'] as const) {
      expect([step, is(begun(step)), is(begun(step), 'abort')]).toEqual([step, 'blocked', 'return']);
      expect(is(begun(step), 'adopt')).toBe('blocked');
    }
    // Only the taking away of the old one is left, and it cannot be gone back to.
    for (const step of ['revoke', 'remove', 'prove'] as const) {
      expect([step, is(begun(step)), is(begun(step), 'abort')]).toEqual([step, 'resume', 'blocked']);
    }
    for (const step of ['publish', 'set'] as const) {
      expect([step, is(inPlace(step)), is(inPlace(step), 'abort')]).toEqual([step, 'blocked', 'blocked']);
    }
    expect([is(inPlace('close')), is(inPlace('close'), 'abort')]).toEqual(['resume', 'blocked']);
    expect(of({ record: begun('grant'), passwordless })).toMatchObject({
      why: 'it is suspended, and its rotation, which is under way, would give it a password again',
      hint: 'end that, or go back with rotate --abort',
    });
  });
  it('skips who has no password, and adopts only who has none stored', () => {
    expect(of({ passwordless: 'it is suspended' })).toEqual({ is: 'skip', why: 'it is suspended' });
    expect(of({}, { wish: 'adopt' })).toMatchObject({ is: 'skip' });
    expect(of({ credential: undefined }, { wish: 'adopt' })).toMatchObject({ is: 'begin', mode: 'in-place' });
    expect(of({}, { wish: 'abort' })).toMatchObject({ is: 'skip' });
  });
  it('is blocked where the store does not say who is in use', () => {
    expect(of({ credential: undefined })).toMatchObject({ is: 'blocked' });
    expect(of({ credential: { ...credential, username: 'stranger' } })).toMatchObject({ is: 'blocked' });
    expect(of({ record: { principal: 'order', inUse: 2, last: 2 } })).toMatchObject({ is: 'blocked' });
    expect(of({ record: { ...begun('grant'), principal: 'former' } })).toMatchObject({ is: 'blocked' });
  });
  it('goes back while the old one lives', () => {
    expect(of({ record: begun('grant') }, { wish: 'abort' })).toMatchObject({
      is: 'return',
      record: { underWay: { way: 'back', step: 'revoke' } },
    });
    const published = { username: 'order.g2', password: 'second' };
    expect(of({ record: begun('drain'), credential: published }, { wish: 'abort' })).toMatchObject({
      is: 'return',
      record: { underWay: { way: 'back', step: 'publish', to: { generation: 1 } } },
    });
    expect(of({ record: begun('remove'), credential: published }, { wish: 'abort' })).toMatchObject({
      is: 'blocked',
    });
  });
  it('goes back by way of the store where the new one may be in it, whatever a reading shows', () => {
    for (const step of ['publish', 'drain', 'close'] as const) {
      expect([step, of({ record: begun(step) }, { wish: 'abort' })]).toMatchObject([
        step,
        { is: 'return', record: { underWay: { way: 'back', step: 'publish' } } },
      ]);
    }
    const byHand = { username: 'order', password: 'third' };
    expect(of({ record: begun('drain'), credential: byHand }, { wish: 'abort' })).toMatchObject({
      record: { underWay: { step: 'publish' } },
    });
    expect(of({ record: begun('publish'), credential: byHand }, { wish: 'abort' })).toMatchObject({
      record: { underWay: { step: 'revoke' } },
    });
  });
  it('in place, has nothing to undo where the store was changed by hand before the broker was given it', () => {
    const inPlace = (step: Step, from = 'first'): RotationRecord => {
      const record = begin(firstRecord('order'), {
        mode: 'in-place',
        next: 2,
        password: 'second',
        former: from === '' ? undefined : from,
        formerSince: undefined,
        at,
      });
      return announce(record, step, at);
    };
    const byHand = { username: 'order', password: 'third' };
    const abort = (record: RotationRecord, stored: Case['credential'] = byHand) =>
      of({ record, credential: stored }, { wish: 'abort' });
    const found = abort(inPlace('publish'));
    if (found.is !== 'forget') throw new Error(`it is to ${found.is}`);
    expect(finish(found.record)).toEqual({ principal: 'order', inUse: 1, last: 1 });
    expect(abort(inPlace('publish', ''))).toMatchObject({ is: 'forget' });
    expect(abort(inPlace('publish'), credential)).toMatchObject({ is: 'return' });
    expect(abort(inPlace('set'))).toMatchObject({ is: 'return', record: { underWay: { step: 'publish' } } });
  });
});

function must<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('there is none');
  return value;
}
