import { describe, expect, test } from 'vitest';
import { findingsOf } from '../../scripts/docs/examples.ts';
import type { RuleSet } from '../../src/lint/engine.ts';
import type { FileRule, TopologyRule } from '../../src/lint/rule.ts';
import { lintTexts } from '../../src/operations/lint/look.ts';
import { ruleSet } from '../../src/operations/lint/rules.ts';

const set = await ruleSet();
const scope = { variables: {}, today: '2026-11-24' };
const info = { severity: 'warning', summary: 'A.', why: 'B.', instead: 'C.' } as const;
const only = (...general: RuleSet['general']): RuleSet => ({ general, brokers: new Map() });

describe('what is found', () => {
  test('is told once, though two environments have it', () => {
    const environment = (name: string) =>
      `{ kafka: { brokers: ['${name}:9093'], admin: { username: a, password: file:/p }, naming: { user: '{service}.${name}' } } }`;
    const text = `version: 1
name: shop
environments: { blue: ${environment('blue')}, green: ${environment('green')} }
services:
  a-service: { kafka: { topics: { a.b: {}, a_b: {} } } }
`;
    const { findings } = lintTexts([{ file: 'a.yaml', text }], set, scope);
    const warned = findings.filter(({ rule }) => rule === 'MQ506');
    expect(warned.map(({ position }) => position.line)).toEqual([5]);
  });

  test('takes the place of what loading says there', () => {
    const found = findingsOf(
      { name: 'a', text: 'services: { a: { owner: a-team, rabbitmq: { user: guest } } }\n' },
      set,
    );
    expect(found.filter(({ position }) => position?.file === 'a.yaml').map(({ rule }) => rule)).toEqual([
      'MQ102',
    ]);
  });

  test('in the place of what loading says is neither ignored nor made milder', () => {
    const text = `version: 1
name: a
environments: { e: { rabbitmq: { managementUrl: 'https://r', vhost: a, admin: { username: p, password: env:P } } } }
services: { a: { rabbitmq: { user: guest } } } # mqwarden-ignore MQ102: we like guests
`;
    const errorsIn = (rules: RuleSet) =>
      lintTexts([{ file: 'a.yaml', text }], rules, scope)
        .findings.filter(({ severity }) => severity === 'error')
        .map(({ rule, position }) => `${rule} ${position.line}:${position.column}`);
    expect(errorsIn(set)).toEqual(['MQ102 4:36']);
    const milder: FileRule = {
      ...info,
      id: 'MQ901',
      name: 'milder',
      *inFile({ source: { file } }) {
        yield { position: { file, line: 4, column: 36 }, message: 'a guest' };
      },
    };
    expect(errorsIn(only(milder))).toContain('MQ003 4:36');
  });

  test('takes the place of what the compiler warns of at the same address', () => {
    const text = `services:
  a-service: { kafka: { topics: { a: { partitions: 3 } }, consumes: [{ topic: a, group: g }] } }
  b-service: { kafka: { consumes: [{ topic: a, group: g }] } }
`;
    const rules = (from: RuleSet) => findingsOf({ name: 'a', text }, from).map(({ rule }) => rule);
    expect(rules(set).filter((rule) => ['MQ004', 'MQ509'].includes(rule))).toEqual(['MQ509']);
    expect(rules(only())).toEqual(['MQ004']);
  });

  test('is asked of broken files, too', () => {
    const text = 'services:\n  a: "{\n# AKIAIOSFODNN7EXAMPLE\n';
    const { findings } = lintTexts([{ file: 'a.yaml', text }], set, scope);
    expect(findings.map(({ rule }) => rule)).toContain('MQ001');
    expect(findings.map(({ rule }) => rule)).toContain('MQ101');
  });

  test('is found where no variable is set, too, but nothing about endpoints that nobody knows', () => {
    const text = `version: 1
name: shop
environments:
  production:
    kafka: { brokers: ['\${MQWARDEN_KAFKA}'], admin: { username: a, password: env:P } }
services: { a-service: { kafka: { topics: { a: {} } } } }
`;
    const rules = lintTexts([{ file: 'a.yaml', text }], set, scope).findings.map(({ rule }) => rule);
    expect(rules).toContain('MQ105');
    expect(rules.filter((rule) => ['MQ002', 'MQ205', 'MQ207'].includes(rule))).toEqual([]);
  });

  test('can be narrowed to an environment and to services', () => {
    const everywhere: TopologyRule = {
      ...info,
      id: 'MQ901',
      name: 'services',
      *inTopology({ topology, sites }) {
        for (const { environment, broker } of sites) {
          const position = topology.locate(['environments', environment]);
          yield { position, message: `${environment} ${broker}` };
        }
        for (const { name: service } of topology.services.values())
          yield { position: topology.locate(['services', service]), message: service, service };
      },
    };
    const site = "{ kafka: { brokers: ['HOST:9093'], admin: { username: a, password: file:/p } } }";
    const text = `version: 1\nname: s\nenvironments: { a: ${site.replace('HOST', 'a')}, b: ${site.replace('HOST', 'b')} }\nservices: { one: {}, two: {} }\n`;
    const messages = (more: object) =>
      lintTexts([{ file: 'a.yaml', text }], only(everywhere), { ...scope, ...more }).findings.map(
        ({ message }) => message,
      );
    expect(messages({})).toEqual(['a kafka', 'b kafka', 'one', 'two']);
    expect(messages({ environment: 'b' })).toEqual(['b kafka', 'one', 'two']);
    expect(messages({ only: 'rabbitmq' })).toEqual(['one', 'two']);
    expect(messages({ services: ['two'] })).toEqual(['two']);
    expect(() => messages({ environment: 'c' })).toThrow('no environment "c"');
    expect(() => messages({ only: 'nats' })).toThrow('no broker nats');
    expect(() => messages({ services: ['three'] })).toThrow('no service three');
  });
});

describe('a comment that ignores', () => {
  test('costs what its line costs, however many there are', () => {
    const text = `${'# mqwarden-ignore MQ101: x\n'.repeat(20_000)}version: 1\n`;
    const from = performance.now();
    lintTexts([{ file: 'a.yaml', text }], set, scope);
    expect(performance.now() - from).toBeLessThan(10_000);
  });

  test('is not called unused where not everything could be looked at', () => {
    const unused = 'a: {} # mqwarden-ignore MQ501: why';
    const found = (services: string) =>
      findingsOf({ name: 'a', text: `services:\n  ${services}\n` }, set).map(({ rule }) => rule);
    expect(found(unused)).toContain('MQ013');
    expect(found(`${unused}\n  b: { kafka: { produces: 7 } }`)).not.toContain('MQ013');
  });

  const everyLine: FileRule = {
    ...info,
    id: 'MQ901',
    name: 'every-line',
    *inFile({ text, source: { file } }) {
      for (const [at] of text.split('\n').entries())
        yield { position: { file, line: at + 1, column: 1 }, message: `line ${at + 1}` };
    },
  };
  const lines = (text: string) =>
    lintTexts([{ file: 'a.yaml', text }], only(everyLine), scope)
      .findings.filter(({ rule }) => rule !== 'MQ002')
      .map(({ rule, position }) => `${rule} ${position.line}`);

  test.each([
    ['behind', 'version: 1 # mqwarden-ignore MQ901: why\nname: a', ['MQ901 2']],
    [
      'above',
      '# mqwarden-ignore every-line: why\n\n# more\nversion: 1\nname: a',
      ['MQ901 1', 'MQ901 2', 'MQ901 3', 'MQ901 5'],
    ],
    ['in quotes', 'version: 1\nname: "# mqwarden-ignore MQ901: why"', ['MQ901 1', 'MQ901 2']],
    [
      'in a block of text',
      'version: 1\nname: |\n  # mqwarden-ignore MQ901: why',
      ['MQ901 1', 'MQ901 2', 'MQ901 3'],
    ],
    ['of today', 'version: 1 # mqwarden-ignore MQ901 until 2026-11-24: why', []],
    ['of yesterday', 'version: 1 # mqwarden-ignore MQ901 until 2026-11-23: why', ['MQ901 1', 'MQ014 1']],
    ['of no day', 'version: 1 # mqwarden-ignore MQ901 until 2026-13-40: why', ['MQ901 1', 'MQ010 1']],
    ['with another rule', 'version: 1 # mqwarden-ignore MQ901, MQ555: why', ['MQ012 1']],
    ['in a file with a byte order mark', '\uFEFFversion: 1 # mqwarden-ignore MQ901: why', []],
    ['with lines of Windows', 'version: 1 # mqwarden-ignore MQ901: why\r\nname: a', ['MQ901 2']],
  ])('%s', (_, text, found) => {
    expect(lines(text).sort()).toEqual([...found].sort());
  });
});
