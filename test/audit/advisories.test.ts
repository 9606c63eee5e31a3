/** The dated lists of advisories, and what is said of a version by them. */
import { describe, expect, it, test } from 'vitest';
import { advisories as kafka } from '../../src/brokers/kafka/advisories.ts';
import { publishedAdvisories as kafkaCheck } from '../../src/brokers/kafka/audit/mqa54-advisories.ts';
import type { KafkaSubject } from '../../src/brokers/kafka/audit/facts.ts';
import { publishedAdvisories as rabbitCheck } from '../../src/brokers/rabbitmq/audit/mqa48-advisories.ts';
import type { RabbitSubject } from '../../src/brokers/rabbitmq/audit/facts.ts';
import { advisories as rabbitmq } from '../../src/brokers/rabbitmq/advisories.ts';
import { type Advisories, advisoryPoints, faultsOf, parseAdvisories } from '../../src/core/advisories.ts';

test.each([rabbitmq, kafka])('the list of $product is well-formed', (list) => {
  expect(faultsOf(list)).toEqual([]);
  expect(list.all.length).toBeGreaterThan(10);
  expect(list.known).toMatch(/^2026-\d\d-\d\d$/);
});

test.each([
  ['CVE-2026-1 - 2026-01-01 high core 1.0.0..1.0.1', 'an id that is too short'],
  ['CVE-2026-1234 - 2026-01-01 severe core 1.0.0..1.0.1', 'a severity that there is not'],
  ['CVE-2026-1234 - 2026-01-01 high core', 'no version'],
  ['CVE-2026-1234 - 2026-01-01 high core 1.0..1.1', 'versions in part'],
])('%s: %s is refused', (list) => {
  expect(() =>
    parseAdvisories({ product: 'X', known: '2026-02-01', newest: '1.1', list, ended: '' }),
  ).toThrow(/not a line/);
});

const line = (id: string, ranges: string, severity = 'high', day = '2026-01-01') =>
  `CVE-2026-${id} - ${day} ${severity} core ${ranges}`;
const listOf = (...lines: readonly string[]): Advisories =>
  parseAdvisories({
    product: 'X',
    known: '2026-02-01',
    newest: '1.4',
    list: lines.join('\n'),
    ended: '1.1 2025-05-05',
  });

it('finds what is wrong with a list', () => {
  const list = listOf(
    line('1111', '1.0.0..1.0.1', 'high', '2026-01-02'),
    line('1111', '1.0.1..1.0.1'),
    line('2222', '1.0.0..1.0.1', 'low', '2026-03-01'),
  );
  expect(faultsOf(list)).toEqual([
    'CVE-2026-1111 is there twice',
    'CVE-2026-1111 has a range that is empty',
    'CVE-2026-2222 is from after the list',
    'not in the order of days',
  ]);
});

describe('a version', () => {
  const list = listOf(line('1111', '1.0.0..1.0.9 1.2.0..1.2.5'), line('2222', '1.2.3..1.2.7', 'critical'));
  const verdicts = (version: string) =>
    [...advisoryPoints(list, { version })].map(({ is, says }) => [
      is,
      (says.match(/CVE-2026-\d+/g) ?? []).join(),
    ]);

  test.each([
    ['1.2.2', [['fail', 'CVE-2026-1111']]],
    [
      '1.2.4',
      [
        ['fail', 'CVE-2026-2222'],
        ['fail', 'CVE-2026-1111'],
      ],
    ],
    ['1.2.6-rc.1', [['fail', 'CVE-2026-2222']]],
    ['1.2.7', []],
    ['1.0.10', []],
    ['1.1.0', [['manual', '']]],
  ])('%s', (version, expected) => {
    expect(verdicts(version)).toEqual([...expected, ['pass', '']]);
  });

  it('that cannot be read is for a person', () => {
    expect(verdicts('')).toEqual([['manual', '']]);
  });

  it('is told with the day of the list, and with where it is mended', () => {
    const [first] = advisoryPoints(list, { version: '1.2.4' });
    expect(first).toEqual({
      is: 'fail',
      says: 'X 1.2.4 has 1 critical advisory, as known on 2026-02-01: CVE-2026-2222 (core)',
      hint: 'upgrade to X 1.2.7, or the newest of a later series (1.4 on 2026-02-01)',
    });
  });
});

describe('a series', () => {
  const list = listOf(
    line('1111', '1.0.0..1.3.0'),
    line('2222', '1.2.0..1.2.4'),
    line('3333', '1.2.4..1.4.0'),
  );
  const said = (series: string) =>
    [...advisoryPoints(list, { series })].flatMap(({ is, says }) =>
      (says.match(/CVE-2026-\d+/g) ?? []).map((id) => `${is} ${id}`),
    );

  it('is hit as a whole, in part, or not', () => {
    expect(said('1.2')).toEqual(['fail CVE-2026-1111', 'manual CVE-2026-2222', 'manual CVE-2026-3333']);
    expect(said('1.3')).toEqual(['fail CVE-2026-3333']);
    expect(said('1.4')).toEqual([]);
  });
});

describe('Kafka, which tells no version', () => {
  const first = (metadataVersion: number | undefined) =>
    [...kafkaCheck.points({ facts: { metadataVersion } } as KafkaSubject)][0];

  test.each([
    [21, 'fail', /^Kafka 3\.9 has \d high advisor.* CVE-2026-111108/],
    [25, 'fail', /^Kafka 4\.0 has/],
    [31, 'pass', /none is about Kafka 4\.4$/],
    [33, 'pass', /none is about Kafka 4\.4$/],
    [99, 'manual', /later than the list/],
    [undefined, 'manual', /which version runs is not told$/],
    [1, 'manual', /not told/],
  ] as const)('level %s', (level, is, says) => {
    expect(first(level)).toMatchObject({ is, says: expect.stringMatching(says) as string });
  });
});

describe('topic permissions', () => {
  const row = (write: string) => ({ user: 'shop', vhost: 'v', exchange: 'e', write, read: '^$' });
  const said = (version: string, write: string) => {
    const facts = {
      version: { is: 'told', value: version },
      definitions: { is: 'told', value: { topic_permissions: [row(write)] } },
    };
    return [...rabbitCheck.points({ facts } as unknown as RabbitSubject)].map(({ says }) => says).join('\n');
  };

  it('are no limit before headers were looked at', () => {
    expect(said('3.10.8', '^a$')).toContain('routing keys are no limit for shop');
    expect(said('3.10.8', '.*')).not.toContain('no limit');
    expect(said('4.0.3', '^a$')).not.toContain('no limit');
  });
});
