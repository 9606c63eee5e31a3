import { describe, expect, it } from 'vitest';
import type { Holder } from '../../src/core/access/documents.ts';
import type { AccessModel } from '../../src/core/access/model.ts';
import { type Address, address } from '../../src/core/address.ts';
import { mapOf, type MapSide } from '../../src/report/map.ts';
import type { PageEdge } from '../../src/report/page/model.ts';
import { kafkaModel, liveRabbit, rabbitModel } from '../core/access/setting.ts';

const titles = { rabbitmq: 'RabbitMQ', kafka: 'Kafka' } as const;

interface Over extends Partial<Pick<MapSide, 'services'>> {
  /** Principals by what they are; whoever is not told of is a service of that name. */
  readonly who?: Readonly<Record<string, Pick<Holder, 'is' | 'service'>>>;
  /** What there is; all that the model tells of, and that no broker comes with, if not said. */
  readonly there?: readonly string[];
}

function side(name: keyof typeof titles, model: AccessModel, over: Over = {}): MapSide {
  const { who = {}, services = [] } = over;
  const isBuiltIn = (at: string) => /:exchange:production\/(?:amq\.\w+)?$/.test(at);
  const there = over.there ?? [...model.things].filter((at) => !isBuiltIn(at));
  return {
    broker: { name, title: titles[name] },
    model,
    principals: [...model.principals].sort(),
    holder: (principal) => ({
      broker: name,
      principal,
      ...(who[principal] ?? { is: 'service', service: principal }),
    }),
    services,
    resources: new Map(there.map((at) => [at as Address, undefined])),
  };
}

/** `orders writes exchange/events (keys ^a$)` */
function drawn(edges: readonly PageEdge[]): string[] {
  const short = (id: string) =>
    id.replace(/^(?:rabbitmq|kafka):([a-z-]+):(?:production\/)?/, '$1/').replace(/^service:/, '');
  return edges.map(
    ({ from, to, is, says, doubt }) =>
      `${short(from)} ${is} ${short(to)} (${says}${doubt === undefined ? '' : `?${doubt}`})`,
  );
}

const permission = (user: string, spec: object) => ({
  kind: 'rabbitmq:permission',
  address: address('rabbitmq:permission', 'production', user),
  spec: { configure: '^$', write: '^$', read: '^$', ...spec },
});
const queue = (name: string) => ({
  kind: 'rabbitmq:queue',
  address: address('rabbitmq:queue', 'production', name),
  spec: { type: 'quorum', arguments: {}, durable: true, autoDelete: false },
});
const user = (name: string, tags: readonly string[]) => ({
  kind: 'rabbitmq:user',
  address: address('rabbitmq:user', name),
  spec: { tags, limits: {} },
});
const shop = {
  orders: {
    exchanges: {
      events: { type: 'topic', alternateExchange: 'lost' },
      lost: { type: 'fanout' },
      copies: { type: 'topic', bindings: [{ exchange: 'events', routingKeys: ['order.#'] }] },
      dead: { type: 'fanout' },
    },
    queues: {
      work: {
        deadLetter: { exchange: 'dead' },
        bindings: [{ exchange: 'events', routingKeys: ['order.created', 'order.paid'] }],
      },
      letters: { bindings: [{ exchange: 'dead' }] },
    },
    publishes: [{ exchange: 'events', routingKeys: ['order.created'] }],
  },
  billing: { consumes: ['work'] },
};

describe('the map', () => {
  it('draws who writes and reads what, and every way that messages take from there', () => {
    const { edges } = mapOf([side('rabbitmq', rabbitModel(shop))], 'topology', []);
    expect(drawn(edges).sort()).toEqual([
      'exchange/dead flows queue/letters (binding)',
      'exchange/events flows exchange/copies (binding order.#)',
      'exchange/events flows exchange/lost (what matches no binding)',
      'exchange/events flows queue/work (binding order.created; binding order.paid)',
      'orders writes exchange/events (keys ^order\\.created$)',
      'queue/work flows exchange/dead (dead letters)',
      'queue/work reads billing ()',
    ]);
  });

  it('draws the default exchange for whoever may send by it, and where dead letters come back by it', () => {
    const sending = { ...shop, sender: { sends: ['letters'] } };
    const { nodes, edges } = mapOf([side('rabbitmq', rabbitModel(sending))], 'topology', []);
    expect(drawn(edges)).toEqual(
      expect.arrayContaining([
        'sender writes exchange/ ()',
        'exchange/ flows queue/letters (its name as the key)',
        'exchange/ flows queue/work (its name as the key)',
      ]),
    );
    const byDefault = nodes.find(({ id }) => id === 'rabbitmq:exchange:production/');
    expect(byDefault).toMatchObject({ label: '(default exchange)', kind: 'rabbitmq:exchange' });

    const back = {
      retry: {
        queues: { wait: { deadLetter: { exchange: '', routingKey: 'again' } }, again: {}, other: {} },
      },
    };
    expect(drawn(mapOf([side('rabbitmq', rabbitModel(back))], 'topology', []).edges).sort()).toEqual([
      'exchange/ flows queue/again (its name as the key)',
      'queue/wait flows exchange/ (dead letters)',
    ]);
  });

  it('says the groups of who reads a topic, and draws no node for one', () => {
    const consumes = ['b', 'a', 'c', 'd'].map((group) => ({ topic: 'orders', group }));
    const model = kafkaModel({
      orders: {
        topics: { orders: { partitions: 1, replicationFactor: 1 } },
        produces: [{ topic: 'orders', transactionalId: 'tx' }],
      },
      mail: { consumes },
    });
    const { nodes, edges } = mapOf([side('kafka', model)], 'topology', []);
    expect(drawn(edges)).toEqual([
      'topic/orders reads mail (group a, group b, group c, and 1 more)',
      'orders writes topic/orders (transactional id tx)',
    ]);
    expect(nodes.map(({ id }) => id)).toEqual(['kafka:topic:orders', 'service:mail', 'service:orders']);
  });

  it('has one node for a service on both brokers and with all of its principals, with owner and stop', () => {
    const services = [
      { name: 'orders', owner: 'team', suspended: false },
      { name: 'paused', suspended: true },
    ];
    const rotated = { 'orders.g2': { is: 'service', service: 'orders' } } as const;
    const both = {
      orders: { exchanges: { events: {} }, publishes: ['events'] },
      'orders.g2': { publishes: ['events'] },
    };
    const sides = [
      side('rabbitmq', rabbitModel(both), { who: rotated, services }),
      side(
        'kafka',
        kafkaModel({
          orders: { topics: { t: { partitions: 1, replicationFactor: 1 } }, produces: ['t'] },
        }),
        { services },
      ),
    ];
    const { nodes, edges, access, blast } = mapOf(sides, 'topology', []);
    expect(nodes.filter(({ kind }) => kind === 'service')).toEqual([
      { id: 'service:orders', kind: 'service', label: 'orders', place: '', owner: 'team' },
      { id: 'service:paused', kind: 'service', label: 'paused', place: '', suspended: true },
    ]);
    expect(drawn(edges)).toEqual(['orders writes exchange/events ()', 'orders writes topic/t ()']);
    // A row a principal: the two of a rotation may differ.
    const onEvents = access.filter(({ at }) => at === 'rabbitmq:exchange:production/events');
    expect(onEvents.map(({ who, holder }) => [who, holder.principal])).toEqual([
      ['service:orders', 'orders'],
      ['service:orders', 'orders.g2'],
    ]);
    expect(blast).toMatchObject({ value: [{ who: 'service:orders', service: 'orders' }] });
  });

  it('has every end of an edge as a node, and every name as it is', () => {
    const name = '</script><b>"\u202e\u0000 é\u{1f4a3}';
    const model = liveRabbit([queue(name), permission(name, { read: '.*' })]);
    const { nodes, edges } = mapOf(
      [side('rabbitmq', model, { who: { [name]: { is: 'other' } } })],
      'live',
      [],
    );
    const ids = new Set(nodes.map(({ id }) => id));
    expect(edges.length).toBeGreaterThan(0);
    expect(edges.flatMap(({ from, to }) => [from, to]).filter((id) => !ids.has(id))).toEqual([]);
    expect(nodes.filter(({ label }) => label === name).map(({ kind }) => kind)).toEqual([
      'principal',
      'rabbitmq:queue',
    ]);
  });
});

describe('what is live', () => {
  const all = { configure: '.*', write: '.*', read: '.*' };
  const who = { admin: { is: 'administrator' }, stray: { is: 'other' }, boss: { is: 'other' } } as const;

  it('shows strangers and what they could do, and says of the administrator only that it may do all', () => {
    const model = liveRabbit([
      queue('work'),
      user('admin', ['administrator']),
      user('boss', ['policymaker']),
      permission('admin', all),
      permission('boss', {}),
      permission('stray', { read: '^wo.*' }),
      permission('billing', { read: '^work$' }),
    ]);
    const map = mapOf([side('rabbitmq', model, { who })], 'live', []);
    expect(map.nodes.filter(({ kind }) => kind === 'principal')).toEqual([
      expect.objectContaining({
        label: 'admin',
        is: 'administrator',
        power: expect.stringContaining('tag') as string,
      }),
      expect.objectContaining({
        label: 'boss',
        is: 'other',
        power: expect.stringContaining('policymaker') as string,
      }),
      expect.objectContaining({
        id: 'principal:rabbitmq/stray',
        wide: ['read ^wo.* (rabbitmq:permission:production/stray)'],
      }),
    ]);
    expect(drawn(map.edges)).toEqual([
      'queue/work reads billing ()',
      'queue/work reads principal:rabbitmq/stray ()',
    ]);
    expect(map.access.filter(({ holder }) => holder.is === 'administrator')).toEqual([]);
    expect(map.notes).toEqual([expect.stringContaining('admin, the administrator on RabbitMQ')]);
    // Neither whoever could take any right, nor what the administrator loses, is counted.
    const hits = map.blast.is === 'told' ? map.blast.value : [];
    expect(hits.map((one) => [one.service, one.hits.map((hit) => `${hit.effect} ${hit.principal}`)])).toEqual(
      [
        ['billing', ['takes stray']],
        ['stray', ['takes billing']],
      ],
    );
  });

  it('keeps what cannot be told as doubt', () => {
    const model = liveRabbit([queue('work'), permission('stray', { read: '(?i)WORK' })]);
    const { edges, access } = mapOf([side('rabbitmq', model, { who })], 'live', []);
    expect(edges).toContainEqual(
      expect.objectContaining({
        from: 'rabbitmq:queue:production/work',
        doubt: expect.stringContaining('undecidable') as string,
      }),
    );
    expect(access.flatMap(({ rights }) => rights)).toContainEqual({ right: 'read', may: 'perhaps' });
  });

  it('is bounded for who reaches very much: told as that, and as examples', () => {
    const model = liveRabbit([
      ...Array.from({ length: 300 }, (_, at) => queue(`queue-${at}`)),
      permission('stray', { read: '.*' }),
      ...Array.from({ length: 100 }, (_, at) => permission(`reader-${at}`, { read: '^queue-1$' })),
    ]);
    const { nodes, edges, access, blast, notes } = mapOf([side('rabbitmq', model, { who })], 'live', []);
    expect(edges).toHaveLength(100);
    expect(nodes).toContainEqual(expect.objectContaining({ label: 'stray', is: 'other' }));
    expect(access.filter(({ holder }) => holder.principal === 'stray')).toHaveLength(50);
    const hits = blast.is === 'told' ? blast.value : [];
    expect(hits.find(({ service }) => service === 'stray')?.hits).toHaveLength(50);
    // Everybody reaches who has everything.
    const hit = new Set(hits.flatMap((one) => one.hits.map(({ principal }) => principal)));
    expect([hit.size, hit.has('stray')]).toEqual([100, false]);
    expect(notes).toEqual([
      expect.stringMatching(
        /^on RabbitMQ more than 250 things are open to each of stray: none of it is drawn/,
      ),
    ]);
  });

  it('tells of each that is hit once by an effect, by the surest way, with how many there are', () => {
    const model = liveRabbit([
      ...['a', 'b', 'c'].map(queue),
      permission('stray', { read: '(?i)a|^b$|^c$' }),
      permission('billing', { read: '^(a|b|c)$' }),
    ]);
    const { blast } = mapOf([side('rabbitmq', model, { who })], 'live', []);
    const stray = blast.is === 'told' ? blast.value.find(({ service }) => service === 'stray') : undefined;
    expect(stray?.hits).toMatchObject([{ principal: 'billing', effect: 'takes', ways: 3 }]);
    const plain = { ...shop, other: { consumes: ['work', 'letters'] } };
    const sure = mapOf([side('rabbitmq', rabbitModel(plain))], 'topology', []).blast;
    const other = sure.is === 'told' ? sure.value.find(({ service }) => service === 'other') : undefined;
    expect(other?.hits.map(({ principal, effect, may, ways }) => [principal, effect, may, ways])).toEqual([
      ['orders', 'reads', 'yes', 2],
      ['billing', 'takes', 'yes', undefined],
    ]);
  });
});

describe('of some services', () => {
  const model = rabbitModel({
    ...shop,
    other: { exchanges: { apart: {} }, publishes: ['apart'] },
    reader: { queues: { own: { bindings: [{ exchange: 'apart' }] } }, consumes: ['own'] },
  });

  it('keeps what they use, the ways from and to there, and who else is there', () => {
    const { nodes, edges, access, blast } = mapOf([side('rabbitmq', model)], 'topology', ['billing']);
    expect(nodes.filter(({ kind }) => kind === 'service').map(({ label }) => label)).toEqual([
      'billing',
      'orders',
    ]);
    expect(drawn(edges)).toEqual(
      expect.arrayContaining([
        'orders writes exchange/events (keys ^order\\.created$)',
        'queue/work flows exchange/dead (dead letters)',
      ]),
    );
    expect(drawn(edges).filter((line) => line.includes('apart'))).toEqual([]);
    expect(new Set(access.map(({ who }) => who))).toEqual(new Set(['service:billing']));
    expect(blast).toMatchObject({ value: [{ service: 'billing' }] });
  });
});
