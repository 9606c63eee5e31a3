import { describe, expect, it, test } from 'vitest';
import { compiled, problems, specAt } from './support.ts';

const orders = {
  exchanges: { 'order.exchange.events': { type: 'topic' } },
  queues: {
    'order.queue.payments': {
      type: 'quorum',
      deadLetter: { exchange: 'dead.exchange.orders' },
      bindings: [{ exchange: 'payment.exchange.events', routingKeys: ['payment.captured'] }],
    },
  },
  publishes: [{ exchange: 'order.exchange.events', routingKeys: ['order.#'] }],
  consumes: ['order.queue.payments'],
};
const payments = {
  exchanges: { 'payment.exchange.events': { type: 'topic' }, 'dead.exchange.orders': { type: 'fanout' } },
};
const permission = 'rabbitmq:permission:production/order-service';
const row = (exchange: string) => `rabbitmq:topic-permission:production/order-service/${exchange}`;

describe('permissions', () => {
  const cases: readonly { name: string; service: object; want: readonly [string, string, string] }[] = [
    { name: 'nothing', service: {}, want: ['^$', '^$', '^$'] },
    {
      name: 'publish and consume',
      service: orders,
      want: ['^$', '^order\\.exchange\\.events$', '^order\\.queue\\.payments$'],
    },
    {
      name: 'declares its own',
      service: { ...orders, declares: true },
      want: [
        '^(order\\.exchange\\.events|order\\.queue\\.payments)$',
        '^(dead\\.exchange\\.orders|order\\.exchange\\.events|order\\.queue\\.payments)$',
        '^(order\\.queue\\.payments|payment\\.exchange\\.events)$',
      ],
    },
    {
      name: 'the triple of the security reference, exactly',
      service: { namespace: 'order' },
      want: ['^order\\.(queue|exchange)\\..*', '^order\\.exchange\\..*', '^order\\.queue\\..*'],
    },
    {
      name: 'the same with intents that it covers',
      service: { ...orders, namespace: 'order' },
      want: ['^order\\.(queue|exchange)\\..*', '^order\\.exchange\\..*', '^order\\.queue\\..*'],
    },
    {
      name: 'a namespace and what lies outside',
      service: { namespace: 'a.b', publishes: ['payment.exchange.events'] },
      want: [
        '^a\\.b\\.(queue|exchange)\\..*',
        '^a\\.b\\.exchange\\..*|^payment\\.exchange\\.events$',
        '^a\\.b\\.queue\\..*',
      ],
    },
    { name: 'sends', service: { sends: ['q'] }, want: ['^$', '^amq\\.default$', '^$'] },
    {
      name: 'a literal grant beside an intent',
      service: { consumes: ['q'], grants: [{ read: '^audit\\..*', reason: 'legacy' }] },
      want: ['^$', '^$', '^q$|^audit\\..*'],
    },
    {
      name: 'an alternate exchange that it declares',
      service: { declares: true, exchanges: { e: { alternateExchange: 'alt' } } },
      want: ['^e$', '^(alt|e)$', '^e$'],
    },
  ];
  test.each(cases)('$name', ({ service, want: [configure, write, read] }) => {
    const result = compiled({ 'order-service': service, 'payment-service': payments });
    expect(specAt(result, permission)).toEqual({ configure, write, read });
  });
});

describe('topic rows', () => {
  const cases: readonly { name: string; service: object; exchange: string; want: object | undefined }[] = [
    {
      name: 'the keys that it publishes',
      service: orders,
      exchange: 'order.exchange.events',
      want: { write: '^order(\\..*)?$', read: '^$' },
    },
    {
      name: 'no keys named',
      service: { publishes: ['payment.exchange.events'] },
      exchange: 'payment.exchange.events',
      want: { write: '.*', read: '^$' },
    },
    {
      name: 'keys in two places',
      service: {
        publishes: [
          { exchange: 'payment.exchange.events', routingKeys: ['a'] },
          { exchange: 'payment.exchange.events', routingKeys: ['b'] },
        ],
      },
      exchange: 'payment.exchange.events',
      want: { write: '^(a|b)$', read: '^$' },
    },
    {
      name: 'a source that mqwarden binds for it',
      service: orders,
      exchange: 'payment.exchange.events',
      want: undefined,
    },
    {
      name: 'a source that it binds itself',
      service: { ...orders, declares: true },
      exchange: 'payment.exchange.events',
      want: { write: '^$', read: '^payment\\.captured$' },
    },
    {
      name: 'a fanout exchange',
      service: { publishes: ['dead.exchange.orders'] },
      exchange: 'dead.exchange.orders',
      want: undefined,
    },
    {
      name: 'an exchange that nobody owns, with keys',
      service: { publishes: [{ exchange: 'x', routingKeys: ['a.*'] }] },
      exchange: 'x',
      want: { write: '^a\\.[^.]*$', read: '^$' },
    },
    {
      name: 'an exchange that nobody owns, without keys',
      service: { publishes: ['x'] },
      exchange: 'x',
      want: undefined,
    },
    {
      name: 'a topic exchange of the broker',
      service: { publishes: ['amq.topic'] },
      exchange: 'amq.topic',
      want: { write: '.*', read: '^$' },
    },
    {
      name: 'reached by a literal grant',
      service: { grants: [{ write: '^payment', reason: 'r' }] },
      exchange: 'payment.exchange.events',
      want: { write: '.*', read: '^$' },
    },
  ];
  test.each(cases)('$name', ({ service, exchange, want }) => {
    const result = compiled({ 'order-service': service, 'payment-service': payments });
    expect(specAt(result, row(exchange))).toEqual(want);
  });
});

describe('what services own', () => {
  const result = compiled(
    { 'order-service': orders, 'payment-service': payments },
    { vhost: { name: 'production', limits: { maxConnections: 5 } } },
  );
  test.each([
    ['rabbitmq:vhost:production', { limits: { maxConnections: 5 } }],
    ['rabbitmq:user:order-service', { tags: [], limits: {}, auth: 'password' }],
    [
      'rabbitmq:exchange:production/dead.exchange.orders',
      { type: 'fanout', durable: true, autoDelete: false, internal: false, arguments: {} },
    ],
    [
      'rabbitmq:queue:production/order.queue.payments',
      {
        type: 'quorum',
        durable: true,
        autoDelete: false,
        arguments: { 'x-dead-letter-exchange': 'dead.exchange.orders' },
      },
    ],
    [
      'rabbitmq:binding:production/payment.exchange.events/queue/order.queue.payments/payment.captured',
      {
        source: 'payment.exchange.events',
        destinationType: 'queue',
        destination: 'order.queue.payments',
        routingKey: 'payment.captured',
        arguments: {},
      },
    ],
  ])('%s', (address, spec) => {
    expect(specAt(result, address)).toEqual(spec);
  });

  it('says what each is for', () => {
    expect(
      result.resources
        .filter(({ service }) => service === 'order-service')
        .map(({ kind, because }) => `${kind} ${because ?? ''}`),
    ).toEqual([
      'rabbitmq:exchange owned by order-service',
      'rabbitmq:queue owned by order-service',
      'rabbitmq:binding order.queue.payments receives from payment.exchange.events',
      'rabbitmq:user identity of order-service',
      'rabbitmq:permission publishes order.exchange.events (order.#), consumes order.queue.payments',
      'rabbitmq:topic-permission publishes order.exchange.events (order.#)',
    ]);
  });

  it("takes the vhost's default type for queues without one", () => {
    const queue = { 'a-service': { queues: { q: {} } } };
    expect(
      specAt(compiled(queue, { vhost: { name: 'v', defaultQueueType: 'quorum' } }), 'rabbitmq:queue:v/q'),
    ).toMatchObject({ type: 'quorum' });
    expect(specAt(compiled(queue), 'rabbitmq:queue:production/q')).toMatchObject({ type: 'classic' });
  });

  it('warns of what nobody owns', () => {
    expect(
      compiled({ s: { publishes: ['x'], consumes: ['q'] } }).warnings.map(({ message }) => message),
    ).toEqual([
      'no service owns exchange x; it must exist on the broker',
      'no service owns queue q; it must exist on the broker',
    ]);
  });

  it('tells bindings apart by their arguments, and by keys that look like them', () => {
    const bindings = [
      { exchange: 'amq.headers', arguments: { a: 1 } },
      { exchange: 'amq.headers', arguments: { a: 2 } },
      { exchange: 'amq.headers' },
      { exchange: 'amq.headers', routingKey: 'x~0123456789ab' },
    ];
    const found = compiled({ s: { queues: { q: { bindings } } } }).resources.filter(
      ({ kind }) => kind === 'rabbitmq:binding',
    );
    expect(new Set(found.map(({ address }) => address)).size).toBe(4);
    expect(found[3]?.address).toBe('rabbitmq:binding:production/amq.headers/queue/q/x%7E0123456789ab');
  });
});

describe('consent', () => {
  const owner = {
    exchanges: { e: { type: 'topic', allow: { publish: ['good-*'], consume: ['good-one'] } } },
    queues: { q: { allow: {} } },
  };
  const cases: readonly { name: string; service: object; as?: string; want: readonly string[] }[] = [
    { name: 'a publisher that is listed', as: 'good-one', service: { publishes: ['e'] }, want: [] },
    {
      name: 'a publisher that is not',
      service: { publishes: ['e'] },
      want: [
        'bad/publishes/0: bad publishes to exchange e, which owner does not allow it to publish',
        '  owner/exchanges/e/allow: owner says here who may use it',
      ],
    },
    {
      name: 'a consumer',
      service: { consumes: ['q'] },
      want: [
        'bad/consumes/0: bad consumes queue q, which owner does not allow it to consume',
        '  owner/queues/q/allow: owner says here who may use it',
      ],
    },
    {
      name: 'a binding asks to consume its source',
      service: { queues: { mine: { bindings: [{ exchange: 'e' }] } } },
      want: [
        'bad/queues/mine/bindings/0: bad binds mine to exchange e, which owner does not allow it to consume',
        '  owner/exchanges/e/allow: owner says here who may use it',
      ],
    },
    {
      name: 'a dead-letter exchange asks to publish',
      service: { queues: { mine: { deadLetter: { exchange: 'e' } } } },
      want: [
        'bad/queues/mine/deadLetter: bad dead-letters mine to exchange e, which owner does not allow it to publish',
        '  owner/exchanges/e/allow: owner says here who may use it',
      ],
    },
    {
      name: 'an alternate exchange asks to publish',
      service: { exchanges: { mine: { alternateExchange: 'e' } } },
      want: [
        'bad/exchanges/mine/alternateExchange: bad forwards mine to exchange e, which owner does not allow it to publish',
        '  owner/exchanges/e/allow: owner says here who may use it',
      ],
    },
    {
      name: 'dead-lettering through the default exchange',
      service: { queues: { mine: { deadLetter: { exchange: '', routingKey: 'q' } } } },
      want: [
        'bad/queues/mine/deadLetter: bad dead-letters mine to queue q, which owner does not allow it to publish',
        '  owner/queues/q/allow: owner says here who may use it',
      ],
    },
    {
      name: 'a grant in words that JavaScript reads in another way than the broker',
      service: { grants: [{ read: '\\Aq\\z', reason: 'r' }] },
      want: expect.arrayContaining([
        'bad/grants/0/read: bad may be granted read on queue q, which owner does not allow it to consume',
      ]) as readonly string[],
    },
    {
      name: 'a grant to configure',
      service: { grants: [{ configure: '^q$', reason: 'r' }] },
      want: [
        'bad/grants/0/configure: bad is granted configure on queue q, which owner does not allow it to configure',
        '  owner/queues/q/allow: owner says here who may use it',
      ],
    },
    {
      name: 'a grant on the default exchange, which reaches every queue',
      service: { grants: [{ write: '^amq\\.default$', reason: 'r' }] },
      want: [
        'bad/grants/0/write: bad is granted write on queue q, which owner does not allow it to publish',
        '  owner/queues/q/allow: owner says here who may use it',
      ],
    },
    {
      name: 'a literal grant',
      service: { grants: [{ read: '^q', reason: 'r' }] },
      want: [
        'bad/grants/0/read: bad is granted read on queue q, which owner does not allow it to consume',
        '  owner/queues/q/allow: owner says here who may use it',
      ],
    },
  ];
  test.each(cases)('$name', ({ service, as = 'bad', want }) => {
    expect(problems({ owner, [as]: service })).toEqual(want);
  });
});

describe('what is refused', () => {
  const cases: readonly {
    name: string;
    services: Record<string, object>;
    want: readonly string[];
    more?: object;
  }[] = [
    {
      name: 'a namespace that holds what another owns, whatever that one allows',
      services: { pay: { queues: { 'pay.queue.in': {} } }, evil: { namespace: 'pay' } },
      want: [
        'evil/namespace: the namespace pay of evil reaches queue pay.queue.in, which pay owns',
        '  pay/queues/pay.queue.in: pay declares it here',
      ],
    },
    {
      name: "a namespace within another service's, which may declare there what stands in no file",
      services: { pay: { namespace: 'pay', declares: true }, evil: { namespace: 'pay.queue' } },
      want: [
        'evil/namespace: the namespace pay.queue of evil lies in the namespace pay of pay',
        '  pay/namespace: pay has it here',
      ],
    },
    {
      name: 'a namespace of two services',
      services: { pay: { namespace: 'pay' }, evil: { namespace: 'pay' } },
      want: [
        'pay/namespace: the namespace pay of pay lies in the namespace pay of evil',
        '  evil/namespace: evil has it here',
        'evil/namespace: the namespace pay of evil lies in the namespace pay of pay',
        '  pay/namespace: pay has it here',
      ],
    },
    ...['^[]p[a-z._-]+$', '^[_[:lower:].[-]+$', '^[^]x[_]+$'].map((read) => ({
      name: `what PCRE reads as a class and JavaScript otherwise: ${read}`,
      services: {
        pay: { queues: { 'payment.q': { allow: {} } } },
        evil: { grants: [{ read, reason: 'r' }] },
      },
      want: [
        'evil/grants/0/read: evil may be granted read on queue payment.q, which pay does not allow it to consume',
        '  pay/queues/payment.q/allow: pay says here who may use it',
      ],
    })),
    {
      name: "an own queue by the name of another's exchange",
      services: {
        pay: { exchanges: { x: { allow: {} } } },
        evil: { declares: true, queues: { x: {} }, consumes: ['x'] },
      },
      want: (['configure', 'write', 'read'] as const).flatMap((right) => [
        `evil/queues/x: evil gets ${right} on queue x, and with it on exchange x, which pay does not allow it to ${{ configure: 'configure', write: 'publish', read: 'consume' }[right]}`,
        '  pay/exchanges/x/allow: pay says here who may use it',
      ]),
    },
    {
      name: "an own exchange by the name of another's queue",
      services: { pay: { queues: { x: { allow: {} } } }, evil: { exchanges: { x: {} }, publishes: ['x'] } },
      want: [
        'evil/exchanges/x: evil gets write on exchange x, and with it on queue x, which pay does not allow it to publish',
        '  pay/queues/x/allow: pay says here who may use it',
      ],
    },
    {
      name: "routing keys on another's exchange, one way and both",
      services: {
        pay: { exchanges: { x: { type: 'topic', allow: { publish: ['pub'] } } } },
        pub: { grants: [{ exchange: 'x', write: 'y', read: '^$', reason: 'r' }] },
        evil: { grants: [{ exchange: 'x', write: '^$', read: 'y', reason: 'r' }] },
      },
      want: [
        'evil/grants/0/read: evil is granted read with routing keys on exchange x, which pay does not allow it to consume',
        '  pay/exchanges/x/allow: pay says here who may use it',
      ],
    },
    {
      name: 'dead-lettering to whatever queue the publisher names',
      services: { evil: { queues: { q: { deadLetter: { exchange: '' } } } } },
      want: [
        'evil/queues/q: queue q dead-letters to the default exchange without a routing key: whoever publishes to it chooses the queue',
      ],
    },
    {
      name: 'a queue of two services',
      services: { a: { queues: { q: {} } }, b: { queues: { q: {} } } },
      want: ['b/queues/q: queue "q" is owned by both a and b', '  a/queues/q: first declared by a'],
    },
    {
      name: 'an exchange of two services',
      services: { a: { exchanges: { e: {} } }, b: { exchanges: { e: {} } } },
      want: ['b/exchanges/e: exchange "e" is owned by both a and b', '  a/exchanges/e: first declared by a'],
    },
    {
      name: 'a user of two services',
      services: { a: { user: 'u' }, b: { user: 'u' } },
      want: ['b/user: user "u" belongs to both a and b', '  a/user: first used by a'],
    },
    {
      name: 'guest',
      services: { guest: {} },
      want: ['guest: user "guest" of guest is the default user, which every installation knows'],
    },
    {
      name: 'the administrator',
      services: { a: { user: 'provisioner' } },
      want: ['a/user: user "provisioner" of a is the administrator of the environment'],
    },
    {
      name: 'a protected user',
      services: { monitoring: {} },
      more: { protected: ['mon*'] },
      want: ['monitoring: user "monitoring" of monitoring is protected in the environment'],
    },
    {
      name: 'a reserved name',
      services: { a: { queues: { 'amq.x': {} } } },
      want: ['a/queues/amq.x: queue "amq.x" is in the namespace amq.*, which RabbitMQ reserves for itself'],
    },
    {
      name: 'an empty name',
      services: { a: { queues: { '': {} } } },
      want: ['a/queues/: queue "" must not be empty'],
    },
    {
      name: 'a name of 256 bytes',
      services: { a: { exchanges: { ['é'.repeat(128)]: {} } } },
      want: [`a/exchanges/${'é'.repeat(128)}: exchange "${'é'.repeat(128)}" is longer than 255 bytes`],
    },
    {
      name: 'a name of dots',
      services: { a: { queues: { '..': {} } } },
      want: ['a/queues/..: queue ".." cannot be addressed through the management API'],
    },
    {
      name: 'keys on a fanout exchange',
      services: {
        a: { exchanges: { e: { type: 'fanout' } }, publishes: [{ exchange: 'e', routingKeys: ['k'] }] },
      },
      want: [
        'a/publishes/0/routingKeys: routingKeys on e, a fanout exchange: RabbitMQ checks them on topic exchanges only',
      ],
    },
    {
      name: 'the default exchange by name',
      services: { a: { publishes: ['amq.default'] } },
      want: ['a/publishes/0: "amq.default" is the default exchange, which cannot be named here'],
    },
    {
      name: 'a transient quorum queue',
      services: { a: { queues: { q: { type: 'quorum', durable: false } } } },
      want: ['a/queues/q/durable: quorum queue "q" must be durable'],
    },
    {
      name: 'a dead letter said twice',
      services: {
        a: {
          queues: {
            q: { deadLetter: { exchange: 'amq.topic' }, arguments: { 'x-dead-letter-exchange': 'y' } },
          },
        },
      },
      want: [
        'a/queues/q/arguments/x-dead-letter-exchange: "x-dead-letter-exchange" stands in both "deadLetter" and "arguments" of "q"',
      ],
    },
    {
      name: 'two types',
      services: { a: { queues: { q: { type: 'quorum', arguments: { 'x-queue-type': 'stream' } } } } },
      want: ['a/queues/q/arguments/x-queue-type: queue "q" is quorum by "type" and stream by "x-queue-type"'],
    },
    {
      name: 'publishing to an internal exchange',
      services: { a: { exchanges: { e: { internal: true } }, publishes: ['e'] } },
      want: ['a/publishes/0: exchange e is internal: no client can publish to it'],
    },
    {
      name: 'a binding that breaks the management API',
      services: {
        a: {
          queues: { q: { bindings: [{ exchange: 'amq.topic', routingKey: 'a~b', arguments: { x: 1 } }] } },
        },
      },
      want: [
        'a/queues/q/bindings/0: a binding with arguments cannot have a routing key with "~": RabbitMQ\'s management API fails on it',
      ],
    },
    {
      name: 'a routing key that a URL resolves away',
      services: {
        a: {
          queues: {
            q: {
              bindings: [
                { exchange: 'amq.topic', routingKeys: ['...', '..'] },
                { exchange: 'amq.topic', routingKey: '.', arguments: { x: 1 } },
              ],
            },
          },
        },
      },
      want: [
        'a/queues/q/bindings/0: a binding cannot have the routing key "..": RabbitMQ\'s management API could not delete it',
      ],
    },
  ];
  test.each(cases)('$name', ({ services, want, more = {} }) => {
    expect(problems(services, {}, more)).toEqual(want);
  });

  it('reports every problem, not only the first', () => {
    expect(problems({ guest: {}, a: { queues: { 'amq.x': {}, '': {} } } })).toHaveLength(3);
  });
});

it('tells who could do anything, or lead messages elsewhere, by a tag', () => {
  const { warnings } = compiled({ a: { tags: ['administrator', 'management', 'policymaker'] }, b: {} });
  expect(warnings.map(({ address, message }) => `${address} ${message}`)).toEqual([
    'rabbitmq:user:a a may give itself and others any right, and so could do anything on the broker, whatever owners allow (tag administrator)',
    'rabbitmq:user:a a may lead messages elsewhere by policies, in every vhost that it uses, whatever owners allow (tag policymaker)',
  ]);
});

describe('a pattern that is not judged is warned of', () => {
  const warned = (services: Readonly<Record<string, object>>, over: object = {}) =>
    compiled(services, over).warnings.map(({ address, message }) => `${address}: ${message}`);

  test('in a grant, beside what else is told of its user', () => {
    const grants = [{ read: '^(?!amq)', write: '^q$', reason: 'r' }];
    const owner = { queues: { q: { allow: {} } } };
    expect(warned({ a: { queues: { mine: {} }, grants, sends: ['mine'] } })).toEqual([
      'rabbitmq:permission:production/a: what it reaches cannot be told of the pattern "^(?!amq)" (it has an option, look-around, or other group that begins with (?): it counts as reaching everything',
    ]);
    expect(
      warned({ owner, a: { grants: [{ exchange: 'e', read: '(?i)a', write: 'b', reason: 'r' }] } }),
    ).toEqual([]);
  });

  test('in a policy that forwards messages', () => {
    const policy = (definition: object) => ({
      vhost: { name: 'production', policies: { p: { pattern: '(?i)^order', definition } } },
    });
    const services = { a: { exchanges: { dead: {} }, queues: { q: {} } } };
    expect(warned(services, policy({ 'dead-letter-exchange': 'dead' }))).toEqual([
      'rabbitmq:policy:production/p: which queues and exchanges it reaches cannot be told of its pattern (it has an option, look-around, or other group that begins with (?): it counts as reaching all',
    ]);
    expect(warned(services, policy({ 'message-ttl': 5 }))).toEqual([]);
  });
});
