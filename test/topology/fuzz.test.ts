import fc from 'fast-check';
import { expect, test } from 'vitest';
import { brokers } from '../../src/brokers/index.ts';
import { type Problem, TopologyError } from '../../src/core/errors.ts';
import { parseTopology } from '../../src/topology/load.ts';
import { compiledBy, environmentName, filesOf, topologies } from './arbitrary.ts';
import { environments, head, parse, services, whole } from './fakes.ts';

/** On a loaded machine they take their time. */
const slow = { timeout: 120_000 };

/** Loads; what is wrong must come out as problems that have a place in the text, and nothing else may be thrown. */
function survives(text: string): string {
  try {
    const topology = parse(text);
    expect(topology.digest('staging')).toMatch(/^sha256:/);
    return '';
  } catch (error) {
    if (!(error instanceof TopologyError)) throw error;
    expectPlaces(error.problems, [{ file: 'topology.yaml', text }]);
    return JSON.stringify(error.problems);
  }
}

type Files = readonly { readonly file: string; readonly text: string }[];

/** Each problem, and what it refers to, stands somewhere in the files. */
function expectPlaces(problems: readonly Problem[], files: Files): void {
  expect(problems.length).toBeGreaterThan(0);
  for (const { message, position, related = [] } of problems) {
    if (position === undefined) throw new Error(`a problem without a position: ${message}`);
    for (const { file, line, column } of [position, ...related.map((one) => one.position)]) {
      const text = files.find((one) => one.file === file)?.text.split('\n')[line - 1];
      expect(text, `${message} at ${file}:${line}`).toBeDefined();
      expect(column).toBeGreaterThanOrEqual(1);
      expect(column).toBeLessThanOrEqual((text?.length ?? 0) + 1);
    }
  }
}

const yamlish = fc.constantFrom(
  ...['{', '}', '[', ']', ':', ': ', '- ', '? ', '&a ', '*a', '!t ', '"', "'", '|', '>', '#', '%', '@', '`', ',', '<<: '],
  ...['\n', '\n  ', '\r\n', '\t', '---\n', '...\n', '\ufeff', '\0', '\ud800', '${MQWARDEN_X}', '__proto__: ', '~', '9'],
);

test('any text', slow, () => {
  fc.assert(
    fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.array(yamlish).map((parts) => parts.join(''))), (text) => {
      survives(text);
    }),
    { numRuns: 1000 },
  );
});

test('a good topology with anything put in, taken out or cut off', slow, () => {
  const edit = fc.record({
    at: fc.nat(whole.length),
    remove: fc.nat(20),
    insert: fc.oneof(yamlish, fc.string({ maxLength: 5 })),
  });
  fc.assert(
    fc.property(fc.array(edit, { minLength: 1, maxLength: 4 }), (edits) => {
      survives(
        edits.reduce(
          (text, { at, remove, insert }) => text.slice(0, at) + insert + text.slice(at + remove),
          whole,
        ),
      );
    }),
    { numRuns: 1000 },
  );
});

test('any data in the place of any part', slow, () => {
  const data = fc.jsonValue({ maxDepth: 4 }).map((value) => JSON.stringify(value));
  fc.assert(
    fc.property(data, fc.nat(5), (value, place) => {
      survives(
        [
          value,
          `${head}environments: ${value}\n${services}`,
          `${head}${environments}services: ${value}\n`,
          `${head}${environments}services: { a: ${value} }\n`,
          `${head}${environments}services: { a: { rabbitmq: ${value} } }\n`,
          `${head}environments: { e: { rabbitmq: ${value}, kafka: ${value}, claims: ${value} } }\n${services}`,
        ][place] ?? '',
      );
    }),
    { numRuns: 1000 },
  );
});

test('no mistake around a secret brings it into a message', slow, () => {
  const before = `${head}environments:\n  staging:\n    rabbitmq:\n      managementUrl: https://mq\n      admin:\n`;
  const after = `\n        username: admin\n${services}`;
  const edit = fc.record({ at: fc.nat(before.length), remove: fc.nat(3), insert: yamlish });
  fc.assert(
    fc.property(edit, fc.boolean(), fc.constantFrom('', '"', "'", '*', '!', '|\n          '), (edited, early, quote) => {
      const { at, remove, insert } = edited;
      const change = (text: string) => text.slice(0, at) + insert + text.slice(at + remove);
      const secret = `        password: ${quote}hunter2canary`;
      const said = survives(early ? change(before) + secret + after : before + secret + change(after));
      expect(said).not.toContain('canary');
    }),
    { numRuns: 1000 },
  );
});

/** Loads with the real schemas and compiles for every broker: what is wrong is said, with its place, in a moment. */
function survivesAsFiles(files: Files): void {
  const started = performance.now();
  try {
    const topology = parseTopology(files, brokers, {});
    for (const { warnings } of topology.environments.has(environmentName) ? compiledBy(topology).values() : []) {
      expect(warnings.every(({ address, message }) => address !== '' && message !== '')).toBe(true);
    }
  } catch (error) {
    if (!(error instanceof TopologyError)) throw error;
    expectPlaces(error.problems, files);
  }
  expect(performance.now() - started).toBeLessThan(5_000);
}

/** What a person may write where something else belongs. */
const misplaced = fc.oneof(
  fc.jsonValue({ maxDepth: 2 }),
  fc.constantFrom<unknown>(null, '', '*', '^(a+)+$', '.*', -1, 1e21, true, [], {}, [[]], { exchange: 'a' }, '\u0000', '${MQWARDEN_X}'),
  fc.constantFrom<unknown>('a'.repeat(300), Array.from({ length: 300 }, (_, at) => `n${at}`), { topic: 'a', prefix: 'a' }),
);

interface Edit {
  readonly at: number;
  readonly how: 'replace' | 'remove' | 'rename' | 'repeat';
  readonly value: unknown;
}

/** The value with one of its parts, counted from the top, edited. */
function edited(value: unknown, edit: Edit): unknown {
  let left = edit.at % Math.max(countOf(value), 1);
  const visit = (part: unknown): unknown => {
    if (typeof part !== 'object' || part === null) return part;
    const entries = Object.entries(part).flatMap(([key, inner]): [string, unknown][] => {
      left -= 1;
      return left === -1 ? changed(key, inner, edit) : [[key, visit(inner)]];
    });
    return Array.isArray(part) ? entries.map(([, inner]) => inner) : Object.fromEntries(entries);
  };
  return visit(value);
}

function changed(key: string, inner: unknown, { how, value }: Edit): [string, unknown][] {
  switch (how) {
    case 'replace':
      return [[key, value]];
    case 'remove':
      return [];
    case 'rename':
      return [[typeof value === 'string' ? value : `${key}x`, inner]];
    case 'repeat':
      return [[key, inner], [`${key} 2`, inner]];
  }
}

function countOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  return Object.values(value).reduce((sum: number, inner) => sum + 1 + countOf(inner), 0);
}

const edits = fc.array(
  fc.record({
    at: fc.nat(10_000),
    how: fc.constantFrom('replace', 'remove', 'rename', 'repeat'),
    value: misplaced,
  }),
  { minLength: 1, maxLength: 3 },
);

test('a valid topology of every broker with parts replaced, removed, renamed and repeated', slow, () => {
  fc.assert(
    fc.property(topologies(), edits, (written, changes) => {
      const files = filesOf(written).map(({ file, text }) => ({ file, data: JSON.parse(text) as unknown }));
      changes.forEach((edit) => {
        const file = files[edit.at % files.length];
        if (file !== undefined) file.data = edited(file.data, edit);
      });
      survivesAsFiles(files.map(({ file, data }) => ({ file, text: JSON.stringify(data, undefined, 2) })));
    }),
    { numRuns: 150 },
  );
});

test('two topologies thrown together: units declared twice, heads that differ, files that repeat', slow, () => {
  fc.assert(
    fc.property(topologies(), topologies(), fc.nat(3), (one, other, at) => {
      const second = filesOf({ ...other, ...(at === 0 ? { name: 'another' } : {}) });
      const files = [...filesOf(one), ...second.slice(at % 2)];
      survivesAsFiles(files.map(({ text }, index) => ({ file: `${index}.yaml`, text })));
    }),
    { numRuns: 100 },
  );
});

test('the text of a valid topology with anything put in, taken out or cut off', slow, () => {
  const edit = fc.record({ at: fc.nat(5000), remove: fc.nat(20), insert: fc.oneof(yamlish, fc.string({ maxLength: 5 })) });
  fc.assert(
    fc.property(topologies(), edit, fc.nat(), ({ ...written }, { at, remove, insert }, which) => {
      const files = filesOf(written);
      const cut = which % files.length;
      survivesAsFiles(
        files.map(({ file, text }, index) => {
          const from = at % (text.length + 1);
          return { file, text: index === cut ? text.slice(0, from) + insert + text.slice(from + remove) : text };
        }),
      );
    }),
    { numRuns: 200 },
  );
});
