import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { examplesOf, textsOf } from '../../scripts/docs/examples.ts';
import { brokers } from '../../src/brokers/index.ts';
import type { AccessModel, Asked } from '../../src/core/access/model.ts';
import { TopologyError } from '../../src/core/errors.ts';
import { commentsIn } from '../../src/lint/comments.ts';
import { infosOf } from '../../src/operations/lint/topology.ts';
import { lintTexts } from '../../src/operations/lint/look.ts';
import { fixedTexts } from '../../src/operations/lint/repair.ts';
import { ruleSet } from '../../src/operations/lint/rules.ts';
import { siteOf } from '../../src/operations/site.ts';
import type { TextFile } from '../../src/topology/files.ts';
import { parseTopology } from '../../src/topology/load.ts';
import { filesOf, topologies } from '../topology/arbitrary.ts';

/** What `--fix` promises: nobody gets more rights or loses one, comments stay, and there is nothing left to do. */

const slow = { timeout: 120_000 };
const set = await ruleSet();
const look = (texts: readonly TextFile[]) => lintTexts(texts, set, { variables: {}, today: '2026-11-24' });

interface Seen {
  readonly name: string;
  readonly model: AccessModel;
  /** Each right of every service on all that there is, and on what there is not yet. */
  readonly asked: readonly Asked[];
}

/** Every broker of every environment; undefined where the topology does not load. */
function seenIn(texts: readonly TextFile[]): readonly Seen[] | undefined {
  try {
    const topology = parseTopology(texts, brokers, {});
    return [...topology.environments.values()].flatMap((environment) =>
      brokers.flatMap((broker) =>
        siteOf(topology, environment, broker).map(({ landscape, compiled }) => {
          const questions = broker.questions(landscape, compiled);
          const model = broker.access(compiled.resources);
          const asked = landscape.services.flatMap(({ name }) => questions(name));
          return { name: `${broker.name} in ${environment.name}`, model, asked };
        }),
      ),
    );
  } catch (error) {
    if (error instanceof TopologyError) return undefined;
    throw error;
  }
}

function answers(to: readonly Seen[], by: readonly Seen[]): Record<string, unknown> {
  const entries = to.flatMap(({ name, asked }) => {
    const model = by.find((one) => one.name === name)?.model;
    return asked.map(({ principal, at, right, key }) => {
      const question = key === undefined ? { principal, at, right } : { principal, at, right, key };
      const ruling = model?.ruling(question);
      return [`${name}: ${JSON.stringify(question)}`, [ruling?.may, ruling?.keys]] as const;
    });
  });
  return Object.fromEntries(entries);
}

const comments = (texts: readonly TextFile[]) =>
  texts
    .flatMap(({ text }) => commentsIn(text).map((one) => one.text))
    .filter((text) => !text.includes('mqwarden-ignore'));

function keepsItsPromise(before: readonly TextFile[]): number {
  const { texts, fixed } = fixedTexts(before, look);
  expect(comments(texts)).toEqual(comments(before));
  expect(fixedTexts(texts, look)).toEqual({ texts, fixed: 0 });
  const [had, has] = [seenIn(before), seenIn(texts)];
  if (had !== undefined) expect(answers(had, has ?? [])).toEqual(answers(had, had));
  return fixed;
}

const repaired = infosOf(set).flatMap(({ id }) =>
  examplesOf(id)
    .map((example) => ({ id, name: example.name, texts: textsOf(example) }))
    .filter(({ texts }) => look(texts).findings.some(({ rule, fix = [] }) => rule === id && fix.length > 0)),
);

test('some rules repair what they find', () => {
  const ids = [...new Set(repaired.map(({ id }) => id))];
  expect(ids).toEqual(['MQ013', 'MQ201', 'MQ204', 'MQ304', 'MQ317', 'MQ802', 'MQ808']);
});

describe.each(repaired)('the example $name of $id', ({ texts }) => {
  test('is repaired, and nothing else changes', () => {
    expect(keepsItsPromise(texts)).toBeGreaterThan(0);
  });
});

/** Whatever of it is a list has some entries twice; what is done on Kafka is granted by hand as well. */
function untidy(value: unknown, coin: () => boolean): unknown {
  if (Array.isArray(value)) {
    const all: readonly unknown[] = value;
    return all.flatMap((one) =>
      coin() ? [untidy(one, coin), untidy(one, () => false)] : [untidy(one, coin)],
    );
  }
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value as Readonly<Record<string, unknown>>);
  return Object.fromEntries(
    entries.map(([key, inner]) => [key, untidy(key === 'kafka' ? granted(inner, coin) : inner, coin)]),
  );
}

interface Sample {
  readonly produces?: readonly (string | { readonly topic?: string; readonly prefix?: string })[];
  readonly grants?: readonly object[];
}

function granted(section: unknown, coin: () => boolean): unknown {
  const { produces = [], grants = [] } = section as Sample;
  const more = produces.filter(coin).map((one) => {
    const { topic, prefix } = typeof one === 'string' ? { topic: one, prefix: undefined } : one;
    const pattern = prefix === undefined ? 'literal' : 'prefixed';
    return {
      resource: 'topic',
      name: prefix ?? topic,
      pattern,
      operations: ['write'],
      reason: 'from before',
    };
  });
  return more.length === 0 ? section : { ...(section as Sample), grants: [...grants, ...more] };
}

/** In the order of the file, so that what shrinks stays readable. */
function coins(sides: readonly boolean[]): () => boolean {
  let at = 0;
  return () => sides[at++ % sides.length] ?? false;
}

test('random topologies with all sorts of things twice', slow, () => {
  let fixed = 0;
  const flips = fc.array(fc.boolean(), { minLength: 1, maxLength: 40 });
  fc.assert(
    fc.property(topologies(), flips, flips, (written, doubled, commented) => {
      const [doubles, comment] = [coins(doubled), coins(commented)];
      const texts = filesOf(written).map(({ file, text }) => {
        const yaml = stringify(untidy(JSON.parse(text), doubles), {
          lineWidth: 0,
          defaultStringType: 'QUOTE_DOUBLE',
          defaultKeyType: 'QUOTE_DOUBLE',
        });
        const lines = yaml
          .split('\n')
          .map((line, at) => (line !== '' && comment() ? `${line} # line ${at}` : line));
        return { file, text: lines.join('\n') };
      });
      fixed += keepsItsPromise(texts);
    }),
    { numRuns: 30 },
  );
  expect(fixed).toBeGreaterThan(30);
});
