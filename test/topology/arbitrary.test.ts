import fc from 'fast-check';
import { expect, test } from 'vitest';
import { TopologyError } from '../../src/core/errors.ts';
import { compiledBy, loaded, topologies, type Written } from './arbitrary.ts';

/** On a loaded machine they take their time. */
const slow = { timeout: 120_000 };

function compile(written: Written) {
  try {
    return compiledBy(loaded(written));
  } catch (error) {
    if (!(error instanceof TopologyError)) throw error;
    const said = error.problems.map(({ message }) => message).join('\n');
    throw new Error(`the generator made what is refused:\n${said}`, { cause: error });
  }
}

test('every generated topology is valid, and compiles the same twice', slow, () => {
  fc.assert(
    fc.property(fc.boolean().chain((closed) => topologies({ closed })), (written) => {
      expect(compile(written)).toEqual(compile(written));
    }),
    { numRuns: 150 },
  );
});

test('the generator reaches every kind of resource', slow, () => {
  const kinds = fc
    .sample(topologies(), 100)
    .flatMap((written) => [...compile(written).values()])
    .flatMap(({ resources }) => resources.map(({ kind }) => kind));
  expect([...new Set(kinds)].sort()).toEqual(
    ['acl', 'quota', 'topic', 'user'].map((kind) => `kafka:${kind}`).concat(
      ['binding', 'exchange', 'permission', 'queue', 'topic-permission', 'user', 'vhost'].map((kind) => `rabbitmq:${kind}`),
    ),
  );
});

test('what is closed refers to nothing that is not there', slow, () => {
  fc.assert(
    fc.property(topologies({ closed: true }), (written) => {
      // Kafka takes ACLs for what is not there.
      const warnings = compile(written).get('rabbitmq')?.warnings ?? [];
      expect(warnings.filter(({ message }) => message.startsWith('no service owns'))).toEqual([]);
    }),
    { numRuns: 100 },
  );
});
