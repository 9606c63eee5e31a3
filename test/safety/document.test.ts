/** docs/traps.md names tests: each must exist, and each trap must have one. */
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../', import.meta.url));
const rows = readFileSync(`${root}docs/traps.md`, 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('|') && !/^\|\s*(-+|trap)\s*\|/.test(line))
  .map((line) => line.slice(1, -1).split(' | '))
  .map(([trap = '', , ...shown]) => ({ trap: trap.trim(), shownBy: shown.join(' | ') }));

/** `rabbitmq/live`: “title”; “another of that file” */
function testsNamed(cell: string): { file: string; title: string }[] {
  return [...cell.matchAll(/`([\w/-]+)`: ((?:“[^”]+”(?:; )?)+)/g)].flatMap(([, file = '', titles = '']) =>
    [...titles.matchAll(/“([^”]+)”/g)].map(([, title = '']) => ({ file: `test/${file}.test.ts`, title })),
  );
}

describe('the table of traps', () => {
  it('has rows', () => {
    expect(rows.length).toBeGreaterThan(50);
  });

  it.each(rows)('$trap', ({ shownBy }) => {
    const named = testsNamed(shownBy);
    expect(named).not.toEqual([]);
    const missing = named.filter(
      ({ file, title }) =>
        !existsSync(root + file) || !titlesIn(readFileSync(root + file, 'utf8')).includes(title),
    );
    expect(missing).toEqual([]);
  });
});

/** Every text in quotes: titles stand in calls and in the tables that they are made from. */
function titlesIn(source: string): string[] {
  return [...source.matchAll(/'((?:[^'\\\n]|\\.)*)'|"((?:[^"\\\n]|\\.)*)"/g)].map(([, single, double]) =>
    (single ?? double ?? '').replaceAll(/\\(.)/g, '$1'),
  );
}
