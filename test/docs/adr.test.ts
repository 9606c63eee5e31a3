import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const folder = new URL('../../docs/adr/', import.meta.url);
const files = readdirSync(folder).sort();

describe('decision records', () => {
  it('are numbered in a row, each number once', () => {
    const numbers = files.map((file) => Number(file.slice(0, 4)));
    expect(numbers).toEqual(files.map((_, at) => at + 1));
  });

  it.each(files)('%s has its number in its title', (file) => {
    expect(readFileSync(new URL(file, folder), 'utf8')).toMatch(
      new RegExp(`^# ${Number(file.slice(0, 4))}\\. `),
    );
  });
});
