import { describe, expect, it } from 'vitest';
import { answers, liveRabbit, rabbitModel } from './setting.ts';

const at = (kind: string, name: string) => `rabbitmq:${kind}:production/${encodeURIComponent(name)}`;

const shop = rabbitModel({
  orders: {
    exchanges: { events: { type: 'topic' }, dead: { type: 'fanout' } },
    queues: {
      work: {
        deadLetter: { exchange: 'dead' },
        bindings: [{ exchange: 'events', routingKeys: ['order.*'] }],
      },
      letters: { bindings: [{ exchange: 'dead' }] },
    },
    publishes: [{ exchange: 'events', routingKeys: ['order.created'] }],
    consumes: ['work'],
  },
  billing: { publishes: [{ exchange: 'events', routingKeys: ['billing.#'] }] },
  audit: { consumes: ['letters'] },
  mailer: { sends: ['work'] },
  odd: { publishes: [{ exchange: 'events', routingKeys: ['#'] }] },
  asleep: {},
});

describe('who can write', () => {
  it('an exchange: who may publish to it, with its keys', () => {
    expect(answers(shop, 'write', at('exchange', 'events'))).toEqual([
      'orders yes write keys ^order\\.created$',
      'billing yes write keys ^billing(\\..*)?$',
      'odd yes write keys .*',
    ]);
  });

  it('with a key: only those whose keys have it', () => {
    expect(answers(shop, 'write', at('exchange', 'events'), { key: 'billing.done' })).toEqual([
      'billing yes write',
      'odd yes write',
    ]);
  });

  it('a queue: by bindings that their keys pass, and by the default exchange', () => {
    expect(answers(shop, 'write', at('queue', 'work')).sort()).toEqual([
      'mailer yes write on exchange/ -> queue/work (its name as the key)',
      'odd yes write on exchange/events keys .* -> queue/work (binding order.*)',
      'orders yes write on exchange/events keys ^order\\.created$ -> queue/work (binding order.*)',
    ]);
  });

  it('a queue with a key', () => {
    expect(answers(shop, 'write', at('queue', 'work'), { key: 'order.x' })).toEqual([
      'odd yes write on exchange/events keys .* -> queue/work (binding order.*)',
    ]);
  });

  it('a queue of dead letters: through the queue that they come from', () => {
    expect(answers(shop, 'write', at('queue', 'letters'))).toEqual(
      expect.arrayContaining([
        'orders yes write on exchange/events keys ^order\\.created$ -> queue/work (binding order.*) -> exchange/dead (dead letters) -> queue/letters (binding)',
      ]),
    );
    expect(answers(shop, 'write', at('queue', 'letters')).join()).not.toContain('billing');
  });
});

describe('who can read', () => {
  it('a queue: who consumes it, and who consumes its dead letters', () => {
    expect(answers(shop, 'read', at('queue', 'work'))).toEqual([
      'orders yes read',
      'audit yes read on queue/letters -> exchange/dead (dead letters) -> queue/letters (binding)',
    ]);
  });

  it('an exchange: who consumes what it is bound to', () => {
    expect(answers(shop, 'read', at('exchange', 'events'))).toEqual([
      'orders yes read on queue/work -> queue/work (binding order.*)',
      'audit yes read on queue/letters -> queue/work (binding order.*) -> exchange/dead (dead letters) -> queue/letters (binding)',
    ]);
    expect(answers(shop, 'read', at('exchange', 'events'), { key: 'billing.done' })).toEqual([]);
  });

  it('an exchange: who may bind to it, with the keys to bind by', () => {
    const model = rabbitModel({
      orders: { exchanges: { events: { type: 'topic' } } },
      mailer: { declares: true, queues: { mail: { bindings: [{ exchange: 'events', routingKey: 'a.#' }] } } },
    });
    expect(answers(model, 'read', at('exchange', 'events'))).toEqual(['mailer yes read keys ^a\\.#$']);
    expect(answers(model, 'read', at('exchange', 'events'), { key: 'a.b' })).toEqual([]);
    expect(answers(model, 'configure', at('queue', 'mail'))).toEqual(['mailer yes configure']);
  });

  it('a vhost: who may enter it', () => {
    expect(answers(shop, 'read', 'rabbitmq:vhost:production').length).toBe(6);
  });

  it('nothing without a permission in the vhost', () => {
    const stranger = { principals: ['stranger'] };
    expect(answers(shop, 'read', at('queue', 'work'), stranger)).toEqual([]);
    expect(answers(shop, 'read', 'rabbitmq:vhost:production', stranger)).toEqual([]);
  });

  it('what somebody may take where it lies is not told again of where it goes', () => {
    const model = rabbitModel({
      orders: {
        exchanges: { dead: { type: 'fanout' } },
        queues: { work: { deadLetter: { exchange: 'dead' } }, letters: { bindings: [{ exchange: 'dead' }] } },
        consumes: ['work', 'letters'],
      },
    });
    expect(answers(model, 'read', at('queue', 'work'))).toEqual(['orders yes read']);
  });
});

describe('what stands on a broker', () => {
  const thing = (kind: string, name: string, spec: object) => ({
    kind: `rabbitmq:${kind}`,
    address: at(kind, name),
    spec,
  });
  const queue = (name: string, given: object = {}, type = 'classic') =>
    thing('queue', name, { type, durable: true, autoDelete: false, arguments: given });
  const exchange = (name: string, type: string, given: object = {}, internal = false) =>
    thing('exchange', name, { type, durable: true, autoDelete: false, internal, arguments: given });
  const permission = (user: string, write: string, read = '^$', configure = '^$') =>
    thing('permission', user, { configure, write, read });
  const row = (user: string, name: string, write: string, read = '^$') => ({
    kind: 'rabbitmq:topic-permission',
    address: `${at('topic-permission', user)}/${name}`,
    spec: { write, read },
  });
  const binding = (source: string, destination: string, routingKey: string, to = 'queue') => ({
    kind: 'rabbitmq:binding',
    address: `${at('binding', source)}/${to}/${destination}/${routingKey}`,
    spec: { source, destinationType: to, destination, routingKey, arguments: {} },
  });
  const policy = (name: string, pattern: string, definition: object, priority = 0) =>
    thing('policy', name, { pattern, applyTo: 'all', priority, definition });
  const vhost = { kind: 'rabbitmq:vhost', address: 'rabbitmq:vhost:production', spec: { limits: {} } };

  it('a pattern that is not judged is said to be undecidable', () => {
    const model = liveRabbit([vhost, queue('work'), permission('legacy', '^$', '(?i)WORK')]);
    expect(answers(model, 'read', at('queue', 'work'))).toEqual(['legacy perhaps read']);
    const [held] = model.held('legacy').filter(({ right }) => right === 'read');
    expect(held?.ruling.by[0]?.doubt).toMatch(/^undecidable: the pattern has an option/);
  });

  it('a pattern is for any name, unanchored, and by it for names yet to come', () => {
    const model = liveRabbit([vhost, queue('my.order.x'), permission('legacy', '^$', 'order')]);
    expect(answers(model, 'read', at('queue', 'my.order.x'))).toEqual(['legacy yes read']);
    expect(answers(model, 'read', at('queue', 'reorder'))).toEqual(['legacy yes read']);
    expect(model.wide('legacy').map(({ says }) => says)).toEqual(['read order']);
  });

  it('exchanges that feed each other are walked once, with keys that every binding passes', () => {
    const model = liveRabbit([
      vhost,
      exchange('a', 'topic'),
      exchange('b', 'topic'),
      exchange('c', 'direct'),
      queue('q'),
      queue('r'),
      binding('a', 'b', 'x.#', 'exchange'),
      binding('b', 'a', '#', 'exchange'),
      binding('b', 'c', '#.y', 'exchange'),
      binding('c', 'q', 'x.y'),
      binding('c', 'r', 'z.y'),
      permission('writer', '^a$'),
      row('writer', 'a', '^x\\..*$'),
      permission('other', '^a$'),
      row('other', 'a', '^z\\..*$'),
    ]);
    expect(answers(model, 'write', at('queue', 'q'))).toEqual([
      'writer yes write on exchange/a keys ^x\\..*$ -> exchange/b (binding x.#) -> exchange/c (binding #.y) -> queue/q (binding x.y)',
    ]);
    expect(answers(model, 'write', at('queue', 'r'))).toEqual([]);
  });

  it('policies lead dead letters and what is not routed elsewhere, the one that rules', () => {
    const model = liveRabbit([
      vhost,
      exchange('in', 'direct'),
      exchange('alternate', 'fanout'),
      exchange('dead', 'direct'),
      queue('work'),
      queue('stream', {}, 'stream'),
      queue('letters'),
      queue('lost'),
      binding('in', 'work', 'k'),
      binding('dead', 'letters', 'other'),
      binding('dead', 'lost', 'k'),
      binding('alternate', 'lost', ''),
      policy('low', '^work$', { 'dead-letter-exchange': 'nowhere' }),
      policy('high', '^work$', { 'dead-letter-exchange': 'dead', 'dead-letter-routing-key': 'other' }, 5),
      policy('all', '^in$', { 'alternate-exchange': 'alternate' }),
      permission('writer', '^in$'),
    ]);
    expect(answers(model, 'write', at('queue', 'letters'))).toEqual([
      'writer yes write on exchange/in -> queue/work (binding k) -> exchange/dead (dead letters, by policy high) -> queue/letters (binding other)',
    ]);
    expect(answers(model, 'write', at('queue', 'lost'))).toEqual([
      'writer yes write on exchange/in -> exchange/alternate (what matches no binding, by policy all) -> queue/lost (binding)',
    ]);
    expect(answers(model, 'write', at('exchange', 'nowhere'))).toEqual([]);
  });

  it('nobody publishes to an internal exchange, and streams have no dead letters', () => {
    const model = liveRabbit([
      vhost,
      exchange('inner', 'fanout', {}, true),
      queue('q'),
      queue('s', { 'x-dead-letter-exchange': 'inner' }, 'stream'),
      binding('inner', 'q', ''),
      permission('writer', '.*'),
    ]);
    expect(answers(model, 'write', at('queue', 'q'))).toEqual([
      'writer yes write to bind',
      'writer yes write on exchange/ -> queue/q (its name as the key)',
      'writer yes write to bind on exchange/inner -> queue/q (binding)',
    ]);
    expect(answers(model, 'write', at('queue', 's'))).toEqual([
      'writer yes write',
      'writer yes write on exchange/ -> queue/s (its name as the key)',
    ]);
  });

  it('whoever may write to an internal exchange, or a queue with dead letters, leads messages on from there', () => {
    const model = liveRabbit([
      vhost,
      exchange('dead', 'fanout', {}, true),
      queue('work', { 'x-dead-letter-exchange': 'dead' }),
      queue('letters'),
      binding('dead', 'letters', ''),
      permission('declarer', '^dead$', '^amq\\.topic$'),
      permission('binder', '^work$', '^amq\\.topic$'),
      permission('reader', '^$', '^.*$'),
    ]);
    expect(answers(model, 'write', at('queue', 'letters'))).toEqual([
      'declarer yes write to bind on exchange/dead -> queue/letters (binding)',
      'binder yes write to bind on queue/work -> exchange/dead (dead letters) -> queue/letters (binding)',
    ]);
  });

  it('topic permissions say nothing of who may declare and delete', () => {
    const model = liveRabbit([
      vhost,
      exchange('events', 'topic'),
      permission('owner', '^events$', '^$', '^events$'),
      row('owner', 'events', '^a$'),
    ]);
    expect(answers(model, 'configure', at('exchange', 'events'))).toEqual(['owner yes configure']);
    expect(answers(model, 'write', at('exchange', 'events'))).toEqual(['owner yes write keys ^a$']);
  });

  it('a way by a policy that cannot be judged is not sure', () => {
    const model = liveRabbit([
      vhost,
      exchange('dead', 'fanout'),
      exchange('in', 'fanout'),
      queue('work'),
      queue('letters'),
      binding('in', 'work', ''),
      binding('dead', 'letters', ''),
      policy('letters', '(?i)WORK', { 'dead-letter-exchange': 'dead' }),
      permission('writer', '^in$'),
    ]);
    expect(answers(model, 'write', at('queue', 'work'))).toEqual([
      'writer yes write on exchange/in -> queue/work (binding)',
    ]);
    expect(answers(model, 'write', at('queue', 'letters'))).toEqual([
      'writer perhaps write on exchange/in -> queue/work (binding) -> exchange/dead (dead letters, by policy letters; ?) -> queue/letters (binding)',
    ]);
  });

  it('says where topic permissions stand that older brokers let CC headers pass them', () => {
    const row = {
      kind: 'rabbitmq:topic-permission',
      address: 'rabbitmq:topic-permission:production/writer/events',
      spec: { write: '^a$', read: '^$' },
    };
    const events = [vhost, exchange('events', 'topic'), permission('writer', '^events$')];
    expect(liveRabbit(events).notes).toEqual([]);
    expect(liveRabbit([...events, row]).notes).toEqual([expect.stringContaining('CC')]);
  });

  it('dead letters to the default exchange end in the queue of their key', () => {
    const model = liveRabbit([
      vhost,
      exchange('in', 'topic'),
      queue('work', { 'x-dead-letter-exchange': '', 'x-dead-letter-routing-key': 'parked' }),
      queue('parked'),
      queue('other'),
      binding('in', 'work', '#'),
      permission('writer', '^in$'),
      permission('reader', '^$', '^parked$'),
    ]);
    expect(answers(model, 'write', at('queue', 'parked'))).toEqual([
      'writer yes write on exchange/in -> queue/work (binding #) -> exchange/ (dead letters) -> queue/parked (its name as the key)',
    ]);
    expect(answers(model, 'write', at('queue', 'other'))).toEqual([]);
    expect(answers(model, 'read', at('queue', 'work'))).toEqual([
      'reader yes read on queue/parked -> exchange/ (dead letters) -> queue/parked (its name as the key)',
    ]);
  });

  it('who could take any right is told apart', () => {
    const user = (name: string, tags: readonly string[]) => ({
      kind: 'rabbitmq:user',
      address: `rabbitmq:user:${name}`,
      spec: { tags, limits: {}, auth: 'password' },
    });
    const model = liveRabbit([vhost, user('root', ['administrator']), user('watcher', ['monitoring'])]);
    expect([...model.powers]).toEqual([['root', 'tag administrator']]);
  });
});
