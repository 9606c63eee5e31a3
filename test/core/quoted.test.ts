import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { decide } from '../../src/core/decide.ts';
import { cautious } from '../../src/core/decisions.ts';
import { diff } from '../../src/core/diff.ts';
import { quoted } from '../../src/core/quoted.ts';
import { box, compiled, ground, kinds, reading } from './fakes.ts';

test.each(["it's", 'a b', '$HOME', '`id`', '', 'a\nb', '"', '\\', '*', '; id', "'"])(
  'a shell reads %j back as one word',
  (name) => {
    const printed = execFileSync('sh', ['-c', `printf '%s' ${quoted(name)}`], { encoding: 'utf8' });
    expect(printed).toBe(name);
  },
);

test('a plain path stays as it is', () => {
  expect(quoted('/etc/mq-warden/plan_1.json')).toBe('/etc/mq-warden/plan_1.json');
});

test('the hint that names a blocked change can be copied into a shell', () => {
  const difference = diff({
    kinds,
    compiled: compiled(),
    reading: reading(box("it's; id")),
    ground,
  });
  const [refusal] = decide(kinds, difference, { ...cautious, prune: true }).blocked;
  const words = refusal?.hint.replace('name it to do it: ', '') ?? '';
  const printed = execFileSync('sh', ['-c', `printf '%s|' ${words}`], { encoding: 'utf8' });
  expect(printed).toBe("--allow-data-loss|fake:box:it's%3B%20id|");
});
