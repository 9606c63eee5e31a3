/** What listeners show towards the checks of certificates that are about all brokers. */
import { describe, expect, it } from 'vitest';
import { namedPoints as kafkaNames } from '../../src/brokers/kafka/audit/named.ts';
import { namedPoints as rabbitNames } from '../../src/brokers/rabbitmq/audit/named.ts';
import { judge } from '../../src/core/audit.ts';
import { certificateChecks, sharedPoints, type Shares, sharesOf } from '../../src/core/audit-certificates.ts';
import type { ShownHandshake, TriedDoor } from '../../src/core/doors.ts';

const now = new Date('2026-11-01T00:00:00Z');
const shown = {
  ...{ subject: 'CN=b', issuer: 'CN=ca', names: 'DNS:b' },
  ...{ from: '2026-10-01T00:00:00Z', until: '2026-12-30T00:00:00Z' },
  ...{ chain: [], revocation: [] },
};
type Certificate = Partial<NonNullable<ShownHandshake['shown']>>;

function door(over: Partial<TriedDoor> = {}, certificate: Certificate = {}): TriedDoor {
  return {
    at: 'amqp/ssl b:5671',
    tls: { version: 'TLSv1.3', fault: undefined, shown: { ...shown, ...certificate } },
    withoutCertificate: 'refused',
    oldTls: 'refused',
    plaintext: 'refused',
    authorities: ['CN=ca'],
    trusted: ['CN=ca'],
    ...over,
  };
}

/** A finding each, by its rule. */
function answers(...shares: Shares[]) {
  const checks = certificateChecks.map((one) => ({ ...one, points: () => sharedPoints(one, shares) }));
  return new Map(judge(checks, undefined).map((finding) => [finding.rule, finding]));
}
const answer = (rule: string, ...doors: TriedDoor[]) =>
  answers(sharesOf({ doors, named: [] }, now)).get(rule);
const public21 = Array.from({ length: 21 }, (_, i) => `CN=public ${i}`);

describe('whose client certificates are taken', () => {
  it.each<[string, string, TriedDoor[]]>([
    ['those of the authority that is known here', 'pass', [door()]],
    ['those of another, too', 'manual', [door(), door({ authorities: ['CN=ca', 'CN=other'] })]],
    ['those of the whole world', 'fail', [door({ authorities: ['CN=ca', ...public21] })]],
    ['of nobody by name', 'manual', [door({ authorities: [] })]],
    ['nobody’s, which another check is about', 'na', [door({ authorities: 'no certificate' })]],
    ['of whom is not told, by TLS 1.3 alone', 'manual', [door(), door({ authorities: undefined })]],
    [
      'of whom is not told, where nobody is reached',
      'manual',
      [door(), door({ authorities: undefined, tls: { why: 'ECONNREFUSED', reached: false } })],
    ],
    [
      'where there is no TLS, another check is about that',
      'pass',
      [door(), door({ authorities: undefined, tls: { why: 'a listener without TLS', reached: true } })],
    ],
  ])('%s', (_, verdict, doors) => {
    expect(answer('MQA33', ...doors)?.verdict).toBe(verdict);
  });

  it('a broker that shows nothing does not pass beside one that does, and nothing is known where nobody was asked', () => {
    expect(
      answers(sharesOf({ doors: [door()], named: [] }, now), sharesOf({ doors: [], named: [] }, now)).get(
        'MQA33',
      )?.verdict,
    ).toBe('manual');
    expect(answers(sharesOf({ doors: [door()], named: [] }, now), new Map()).get('MQA33')?.verdict).toBe(
      'pass',
    );
    expect(answers(new Map()).get('MQA33')?.verdict).toBe('manual');
  });
});

it.each<[string, string, Certificate, RegExp]>([
  ['MQA33', 'pass', {}, /sends no certificate of an authority beside its own: CN=ca must be trusted itself/],
  ['MQA33', 'pass', { chain: ['CN=sub'] }, /sends the certificates of CN=sub beside its own/],
  ['MQA34', 'manual', {}, /has a certificate for DNS:b/],
  ['MQA34', 'manual', { names: 'DNS:b, DNS:*.b' }, /for DNS:\*\.b: whoever has its key is each of these/],
  ['MQA35', 'manual', {}, /names neither OCSP nor a list/],
  ['MQA35', 'manual', { revocation: ['OCSP http://o'] }, /is told by OCSP http:\/\/o/],
  ['MQA35', 'manual', { until: '2026-10-08T00:00:00Z' }, /of 7 days, which needs no revocation/],
  ['MQA36', 'manual', {}, /of 90 days, of which 59 days are left/],
  ['MQA36', 'manual', { until: '2026-11-10T00:00:00Z' }, /in the last third of its 40 days/],
  ['MQA36', 'manual', { until: '2026-10-08T00:00:00Z' }, /of 7 days, which only a job renews/],
  ['MQA36', 'fail', { until: '2027-11-05T00:00:00Z' }, /of 400 days, more than 398/],
])('%s is %s by %o', (rule, verdict, certificate, says) => {
  const finding = answer(rule, door({}, certificate));
  expect(finding?.verdict).toBe(verdict);
  expect(JSON.stringify(finding)).toMatch(says);
});

describe('whom a certificate makes of somebody', () => {
  const verdicts = (points: { is: string }[]) => points.map(({ is }) => is);
  const rabbit = (...offered: string[]) =>
    verdicts(rabbitNames({ knocked: [], mechanisms: { is: 'told', value: new Map([['n', offered]]) } }));
  const kafka = (over: Record<string, string>) =>
    verdicts(
      kafkaNames({
        settings: {
          is: 'told',
          value: new Map([
            [
              1,
              new Map(
                Object.entries({ listeners: 'A://h:1', 'listener.security.protocol.map': 'A:SSL', ...over }),
              ),
            ],
          ]),
        },
      }),
    );

  it('RabbitMQ by EXTERNAL alone', () => {
    expect(rabbit('PLAIN')).toEqual(['na']);
    expect(rabbit('PLAIN', 'EXTERNAL')).toEqual(['manual']);
    expect(rabbit()).toEqual([]);
  });

  it('Kafka by its rules, and by names that brokers look for', () => {
    expect(kafka({})).toEqual(['pass']);
    expect(kafka({ 'ssl.principal.mapping.rules': 'RULE:^CN=(.*)$/$1/' })).toEqual(['manual']);
    const hosts = 'ssl.endpoint.identification.algorithm';
    expect(kafka({ [hosts]: 'https' })).toEqual(['pass', 'pass']);
    expect(kafka({ [hosts]: '' })).toEqual(['fail', 'pass']);
    const own = { 'inter.broker.listener.name': 'A', [`listener.name.a.${hosts}`]: 'https' };
    expect(kafka({ [hosts]: '', ...own })).toEqual(['pass', 'pass']);
    expect(kafka({ 'listener.security.protocol.map': 'A:SASL_SSL' })).toEqual([]);
  });
});
