import { describe, expect, it } from 'vitest';
import { deletion, diff } from '../../src/core/diff.ts';
import { schedule } from '../../src/core/schedule.ts';
import { box, brief, compiled, grant, ground, kinds, lid, reading, type Thing } from './fakes.ts';

const order = (desired: Thing[], live: Thing[], pruned: Thing[] = []) => {
  const difference = diff({ kinds, compiled: compiled(...desired), reading: reading(...live), ground });
  const changes = [...difference.changes, ...pruned.map((one) => deletion(one, 'pruned'))];
  return schedule(kinds, changes, difference);
};

describe('schedule', () => {
  it('goes up, then grants, then down', () => {
    const phases = order(
      [lid('a'), box('a'), grant('order', 'x')],
      [box('old'), lid('old')],
      [box('old'), lid('old')],
    );
    expect(phases.map((phase) => brief(phase.map((step) => step.change)))).toEqual([
      ['create fake:box:a'],
      ['create fake:lid:a'],
      ['create fake:grant:order'],
      ['delete fake:lid:old'],
      ['delete fake:box:old'],
    ]);
  });

  it('makes a part wait for its whole, a grant for what it speaks of, a whole for the end of its parts', () => {
    const phases = order(
      [lid('a'), box('a'), grant('order', 'x')],
      [box('old'), lid('old')],
      [box('old'), lid('old')],
    );
    const after = new Map(
      phases.flat().map((step) => [step.change.address as string, [...step.after] as string[]]),
    );
    expect(after.get('fake:lid:a')).toEqual(['fake:box:a']);
    expect(after.get('fake:grant:order')).toContain('fake:box:a');
    expect(after.get('fake:box:old')).toEqual(['fake:lid:old']);
    expect(after.get('fake:box:a')).toEqual([]);
  });
});
