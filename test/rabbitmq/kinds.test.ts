import { describe, expect, it, test } from 'vitest';
import { rabbitmq } from '../../src/brokers/rabbitmq/index.ts';
import { kinds } from '../../src/brokers/rabbitmq/kinds.ts';
import {
  type Binding,
  bindingAddress,
  type BindingSpec,
  type Permission,
  permissionAddress,
  queueAddress,
  type RabbitResource,
  type TopicPermission,
  topicPermissionAddress,
} from '../../src/brokers/rabbitmq/resources.ts';
import type { Address } from '../../src/core/address.ts';
import type { Change } from '../../src/core/resource.ts';
import { landscape } from './support.ts';

const land = landscape(
  { s: { user: 'declared' } },
  { vhost: 'v' },
  { claims: ['*-service'], protected: ['mon*'] },
);
const ground = rabbitmq.ground(land, rabbitmq.compile(land));

describe('the fate of what is not declared', () => {
  const cases: readonly (readonly [address: string, spec: object, fate: string])[] = [
    ['rabbitmq:user:old-service', {}, 'claimed'],
    ['rabbitmq:user:stranger', {}, 'unmanaged'],
    ['rabbitmq:user:monitoring', {}, 'internal'],
    ['rabbitmq:user:provisioner', {}, 'internal'],
    ['rabbitmq:permission:v/declared', {}, 'managed'],
    ['rabbitmq:permission:w/declared', {}, 'unmanaged'],
    ['rabbitmq:permission:v/old-service', {}, 'claimed'],
    ['rabbitmq:permission:v/stranger', {}, 'unmanaged'],
    ['rabbitmq:permission:v/provisioner', {}, 'internal'],
    ['rabbitmq:permission:v/monitoring', {}, 'internal'],
    ['rabbitmq:topic-permission:v/declared/e', {}, 'managed'],
    ['rabbitmq:topic-permission:v/declared/', {}, 'internal'],
    ['rabbitmq:exchange:v/e', {}, 'prunable'],
    ['rabbitmq:exchange:w/e', {}, 'unmanaged'],
    ['rabbitmq:exchange:v/amq.topic', {}, 'internal'],
    ['rabbitmq:exchange:v/', {}, 'internal'],
    ['rabbitmq:queue:v/q', {}, 'prunable'],
    ['rabbitmq:queue:v/amq.gen-x', {}, 'internal'],
    ['rabbitmq:queue:v/federation%3A%20x', {}, 'internal'],
    [
      'rabbitmq:binding:v/e/queue/q/k',
      { source: 'e', destination: 'q', destinationType: 'queue' },
      'prunable',
    ],
    [
      'rabbitmq:binding:v/amq.topic/queue/q/k',
      { source: 'amq.topic', destination: 'q', destinationType: 'queue' },
      'prunable',
    ],
    ['rabbitmq:binding:v//queue/q/q', { source: '', destination: 'q', destinationType: 'queue' }, 'internal'],
    [
      'rabbitmq:binding:v/e/queue/amq.gen-x/k',
      { source: 'e', destination: 'amq.gen-x', destinationType: 'queue' },
      'internal',
    ],
    ['rabbitmq:vhost:w', {}, 'unmanaged'],
  ];
  test.each(cases)('%s', (address, spec, fate) => {
    const kind = address.split(':', 2).join(':') as keyof typeof kinds;
    const live = { kind, address: address as Address, spec } as unknown as RabbitResource;
    expect(rabbitmq.kinds[kind]?.ownership(live, ground).fate).toBe(fate);
  });

  it('charges a managed grant to its service', () => {
    const live: Permission = {
      kind: 'rabbitmq:permission',
      address: permissionAddress('v', 'declared'),
      spec: { configure: '', write: '', read: '' },
    };
    expect(kinds['rabbitmq:permission'].ownership(live, ground)).toEqual({ fate: 'managed', service: 's' });
  });
});

const permissionChange = (before: string | null, after: string | null): Change<Permission> => {
  const spec = (write: string) => ({ configure: '^$', write, read: '^$' });
  return {
    action: before === null ? 'create' : after === null ? 'delete' : 'update',
    kind: 'rabbitmq:permission',
    address: permissionAddress('v', 'u'),
    reason: 'r',
    before: before === null ? null : spec(before),
    after: after === null ? null : spec(after),
  };
};
const rowChange = (before: string | null, after: string | null): Change<TopicPermission> => {
  const spec = (write: string) => ({ write, read: '^$' });
  return {
    action: before === null ? 'create' : after === null ? 'delete' : 'update',
    kind: 'rabbitmq:topic-permission',
    address: topicPermissionAddress('v', 'u', 'e'),
    reason: 'r',
    before: before === null ? null : spec(before),
    after: after === null ? null : spec(after),
  };
};

describe('narrowing', () => {
  test.each([
    [null, '^a$', false],
    ['^a$', null, true],
    ['^$', null, false],
    ['^a$', '^(a|b)$', false],
    ['^(a|b)$', '^a$', true],
    ['.*', '^a$', true],
    ['^a.*', '^b.*', true],
    ['^a.*', '.*', false],
  ])('a permission from %s to %s: %s', (before, after, want) => {
    expect(kinds['rabbitmq:permission'].narrows?.(permissionChange(before, after), [])).toBe(want);
  });

  const rows: readonly {
    before: string | null;
    after: string | null;
    others: readonly Change[];
    want: boolean;
  }[] = [
    { before: null, after: '^k$', others: [], want: true },
    { before: null, after: '^k$', others: [permissionChange(null, '^e$')], want: false },
    { before: null, after: '^k$', others: [permissionChange('^a$', '^(a|e)$')], want: false },
    { before: null, after: '^k$', others: [permissionChange('^e$', '^(a|e)$')], want: true },
    { before: null, after: '^k$', others: [permissionChange('.*', '^e$')], want: true },
    { before: '^k$', after: null, others: [], want: false },
    { before: '^(k|l)$', after: '^k$', others: [], want: true },
  ];
  test.each(rows)('a topic row from $before to $after: $want', ({ before, after, others, want }) => {
    expect(kinds['rabbitmq:topic-permission'].narrows?.(rowChange(before, after), others)).toBe(want);
  });
});

describe('order', () => {
  it('writes rows before the permission, and takes them away after it', () => {
    const [grant, row, gone] = [
      permissionChange('^$', '^e$'),
      rowChange(null, '^k$'),
      rowChange('^k$', null),
    ];
    const { 'rabbitmq:permission': permission, 'rabbitmq:topic-permission': topic } = kinds;
    expect(permission.after?.(grant, [grant, row])).toEqual([row.address]);
    expect(permission.after?.(grant, [grant, gone])).toEqual([]);
    expect(topic.after?.(gone, [grant, gone])).toEqual([grant.address]);
    expect(topic.phase(row)).toBeLessThan(permission.phase(grant));
    expect(topic.phase(gone)).toBeGreaterThan(permission.phase(permissionChange('^e$', null)));
  });
});

describe('the last binding of a queue', () => {
  const binding = (source: string, routingKey: string): Binding => {
    const spec: BindingSpec = {
      source,
      destinationType: 'queue',
      destination: 'q',
      routingKey,
      arguments: {},
    };
    return { kind: 'rabbitmq:binding', address: bindingAddress('v', spec), spec };
  };
  const [automatic, one, two] = [binding('', 'q'), binding('e', '1'), binding('e', '2')];
  const queue = { kind: 'rabbitmq:queue', address: queueAddress('v', 'q'), spec: {} } as unknown as Binding;
  const removal = {
    action: 'delete',
    kind: 'rabbitmq:binding',
    address: one.address,
    reason: 'r',
    before: one.spec,
    after: null,
  } as const;
  const cases: readonly {
    name: string;
    live: readonly Binding[];
    going: readonly Binding[];
    held: boolean;
  }[] = [
    { name: 'alone but for the automatic one', live: [queue, automatic, one], going: [one], held: true },
    { name: 'beside another', live: [queue, one, two], going: [one], held: false },
    { name: 'beside another that goes too', live: [queue, one, two], going: [one, two], held: true },
    { name: 'of a queue that goes itself', live: [queue, one], going: [one, queue], held: false },
  ];
  test.each(cases)('$name', ({ live, going, held }) => {
    const view = {
      live: new Map(live.map((each) => [each.address, each])),
      desired: new Map<Address, Binding>(),
      going: new Set(going.map(({ address }) => address)),
    };
    expect(kinds['rabbitmq:binding'].hazard?.(removal, view)?.needs).toBe(held ? 'data-loss' : undefined);
  });
});

describe('a binding between exchanges', () => {
  const edge = (text: string): Binding => {
    const [source = '', destination = ''] = text.split('>');
    const destinationType = /^q/.test(destination) ? 'queue' : 'exchange';
    const spec: BindingSpec = { source, destinationType, destination, routingKey: '#', arguments: {} };
    return { kind: 'rabbitmq:binding', address: bindingAddress('v', spec), spec };
  };
  const cases: readonly {
    name: string;
    live: readonly string[];
    going: readonly string[];
    held: string | undefined;
  }[] = [
    { name: 'the only way to a queue', live: ['a>b', 'b>q'], going: ['a>b'], held: 'queue q:' },
    { name: 'further up', live: ['a>b', 'b>c', 'c>q'], going: ['a>b'], held: 'queue q:' },
    {
      name: 'beside another into the same exchange',
      live: ['a>b', 'x>b', 'b>q'],
      going: ['a>b'],
      held: undefined,
    },
    {
      name: 'beside another that goes too',
      live: ['a>b', 'x>b', 'b>q'],
      going: ['a>b', 'x>b'],
      held: 'queue q:',
    },
    {
      name: 'beside another to the queue itself',
      live: ['a>b', 'b>q', 'a>q'],
      going: ['a>b'],
      held: undefined,
    },
    {
      name: 'beside a way back from below',
      live: ['a>b', 'b>c', 'c>b', 'b>q'],
      going: ['a>b'],
      held: 'queue q:',
    },
    { name: 'in a ring that feeds itself', live: ['b>c', 'c>b', 'b>q'], going: ['c>b'], held: undefined },
    { name: 'to an exchange without queues', live: ['a>b'], going: ['a>b'], held: undefined },
    {
      name: 'to a queue that is bound elsewhere by the default exchange only',
      live: ['a>b', 'b>q', '>q'],
      going: ['a>b'],
      held: 'queue q:',
    },
    { name: 'to a queue that goes itself', live: ['a>b', 'b>q'], going: ['a>b', 'q'], held: undefined },
    {
      name: 'to a queue that loses its own binding',
      live: ['a>b', 'b>q'],
      going: ['a>b', 'b>q'],
      held: undefined,
    },
    {
      name: 'to many queues',
      live: ['a>b', 'b>q1', 'b>q2', 'b>q3', 'b>q4'],
      going: ['a>b'],
      held: 'queue q1, q2, q3 and 1 more:',
    },
  ];
  test.each(cases)('$name', ({ live, going, held }) => {
    const queues = ['q', 'q1', 'q2', 'q3', 'q4'].map((name) => queueAddress('v', name));
    const bindings = live.map(edge);
    const view = {
      live: new Map([
        ...queues.map(
          (address) =>
            [address, { kind: 'rabbitmq:queue', address, spec: {} } as unknown as Binding] as const,
        ),
        ...bindings.map((one) => [one.address, one] as const),
      ]),
      desired: new Map<Address, Binding>(),
      going: new Set(going.map((one) => (one.includes('>') ? edge(one).address : queueAddress('v', one)))),
    };
    const [first] = going;
    const { address, spec } = edge(first ?? '');
    const removal = {
      action: 'delete',
      kind: 'rabbitmq:binding',
      address,
      reason: 'r',
      before: spec,
      after: null,
    } as const;
    const hazard = kinds['rabbitmq:binding'].hazard?.(removal, view);
    expect(hazard?.needs).toBe(held === undefined ? undefined : 'data-loss');
    if (held !== undefined) expect(hazard?.why).toContain(`the only way to ${held}`);
  });
});

it('says in words what it would show', () => {
  const spec = { type: 'quorum', durable: true, autoDelete: false, arguments: { 'x-max-length': 5 } };
  expect(kinds['rabbitmq:queue'].show(spec).map(([label, value]) => `${label}: ${value}`)).toEqual([
    'type: quorum',
    'durable: true',
    'auto-delete: false',
    'arguments: x-max-length 5',
  ]);
});

test('a topic row stays while the permission of its user is blocked: without it every key would be allowed', () => {
  const row = kinds['rabbitmq:topic-permission'];
  const change = rowChange('^a$', null);
  const [, vhost = '', user = ''] =
    /^rabbitmq:topic-permission:([^/]*)\/([^/]*)\//.exec(change.address) ?? [];
  const permission = `rabbitmq:permission:${vhost}/${user}` as Address;
  expect(row.tiedTo?.(change, new Set([permission]))).toBe(permission);
  expect(row.tiedTo?.(change, new Set())).toBeUndefined();
  expect(row.tiedTo?.(rowChange(null, '^a$'), new Set([permission]))).toBeUndefined();
});

describe('what is held because another grant is blocked', () => {
  const rowAt = topicPermissionAddress('v', 'u', 'e');
  const { 'rabbitmq:permission': permission, 'rabbitmq:topic-permission': row } = kinds;
  const held: readonly {
    name: string;
    before: string | null;
    after: string | null;
    blocked: Address;
    want: Address | undefined;
  }[] = [
    { name: 'a new right without its row', before: '^$', after: '^e$', blocked: rowAt, want: rowAt },
    { name: 'a new permission without a row', before: null, after: '^e.*', blocked: rowAt, want: rowAt },
    { name: 'a right that was there', before: '^e$', after: '^(a|e)$', blocked: rowAt, want: undefined },
    { name: 'a right on another exchange', before: '^$', after: '^a$', blocked: rowAt, want: undefined },
    { name: 'a deletion', before: '^e$', after: null, blocked: rowAt, want: undefined },
    {
      name: "a row of another user's",
      before: '^$',
      after: '^e$',
      blocked: topicPermissionAddress('v', 'other', 'e'),
      want: undefined,
    },
  ];
  test.each(held)('a permission: $name', ({ before, after, blocked, want }) => {
    expect(permission.tiedTo?.(permissionChange(before, after), new Set([blocked]))).toBe(want);
  });

  it('a row stays while another row is blocked, which may hold the permission in turn', () => {
    const other = topicPermissionAddress('v', 'u', 'f');
    expect(row.tiedTo?.(rowChange('^a$', null), new Set([other]))).toBe(other);
  });
});
