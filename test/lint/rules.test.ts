import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { examplesOf, findingsOf, findingText } from '../../scripts/docs/examples.ts';
import { verdictRules } from '../../src/core/verdict-rules.ts';
import { codeRules } from '../../src/lint/code/rules.ts';
import { infosOf } from '../../src/operations/lint/topology.ts';
import { ruleSet } from '../../src/operations/lint/rules.ts';

/** Every rule on its own examples: what it must find, word for word, and what it must leave alone. */

const set = await ruleSet();
const infos = infosOf(set, codeRules);
/** What an example cannot show: a baseline stands in another file. */
const withExamples = infos.filter(({ id }) => id !== 'MQ020');
const folder = join(import.meta.dirname, 'rules');

test('every rule has an id and a name of its own, and its folder', () => {
  const ids = infos.map(({ id }) => id);
  expect(ids).toEqual([...new Set(ids)]);
  expect(new Set(infos.map(({ name }) => name)).size).toBe(ids.length);
  expect(ids.filter((id) => !/^MQ(?:\d{3}|C\d\d)$/.test(id))).toEqual([]);
  expect(infos.filter(({ name }) => !/^[a-z]+(-[a-z]+)*$/.test(name))).toEqual([]);
  expect(readdirSync(folder).sort()).toEqual(withExamples.map(({ id }) => id));
  // What verify finds has ids of the same kind.
  expect(
    Object.values(verdictRules)
      .map(({ id }) => id)
      .filter((id) => ids.includes(id)),
  ).toEqual([]);
});

test.each(infos)('$id has a page worth reading', ({ summary, why, instead }) => {
  expect(summary).toMatch(/^[`A-Z].*\.$/);
  expect(why.length).toBeGreaterThan(50);
  expect(instead.length).toBeGreaterThan(10);
});

describe.each(withExamples)('$id $name', ({ id }) => {
  const examples = examplesOf(id);

  test('has two examples of each kind', () => {
    expect(examples.filter(({ fails }) => fails).length).toBeGreaterThanOrEqual(2);
    expect(examples.filter(({ fails }) => !fails).length).toBeGreaterThanOrEqual(2);
  });

  test.each(examples.filter(({ fails }) => fails))('finds what is in $name', async (example) => {
    const found = findingsOf(example, set).filter(({ rule }) => rule === id);
    expect(found).not.toEqual([]);
    // Where the example says it, not in what stands around it.
    expect(found.filter(({ position }) => position?.file !== `${example.name}.${example.language}`)).toEqual(
      [],
    );
    await expect(found.map(findingText).join('')).toMatchFileSnapshot(
      join(folder, id, `${example.name}.txt`),
    );
  });

  test.each(examples.filter(({ fails }) => !fails))('finds nothing in $name', (example) => {
    const found = findingsOf(example, set);
    expect(found.filter(({ rule }) => rule === id).map(findingText)).toEqual([]);
    // An example must be a topology: what does not load passes every rule.
    expect(found.filter(({ rule }) => /^MQ(?:00[123]|C00)$/.test(rule)).map(findingText)).toEqual([]);
  });
});
