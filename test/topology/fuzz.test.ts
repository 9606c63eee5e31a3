import fc from 'fast-check';
import { expect, test } from 'vitest';
import { TopologyError } from '../../src/core/errors.ts';
import { environments, head, parse, services, whole } from './fakes.ts';

/** Loads; what is wrong must come out as problems that have a place in the text, and nothing else may be thrown. */
function survives(text: string): string {
  try {
    const topology = parse(text);
    expect(topology.digest('staging')).toMatch(/^sha256:/);
    return '';
  } catch (error) {
    if (!(error instanceof TopologyError)) throw error;
    const lines = text.split('\n');
    expect(error.problems.length).toBeGreaterThan(0);
    for (const { position } of error.problems) {
      if (position === undefined) throw new Error('a problem without a position', { cause: error });
      const line = lines[position.line - 1];
      expect(line).toBeDefined();
      expect(position.column).toBeGreaterThanOrEqual(1);
      expect(position.column).toBeLessThanOrEqual((line?.length ?? 0) + 1);
    }
    return JSON.stringify(error.problems);
  }
}

const yamlish = fc.constantFrom(
  ...['{', '}', '[', ']', ':', ': ', '- ', '? ', '&a ', '*a', '!t ', '"', "'", '|', '>', '#', '%', '@', '`', ',', '<<: '],
  ...['\n', '\n  ', '\r\n', '\t', '---\n', '...\n', '\ufeff', '\0', '\ud800', '${MQWARDEN_X}', '__proto__: ', '~', '9'],
);

test('any text', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.array(yamlish).map((parts) => parts.join(''))), (text) => {
      survives(text);
    }),
    { numRuns: 1000 },
  );
});

test('a good topology with anything put in, taken out or cut off', () => {
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

test('any data in the place of any part', () => {
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

test('no mistake around a secret brings it into a message', () => {
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
