/** What a change of a policy could discard, whom it asks, and what a broker of another version would refuse. */
import { describe, expect, it, test } from 'vitest';
import { kinds } from '../../src/brokers/rabbitmq/kinds.ts';
import { refusals } from '../../src/brokers/rabbitmq/refusals.ts';
import {
  type Exchange,
  exchangeAddress,
  type Policy,
  policyAddress,
  type PolicySpec,
  type Queue,
  queueAddress,
  type RabbitResource,
} from '../../src/brokers/rabbitmq/resources.ts';
import type { Change } from '../../src/core/resource.ts';
import { compiled, environment, problems, specAt } from './support.ts';
import { environmentSchema } from '../../src/brokers/rabbitmq/schema/environment.ts';

type Given = Partial<PolicySpec> & Pick<PolicySpec, 'definition'>;
const spec = (given: Given): PolicySpec => ({ pattern: '^work', applyTo: 'all', priority: 0, ...given });
const kind = 'rabbitmq:policy';
const policy = (name: string, given: Given): Policy => ({
  kind,
  address: policyAddress(kind, 'v', name),
  spec: spec(given),
});
const queue = (name: string, type = 'classic', given: Queue['spec']['arguments'] = {}): Queue => ({
  kind: 'rabbitmq:queue',
  address: queueAddress('v', name),
  spec: { type, durable: true, autoDelete: false, arguments: given },
});
const exchange: Exchange = {
  kind: 'rabbitmq:exchange',
  address: exchangeAddress('v', 'work.x'),
  spec: { type: 'topic', durable: true, autoDelete: false, internal: false, arguments: {} },
};

/** Why `p`, from one spec to another, needs a decision; beside the other policies that stand or shall stand. */
function hazard(
  from: Given | null,
  to: Given | null,
  { on = [queue('work')], beside = [], desired = beside }: Scene = {},
): string | undefined {
  const all = (some: readonly RabbitResource[]) =>
    new Map(some.map((one) => [one.address, one])) as unknown as Map<Policy['address'], Policy>;
  const before = from === null ? [] : [policy('p', from)];
  const after = to === null ? [] : [policy('p', to)];
  const address = policyAddress(kind, 'v', 'p');
  const change: Change<Policy> = {
    action: from === null ? 'create' : to === null ? 'delete' : 'update',
    address,
    kind,
    reason: 'r',
    before: from === null ? null : spec(from),
    after: to === null ? null : spec(to),
  };
  return kinds[kind].hazard?.(change, {
    live: all([...on, ...beside, ...before]),
    desired: all([...desired, ...after]),
    going: new Set(to === null ? [address] : []),
  })?.why;
}
interface Scene {
  readonly on?: readonly (Queue | Exchange)[];
  readonly beside?: readonly Policy[];
  readonly desired?: readonly Policy[];
}
const max = (limit: number, over: Partial<PolicySpec> = {}): Given => ({
  definition: { 'max-length': limit },
  ...over,
});
const may = (what: string, on = 'work') => `messages may be discarded: ${what} on ${on}`;

describe('what a change of a policy may discard', () => {
  const cases: readonly {
    name: string;
    from: Given | null;
    to: Given | null;
    scene?: Scene;
    want: string | undefined;
  }[] = [
    { name: 'a new limit', from: null, to: max(10), want: may('max-length becomes 10') },
    { name: 'a lower one', from: max(10), to: max(5), want: may('max-length becomes 5') },
    { name: 'not a higher one', from: max(10), to: max(20), want: undefined },
    { name: 'not its end', from: max(10), to: null, want: undefined },
    ...['message-ttl', 'max-length-bytes', 'expires', 'delivery-limit'].map((key) => ({
      name: `a new ${key}`,
      from: null,
      to: { definition: { [key]: 7 } },
      scene: { on: [queue('work', key === 'delivery-limit' ? 'quorum' : 'classic')] },
      want: may(`${key} becomes 7`),
    })),
    {
      name: 'another overflow',
      from: { definition: { overflow: 'reject-publish' } },
      to: { definition: { overflow: 'drop-head' } },
      want: may('overflow becomes drop-head'),
    },
    {
      name: 'the end of dead letters',
      from: { definition: { 'dead-letter-exchange': 'd', 'max-length': 5 } },
      to: max(5),
      want: may('dead-letter-exchange is gone'),
    },
    {
      name: 'a delivery limit that gives way to that of 4.0',
      from: { definition: { 'delivery-limit': 50 } },
      to: null,
      scene: { on: [queue('work', 'quorum')] },
      want: may('delivery-limit is gone, which leaves 20 from RabbitMQ 4.0 on'),
    },
    {
      name: 'not where the queue itself is stricter',
      from: null,
      to: max(10),
      scene: { on: [queue('work', 'classic', { 'x-max-length': 5 })] },
      want: undefined,
    },
    { name: 'not where no queue is there yet', from: null, to: max(10), scene: { on: [] }, want: undefined },
    {
      name: 'not on queues that it does not reach',
      from: null,
      to: max(10),
      scene: { on: [queue('other')] },
      want: undefined,
    },
    {
      name: 'not on queues of another type',
      from: null,
      to: max(10, { applyTo: 'quorum_queues' }),
      want: undefined,
    },
    {
      name: 'a wider pattern',
      from: max(10, { pattern: '^work$' }),
      to: max(10, { pattern: '^w' }),
      scene: { on: [queue('work'), queue('well'), queue('x')] },
      want: may('max-length becomes 10', 'well'),
    },
    {
      name: 'a pattern that cannot be judged reaches everything',
      from: null,
      to: max(10, { pattern: '^\\w+$' }),
      scene: { on: [queue('a'), queue('b')] },
      want: may('max-length becomes 10', 'a, b'),
    },
    {
      name: 'not a higher limit by a pattern that cannot be judged',
      from: max(10, { pattern: '^\\w+$' }),
      to: max(20, { pattern: '^\\w+$' }),
      want: undefined,
    },
    {
      name: 'a deletion that lets a stricter one rule',
      from: max(100, { priority: 5 }),
      to: null,
      scene: { beside: [policy('q', max(1))] },
      want: may('max-length becomes 1'),
    },
    {
      name: 'a lower priority that does',
      from: max(100, { priority: 5 }),
      to: max(100, { priority: -1 }),
      scene: { beside: [policy('q', max(1))] },
      want: may('max-length becomes 1'),
    },
    {
      name: 'an equal priority, between which the broker chooses',
      from: max(100, { priority: 5 }),
      to: max(100),
      scene: { beside: [policy('q', max(1))] },
      want: may('max-length becomes 1'),
    },
    {
      name: 'not one that rules nothing',
      from: null,
      to: max(1),
      scene: { beside: [policy('q', max(100, { priority: 5 }))] },
      want: undefined,
    },
    {
      name: 'not where another one, of this plan, rules the same way',
      from: max(1, { priority: 5 }),
      to: null,
      scene: { beside: [policy('q', max(1))] },
      want: undefined,
    },
    {
      name: 'the end of an alternate exchange',
      from: { definition: { 'alternate-exchange': 'a' }, applyTo: 'exchanges' },
      to: null,
      scene: { on: [exchange] },
      want: may('alternate-exchange is gone', 'work.x'),
    },
    {
      name: 'names a few, and counts the rest',
      from: null,
      to: max(10),
      scene: { on: Array.from({ length: 7 }, (_, at) => queue(`work.${at}`)) },
      want: may('max-length becomes 10', 'work.0, work.1, work.2, work.3, work.4 and 2 more'),
    },
  ];
  test.each(cases)('$name', ({ from, to, scene, want }) => {
    expect(hazard(from, to, scene)).toBe(want);
  });
});

describe('consent to what a policy forwards', () => {
  const vhost = (definition: object, over: object = {}) => ({
    vhost: { name: 'production', policies: { p: { pattern: '^work', definition, ...over } } },
  });
  const owner = {
    exchanges: { dead: { type: 'fanout', allow: { publish: ['good'] } } },
    queues: { 'owned.q': { allow: {} } },
  };
  const at = 'production/vhost/policies/p/definition';
  const cases: readonly {
    name: string;
    definition: object;
    over?: object;
    service: object;
    want: readonly string[];
  }[] = [
    {
      name: 'is asked for the owner of each queue that it reaches',
      definition: { 'dead-letter-exchange': 'dead' },
      service: { queues: { 'work.a': {}, other: {} } },
      want: [
        `${at}/dead-letter-exchange: bad dead-letters work.a, by policy p, to exchange dead, which owner does not allow it to publish`,
        '  owner/exchanges/dead/allow: owner says here who may use it',
      ],
    },
    {
      name: 'but not where the queue has its own',
      definition: { 'dead-letter-exchange': 'dead' },
      service: { queues: { 'work.a': { deadLetter: { exchange: 'amq.fanout' } } } },
      want: [],
    },
    {
      name: 'goes by the queue that the default exchange leads to',
      definition: { 'dead-letter-exchange': '', 'dead-letter-routing-key': 'owned.q' },
      service: { queues: { 'work.a': {} } },
      want: [
        `${at}/dead-letter-exchange: bad dead-letters work.a, by policy p, to queue owned.q, which owner does not allow it to publish`,
        '  owner/queues/owned.q/allow: owner says here who may use it',
      ],
    },
    {
      name: 'cannot be told where the publisher chooses that queue',
      definition: { 'dead-letter-exchange': '' },
      service: { queues: { 'work.a': {} } },
      want: [
        `${at}/dead-letter-exchange: policy p dead-letters queue work.a to the default exchange without a routing key: whoever publishes to it chooses the queue`,
      ],
    },
    {
      name: 'is asked for alternate exchanges too',
      definition: { 'alternate-exchange': 'dead' },
      service: { exchanges: { 'work.x': {} } },
      want: [
        `${at}/alternate-exchange: bad forwards work.x, by policy p, to exchange dead, which owner does not allow it to publish`,
        '  owner/exchanges/dead/allow: owner says here who may use it',
      ],
    },
  ];
  test.each(cases)('$name', ({ definition, over, service, want }) => {
    expect(problems({ owner, bad: service }, vhost(definition, over))).toEqual(want);
  });
});

describe('policies in an environment', () => {
  it('are resources of their vhost, with the defaults of the broker', () => {
    const result = compiled(
      {},
      {
        vhosts: {
          a: {
            name: 'a/b',
            policies: { 'p /%': { pattern: 'x', definition: { expires: 5 } } },
            operatorPolicies: { o: { pattern: 'x', priority: -3, definition: { expires: 5 } } },
          },
        },
      },
    );
    expect(specAt(result, 'rabbitmq:policy:a%2Fb/p%20%2F%25')).toEqual(
      spec({ pattern: 'x', definition: { expires: 5 } }),
    );
    expect(specAt(result, 'rabbitmq:operator-policy:a%2Fb/o')).toEqual(
      spec({ pattern: 'x', applyTo: 'queues', priority: -3, definition: { expires: 5 } }),
    );
  });

  it.each([
    [{ pattern: 'x', definition: {} }, 'definition'],
    [{ pattern: '', definition: { a: 1 } }, 'pattern'],
    [{ pattern: 'x', definition: { a: 1 }, applyTo: 'topics' }, 'applyTo'],
    [{ pattern: 'x', definition: { a: null } }, 'definition.a'],
  ])('are refused as %j', (given, where) => {
    const section = { ...environment().section, vhost: { name: 'v', policies: { p: given } } };
    const paths = environmentSchema.safeParse(section).error?.issues.map(({ path }) => path.join('.'));
    expect(paths).toEqual([`vhost.policies.p.${where}`]);
  });
});

describe('what the version of the broker refuses', () => {
  const cases: readonly [name: string, version: string, given: Given, want: RegExp | undefined][] = [
    ['mirrored queues', '4.0.5', { definition: { 'ha-mode': 'all' } }, /no mirrored queues from 4.0/],
    ['not before', '3.13.7', { definition: { 'ha-mode': 'all' } }, undefined],
    ['queues by type', '3.10.8', max(5, { applyTo: 'streams' }), /knows from 3.12 on/],
    ['not after', '3.12.0', max(5, { applyTo: 'streams' }), undefined],
    ['a pattern that is too long', '4.3.0', max(5, { pattern: 'x'.repeat(1025) }), /1025 bytes/],
    ['not one that just fits', '4.3.0', max(5, { pattern: 'x'.repeat(1024) }), undefined],
    ['nor before', '4.0.5', max(5, { pattern: 'x'.repeat(1025) }), undefined],
  ];
  test.each(cases)('%s', (_name, version, given, want) => {
    const reasons = refusals(version, [policy('p', given)]).map(({ reason }) => reason);
    expect(reasons).toEqual(want === undefined ? [] : [expect.stringMatching(want)]);
  });
});
