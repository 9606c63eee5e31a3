import { supportedForms } from '../../src/secrets/reference.ts';
import type { BadTopology } from './bad.ts';
import { production } from './frame.ts';

const forms = supportedForms.join(', ');

/** Mistakes in what is said of RabbitMQ. */
export const badOnRabbit: readonly BadTopology[] = [
  {
    name: 'a management API without TLS',
    environments: production({
      rabbitmq: [
        `managementUrl: http://mq.internal:15672
vhost: production
admin: { username: provisioner, password: "env:P" }`,
      ],
    }),
    want: [
      'env.yaml:6:22: environments.production.rabbitmq.managementUrl: must begin with https://, since everything goes over TLS (write it as https://rabbitmq.internal:15671)',
    ],
  },
  {
    name: 'a password in the URL',
    environments: production({
      rabbitmq: [
        `managementUrl: https://admin:canary@mq.internal:15671
vhost: production
admin: { username: provisioner, password: "env:P" }`,
      ],
    }),
    want: [
      'env.yaml:6:22: environments.production.rabbitmq.managementUrl: must not contain credentials (write it as https://rabbitmq.internal:15671)',
    ],
  },
  {
    name: 'amqp instead of amqps',
    environments: production({ rabbitmq: 'amqpsUrl: amqp://mq.internal:5672' }),
    want: [
      'env.yaml:9:17: environments.production.rabbitmq.amqpsUrl: must begin with amqps://, since everything goes over TLS (write it as amqps://rabbitmq.internal:5671)',
    ],
  },
  {
    name: 'no vhost',
    environments: production({
      rabbitmq: [
        `managementUrl: https://mq.internal:15671
admin: { username: provisioner, password: "env:P" }`,
      ],
    }),
    want: [
      "env.yaml:5:5: environments.production.rabbitmq.vhost: is missing (the environment's own vhost: a name, or a mapping)",
    ],
  },
  {
    name: 'a vhost that is a list',
    environments: production({
      rabbitmq: [
        `managementUrl: https://mq.internal:15671
vhost: [production]
admin: { username: provisioner, password: "env:P" }`,
      ],
    }),
    want: [
      "env.yaml:7:7: environments.production.rabbitmq.vhost: must be a mapping, not a list (the environment's own vhost: a name, or a mapping)",
    ],
  },
  {
    name: 'an unknown key of a vhost',
    environments: production({
      rabbitmq: [
        `managementUrl: https://mq.internal:15671
vhost: { name: production, maxQueues: 5 }
admin: { username: provisioner, password: "env:P" }`,
      ],
    }),
    want: [
      'env.yaml:7:34: environments.production.rabbitmq.vhost.maxQueues: unknown key (allowed here: name, description, tags, defaultQueueType, limits, policies, operatorPolicies)',
    ],
  },
  {
    name: 'an unknown limit of a vhost',
    environments: production({
      rabbitmq: [
        `managementUrl: https://mq.internal:15671
vhost: { name: production, limits: { maxConnection: 5 } }
admin: { username: provisioner, password: "env:P" }`,
      ],
    }),
    want: [
      'env.yaml:7:44: environments.production.rabbitmq.vhost.limits.maxConnection: unknown key (did you mean "maxConnections"? allowed here: maxConnections, maxQueues)',
    ],
  },
  {
    name: "the vhost of mqwarden's own lock",
    environments: production({
      rabbitmq: [
        `managementUrl: https://mq.internal:15671
vhost: mqwarden
admin: { username: provisioner, password: "env:P" }`,
      ],
    }),
    want: [
      "env.yaml:7:14: environments.production.rabbitmq.vhost.name: is where mqwarden's own lock lives: use another name",
    ],
  },
  {
    name: 'two aliases of one vhost',
    environments: production({ rabbitmq: 'vhosts: { payments: { name: production } }' }),
    want: [
      `env.yaml:9:17: environments.production.rabbitmq.vhosts.payments: is the same vhost as "vhost" (leave it out; services reach the environment's own vhost as "default")`,
    ],
  },
  {
    name: 'an alias that is taken',
    environments: production({ rabbitmq: 'vhosts: { default: other }' }),
    want: [
      'env.yaml:9:26: environments.production.rabbitmq.vhosts.default: must not be called "default" (give it another name: services mean by this one the vhost of the environment)',
    ],
  },
  {
    name: 'an unknown default queue type',
    environments: production({
      rabbitmq: [
        `managementUrl: https://mq.internal:15671
vhost: { name: production, defaultQueueType: quorom }
admin: { username: provisioner, password: "env:P" }`,
      ],
    }),
    want: [
      'env.yaml:7:52: environments.production.rabbitmq.vhost.defaultQueueType: must be "classic", "quorum" or "stream"',
    ],
  },
  {
    name: 'a literal password',
    environments: production({
      rabbitmq: [
        `managementUrl: https://mq.internal:15671
vhost: production
admin: { username: provisioner, password: "canary" }`,
      ],
    }),
    want: [
      `env.yaml:8:49: environments.production.rabbitmq.admin.password: must be a reference to a secret, not the secret itself (write one of ${forms}; no secret may stand in a topology)`,
    ],
  },
  {
    name: 'a naming without the service',
    environments: production({ rabbitmq: 'naming: { user: "{name}.staging" }' }),
    want: [
      'env.yaml:9:23: environments.production.rabbitmq.naming.user: must contain {service} once, and no other braces (write it around the name, such as "{service}.staging" or "staging.{service}")',
    ],
  },
  {
    name: 'the user guest',
    services: 'orders: { rabbitmq: { user: guest } }',
    want: [
      'services.yaml:2:31: user "guest" of orders is the default user, which every installation knows (name another with "user")',
    ],
  },
  {
    name: "the administrator's user",
    services: 'orders: { rabbitmq: { user: provisioner } }',
    want: [
      'services.yaml:2:31: user "provisioner" of orders is the administrator of the environment (name another with "user")',
    ],
  },
  {
    name: 'a protected user',
    environments: production({ more: 'protected: { rabbitmq: { users: [monitoring] } }' }),
    services: 'monitoring: { rabbitmq: {} }',
    want: [
      'services.yaml:2:17: user "monitoring" of monitoring is protected in the environment (name another with "user")',
    ],
  },
  {
    name: 'one user for two services',
    services: `orders: { rabbitmq: {} }
billing: { rabbitmq: { user: orders } }
`,
    want: [
      'services.yaml:3:32: user "orders" belongs to both orders and billing (each service needs a user of its own) [first used by orders: services.yaml:2:13]',
    ],
  },
  {
    name: 'a user that no claim covers',
    environments: production({ more: 'claims: { rabbitmq: { users: "*-service" } }' }),
    services: 'orders: { rabbitmq: {} }',
    want: [
      'services.yaml:2:13: orders would be known as orders, which environment production does not claim (its claims are *-service: widen them, or use another name)',
    ],
  },
  {
    name: 'a tag with a comma',
    services: 'orders: { rabbitmq: { tags: ["management,administrator"] } }',
    want: [
      'services.yaml:2:32: services.orders.rabbitmq.tags[0]: must not contain a comma, or blanks at its ends (write each tag as an entry of its own: [management, monitoring])',
    ],
  },
  {
    name: 'an unknown way to log in',
    services: 'orders: { rabbitmq: { auth: oauth } }',
    want: [
      'services.yaml:2:31: services.orders.rabbitmq.auth: must be "password", "certificate" or "external"',
    ],
  },
  {
    name: 'a limit in quotes',
    services: 'orders: { rabbitmq: { limits: { maxConnections: "10" } } }',
    want: [
      'services.yaml:2:51: services.orders.rabbitmq.limits.maxConnections: must be a whole number, without quotes',
    ],
  },
  {
    name: 'a negative limit',
    services: 'orders: { rabbitmq: { limits: { maxChannels: -1 } } }',
    want: ['services.yaml:2:48: services.orders.rabbitmq.limits.maxChannels: must be at least 0'],
  },
  {
    name: 'a vhost that the environment has not',
    services: 'orders: { rabbitmq: { vhost: payments } }',
    want: [
      'services.yaml:2:32: environment production has no vhost "payments" (it has: default; add it to "vhosts" of the environment, or name one of these)',
    ],
  },
  {
    name: 'an intent in a vhost that the environment has not',
    environments: production({ rabbitmq: 'vhosts: { payments: pay }' }),
    services: 'orders: { rabbitmq: { publishes: [{ exchange: e, vhost: payment }] } }',
    want: [
      'services.yaml:2:59: environment production has no vhost "payment" (it has: default, payments; add it to "vhosts" of the environment, or name one of these)',
    ],
  },
  {
    name: 'an exchange of two services',
    services: `orders: { rabbitmq: { exchanges: { events: {} } } }
billing: { rabbitmq: { exchanges: { events: {} } } }
`,
    want: [
      'services.yaml:3:39: exchange "events" is owned by both orders and billing (declare it in one service only; others publish, consume or bind) [first declared by orders: services.yaml:2:38]',
    ],
  },
  {
    name: 'a queue of two services',
    services: `orders: { rabbitmq: { queues: { work: {} } } }
billing: { rabbitmq: { queues: { work: {} } } }
`,
    want: [
      'services.yaml:3:36: queue "work" is owned by both orders and billing (declare it in one service only; others publish, consume or bind) [first declared by orders: services.yaml:2:35]',
    ],
  },
  {
    name: 'a reserved exchange',
    services: 'orders: { rabbitmq: { exchanges: { amq.orders: {} } } }',
    want: [
      'services.yaml:2:38: exchange "amq.orders" is in the namespace amq.*, which RabbitMQ reserves for itself (give the exchange another name)',
    ],
  },
  {
    name: 'a reserved queue',
    services: 'orders: { rabbitmq: { queues: { amq.gen-orders: {} } } }',
    want: [
      'services.yaml:2:35: queue "amq.gen-orders" is in the namespace amq.*, which RabbitMQ reserves for itself (give the queue another name)',
    ],
  },
  {
    name: 'a queue without a name',
    services: 'orders: { rabbitmq: { queues: { "": {} } } }',
    want: ['services.yaml:2:35: queue "" must not be empty (give the queue another name)'],
  },
  {
    name: 'a queue that is called ..',
    services: 'orders: { rabbitmq: { queues: { "..": {} } } }',
    want: [
      'services.yaml:2:35: queue ".." cannot be addressed through the management API (give the queue another name)',
    ],
  },
  {
    name: 'a name that is too long',
    services: `orders: { rabbitmq: { exchanges: { ${'x'.repeat(256)}: {} } } }
`,
    want: [
      `services.yaml:2:38: exchange "${'x'.repeat(256)}" is longer than 255 bytes (give the exchange another name)`,
    ],
  },
  {
    name: 'an unknown type of exchange',
    services: 'orders: { rabbitmq: { exchanges: { events: { type: topics } } } }',
    want: [
      'services.yaml:2:54: services.orders.rabbitmq.exchanges.events.type: must be direct, fanout, topic, headers, or the x-… type of a plugin',
    ],
  },
  {
    name: 'an unknown type of queue',
    services: 'orders: { rabbitmq: { queues: { work: { type: lazy } } } }',
    want: [
      'services.yaml:2:49: services.orders.rabbitmq.queues.work.type: must be "classic", "quorum" or "stream"',
    ],
  },
  {
    name: 'a misspelt key of a queue',
    services: 'orders: { rabbitmq: { queues: { work: { deadletter: { exchange: e } } } } }',
    want: [
      'services.yaml:2:43: services.orders.rabbitmq.queues.work.deadletter: unknown key (did you mean "deadLetter"? allowed here: type, durable, arguments, deadLetter, bindings, allow)',
    ],
  },
  {
    name: 'a transient quorum queue',
    services: 'orders: { rabbitmq: { queues: { work: { type: quorum, durable: false } } } }',
    want: [
      'services.yaml:2:66: quorum queue "work" must be durable (leave "durable" out, or make it a classic queue)',
    ],
  },
  {
    name: 'two types of one queue',
    services:
      'orders: { rabbitmq: { queues: { work: { type: quorum, arguments: { x-queue-type: classic } } } } }',
    want: [
      'services.yaml:2:84: queue "work" is quorum by "type" and classic by "x-queue-type" (write "type" only)',
    ],
  },
  {
    name: 'an unknown x-queue-type',
    services: 'orders: { rabbitmq: { queues: { work: { arguments: { x-queue-type: lazy } } } } }',
    want: [
      'services.yaml:2:70: "x-queue-type" of queue "work" must be classic, quorum or stream (write "type" instead)',
    ],
  },
  {
    name: 'an argument without a value',
    services: `orders:
  rabbitmq:
    queues:
      work:
        arguments:
          x-max-length:
`,
    want: [
      'services.yaml:7:13: services.orders.rabbitmq.queues.work.arguments.x-max-length: must have a value (arguments are text, numbers, true, false, lists and maps of these)',
    ],
  },
  {
    name: 'an argument too large for JSON',
    services:
      'orders: { rabbitmq: { queues: { work: { arguments: { x-max-length: 9223372036854775807 } } } } }',
    want: [
      "services.yaml:2:70: services.orders.rabbitmq.queues.work.arguments.x-max-length: is too large: the management API's JSON cannot carry integers beyond 2^53 (write a smaller number, or leave it out where it stands for no limit)",
    ],
  },
  {
    name: 'a dead letter exchange said twice',
    services:
      'orders: { rabbitmq: { exchanges: { dead: {} }, queues: { work: { deadLetter: { exchange: dead }, arguments: { x-dead-letter-exchange: dead } } } } }',
    want: [
      'services.yaml:2:137: "x-dead-letter-exchange" stands in both "deadLetter" and "arguments" of "work" (keep "deadLetter" only)',
    ],
  },
  {
    name: 'dead letters to the default exchange without a key',
    services: 'orders: { rabbitmq: { queues: { work: { deadLetter: { exchange: "" } } } } }',
    want: [
      'services.yaml:2:35: queue work dead-letters to the default exchange without a routing key: whoever publishes to it chooses the queue (name the queue in deadLetter.routingKey, or dead-letter to an exchange of its own)',
    ],
  },
  {
    name: 'dead letters without an exchange',
    services: 'orders: { rabbitmq: { queues: { work: { deadLetter: { routingKey: dead } } } } }',
    want: [
      'services.yaml:2:43: services.orders.rabbitmq.queues.work.deadLetter.exchange: is missing (the exchange, or "" for the default one: then routingKey is a queue)',
    ],
  },
  {
    name: 'a binding without a source',
    services: 'orders: { rabbitmq: { queues: { work: { bindings: [{ routingKey: a }] } } } }',
    want: [
      'services.yaml:2:54: services.orders.rabbitmq.queues.work.bindings[0].exchange: is missing (the source exchange, in the same vhost)',
    ],
  },
  {
    name: 'a binding that is text',
    services: 'orders: { rabbitmq: { queues: { work: { bindings: [events] } } } }',
    want: [
      'services.yaml:2:54: services.orders.rabbitmq.queues.work.bindings[0]: must be a mapping, not text (exchanges that it receives from: [{ exchange, routingKey }]. Each asks to consume its source)',
    ],
  },
  {
    name: 'a binding with two kinds of keys',
    services:
      'orders: { rabbitmq: { queues: { work: { bindings: [{ exchange: e, routingKey: a, routingKeys: [b] }] } } } }',
    want: [
      'services.yaml:2:81: services.orders.rabbitmq.queues.work.bindings[0].routingKey: cannot stand beside "routingKeys": write one of the two',
    ],
  },
  {
    name: 'a binding key longer than AMQP takes',
    services: `orders: { rabbitmq: { exchanges: { e: {} }, queues: { work: { bindings: [{ exchange: e, routingKey: ${'k'.repeat(256)} }] } } } }
`,
    want: [
      'services.yaml:2:103: services.orders.rabbitmq.queues.work.bindings[0].routingKey: is longer than 255 bytes, which AMQP cannot carry',
    ],
  },
  {
    name: 'a binding with arguments and a tilde',
    services:
      'orders: { rabbitmq: { exchanges: { e: {} }, queues: { work: { bindings: [{ exchange: e, routingKey: a~b, arguments: { x: 1 } }] } } } }',
    want: [
      `services.yaml:2:76: a binding with arguments cannot have a routing key with "~": RabbitMQ's management API fails on it (use another routing key, or leave the arguments out)`,
    ],
  },
  {
    name: 'a binding to the default exchange',
    services: 'orders: { rabbitmq: { queues: { work: { bindings: [{ exchange: amq.default }] } } } }',
    want: [
      'services.yaml:2:54: "amq.default" is the default exchange, which cannot be named here (every queue is bound to it by its own name: to publish through it, write "sends: [QUEUE]")',
    ],
  },
  {
    name: 'publishing to the default exchange',
    services: 'orders: { rabbitmq: { publishes: [amq.default] } }',
    want: [
      'services.yaml:2:37: "amq.default" is the default exchange, which cannot be named here (every queue is bound to it by its own name: to publish through it, write "sends: [QUEUE]")',
    ],
  },
  {
    name: 'publishing to an internal exchange',
    services: 'orders: { rabbitmq: { exchanges: { inner: { internal: true } }, publishes: [inner] } }',
    want: [
      'services.yaml:2:79: exchange inner is internal: no client can publish to it (take it out of "publishes", or "internal" out of the exchange)',
    ],
  },
  {
    name: 'routing keys on a direct exchange',
    services:
      'orders: { rabbitmq: { exchanges: { events: {} }, publishes: [{ exchange: events, routingKeys: [a] }] } }',
    want: [
      'services.yaml:2:84: routingKeys on events, a direct exchange: RabbitMQ checks them on topic exchanges only (leave "routingKeys" out, or make it a topic exchange)',
    ],
  },
  {
    name: 'an empty list of routing keys',
    services:
      'orders: { rabbitmq: { exchanges: { events: { type: topic } }, publishes: [{ exchange: events, routingKeys: [] }] } }',
    want: [
      'services.yaml:2:97: services.orders.rabbitmq.publishes[0].routingKeys: must name at least one routing key',
    ],
  },
  {
    name: 'consuming a queue of the server',
    services: 'orders: { rabbitmq: { consumes: [amq.gen-x] } }',
    want: [
      'services.yaml:2:36: queue "amq.gen-x" is in the namespace amq.*, which RabbitMQ reserves for itself (for queues that the server names, write "temporaryQueues: true")',
    ],
  },
  {
    name: 'a queue without a list',
    services: 'orders: { rabbitmq: { consumes: work } }',
    want: [
      'services.yaml:2:35: services.orders.rabbitmq.consumes: must be a list, not text (the queues that it consumes: names, or mappings. Gives read on them)',
    ],
  },
  {
    name: 'calling itself',
    services: 'orders: { rabbitmq: { serves: [q], calls: [orders] } }',
    want: ['services.yaml:2:46: orders calls itself (call another service)'],
  },
  {
    name: 'calling who serves nothing',
    services: `orders: { rabbitmq: { calls: [billing] } }
billing: { rabbitmq: {} }
`,
    want: [
      'services.yaml:2:33: orders calls billing, which serves nothing on RabbitMQ (add "serves: [QUEUE]" to billing)',
    ],
  },
  {
    name: 'calling who is not there',
    services: `orders: { rabbitmq: { calls: [biling] } }
billing: { rabbitmq: { serves: [invoices] } }
`,
    want: [
      'services.yaml:2:33: orders calls biling, which has nothing on RabbitMQ (did you mean "billing"?)',
    ],
  },
  {
    name: 'calling for what is not served',
    services: `orders: { rabbitmq: { calls: [{ service: billing, queue: refunds }] } }
billing: { rabbitmq: { serves: [invoices, quotes] } }
`,
    want: [
      'services.yaml:2:33: orders calls refunds of billing, which does not serve it (name one that it serves: invoices, quotes)',
    ],
  },
  {
    name: 'calling without consent',
    services: `orders: { rabbitmq: { calls: [billing] } }
billing: { rabbitmq: { serves: [{ queue: invoices, allow: [shop] }] } }
`,
    want: [
      `services.yaml:2:33: orders calls invoices of billing, which does not allow it to (ask billing's team to add orders to "allow" of what it serves) [billing says here who may call: services.yaml:3:54]`,
    ],
  },
  {
    name: 'temporary queues without bindings',
    services: 'orders: { rabbitmq: { temporaryQueues: {} } }',
    want: [
      'services.yaml:2:25: services.orders.rabbitmq.temporaryQueues.bindings: is missing (what it binds such queues to: [{ exchange, routingKeys }])',
    ],
  },
  {
    name: 'temporary queues in words',
    services: 'orders: { rabbitmq: { temporaryQueues: yes please } }',
    want: [
      'services.yaml:2:42: services.orders.rabbitmq.temporaryQueues: must be true or false or a mapping',
    ],
  },
  {
    name: "temporary queues on another's exchange without consent",
    services: `orders: { rabbitmq: { temporaryQueues: { bindings: [{ exchange: events }] } } }
billing: { rabbitmq: { exchanges: { events: { allow: { publish: [orders] } } } } }
`,
    want: [
      `services.yaml:2:55: orders binds temporary queues to exchange events, which billing does not allow it to consume (ask billing's team to add orders to "allow: { consume: […] }" of events) [billing says here who may use it: services.yaml:3:49]`,
    ],
  },
  {
    name: 'publishing without consent',
    services: `orders: { rabbitmq: { publishes: [events] } }
billing: { rabbitmq: { exchanges: { events: { allow: { publish: [shop] } } } } }
`,
    want: [
      `services.yaml:2:37: orders publishes to exchange events, which billing does not allow it to publish (ask billing's team to add orders to "allow: { publish: […] }" of events) [billing says here who may use it: services.yaml:3:49]`,
    ],
  },
  {
    name: 'consuming without consent',
    services: `orders: { rabbitmq: { consumes: [work] } }
billing: { rabbitmq: { queues: { work: { allow: {} } } } }
`,
    want: [
      `services.yaml:2:36: orders consumes queue work, which billing does not allow it to consume (ask billing's team to add orders to "allow: { consume: […] }" of work) [billing says here who may use it: services.yaml:3:44]`,
    ],
  },
  {
    name: 'sending without consent',
    services: `orders: { rabbitmq: { sends: [work] } }
billing: { rabbitmq: { queues: { work: { allow: { consume: orders } } } } }
`,
    want: [
      `services.yaml:2:33: orders sends to queue work, which billing does not allow it to publish (ask billing's team to add orders to "allow: { publish: […] }" of work) [billing says here who may use it: services.yaml:3:44]`,
    ],
  },
  {
    name: 'binding without consent',
    services: `orders: { rabbitmq: { queues: { work: { bindings: [{ exchange: events, routingKey: "#" }] } } } }
billing: { rabbitmq: { exchanges: { events: { type: topic, allow: { publish: [orders] } } } } }
`,
    want: [
      `services.yaml:2:54: orders binds work to exchange events, which billing does not allow it to consume (ask billing's team to add orders to "allow: { consume: […] }" of events) [billing says here who may use it: services.yaml:3:62]`,
    ],
  },
  {
    name: 'dead letters without consent',
    services: `orders: { rabbitmq: { queues: { work: { deadLetter: { exchange: dead } } } } }
billing: { rabbitmq: { exchanges: { dead: { allow: { consume: [orders] } } } } }
`,
    want: [
      `services.yaml:2:43: orders dead-letters work to exchange dead, which billing does not allow it to publish (ask billing's team to add orders to "allow: { publish: […] }" of dead) [billing says here who may use it: services.yaml:3:47]`,
    ],
  },
  {
    name: 'an alternate exchange without consent',
    services: `orders: { rabbitmq: { exchanges: { events: { alternateExchange: lost } } } }
billing: { rabbitmq: { exchanges: { lost: { allow: {} } } } }
`,
    want: [
      `services.yaml:2:67: orders forwards events to exchange lost, which billing does not allow it to publish (ask billing's team to add orders to "allow: { publish: […] }" of lost) [billing says here who may use it: services.yaml:3:47]`,
    ],
  },
  {
    name: "binding to another's replies",
    services: `orders: { rabbitmq: { queues: { spy: { bindings: [{ exchange: invoices.replies, routingKey: shop }] } } } }
billing: { rabbitmq: { serves: [invoices] } }
shop: { rabbitmq: { calls: [billing] } }
`,
    want: [
      'services.yaml:2:53: orders binds spy to exchange invoices.replies, which billing does not allow it to consume (it is made for requests and replies, and for those who take part: say "calls" instead) [billing says here who may use it: services.yaml:3:35]',
    ],
  },
  {
    name: "a namespace that reaches another's queue",
    services: `orders: { rabbitmq: { namespace: order } }
billing: { rabbitmq: { queues: { order.queue.refunds: {} } } }
`,
    want: [
      'services.yaml:2:36: the namespace order of orders reaches queue order.queue.refunds, which billing owns (give each service a namespace of its own, or name what it uses without one) [billing declares it here: services.yaml:3:36]',
    ],
  },
  {
    name: 'a grant without a reason',
    services: 'orders: { rabbitmq: { grants: [{ read: ".*" }] } }',
    want: [
      'services.yaml:2:34: services.orders.rabbitmq.grants[0].reason: is missing (why intent does not say it: for those who review the grant)',
    ],
  },
  {
    name: 'a grant of nothing',
    services: 'orders: { rabbitmq: { grants: [{ reason: why }] } }',
    want: [
      'services.yaml:2:34: services.orders.rabbitmq.grants[0]: must name at least one of "configure", "write" and "read"',
    ],
  },
  {
    name: "a grant that reads another's queue",
    services: `orders: { rabbitmq: { grants: [{ read: "^work$", reason: dashboard }] } }
billing: { rabbitmq: { queues: { work: { allow: {} } } } }
`,
    want: [
      `services.yaml:2:42: orders is granted read on queue work, which billing does not allow it to consume (ask billing's team to add orders to "allow: { consume: […] }" of work) [billing says here who may use it: services.yaml:3:44]`,
    ],
  },
  {
    name: "a grant that configures another's queue",
    services: `orders: { rabbitmq: { grants: [{ configure: ".*", reason: migration }] } }
billing: { rabbitmq: { queues: { work: { allow: { consume: "*" } } } } }
`,
    want: [
      'services.yaml:2:47: orders is granted configure on queue work, which billing does not allow it to configure (write a narrower pattern: to configure is to delete) [billing says here who may use it: services.yaml:3:44]',
    ],
  },
  {
    name: 'rights of MQTT',
    services: 'orders: { rabbitmq: { mqtt: { topics: [a] } } }',
    want: [
      'services.yaml:2:25: services.orders.rabbitmq.mqtt: unknown key (allowed here: user, auth, tls, vhost, tags, limits, declares, namespace, exchanges, queues, publishes, consumes, sends, calls, serves, temporaryQueues, grants)',
    ],
  },
  {
    name: 'a policy without a pattern',
    environments: production({
      rabbitmq: [
        `managementUrl: https://mq.internal:15671
vhost: { name: production, policies: { p: { definition: { max-length: 5 } } } }
admin: { username: provisioner, password: "env:P" }`,
      ],
    }),
    want: [
      "env.yaml:7:46: environments.production.rabbitmq.vhost.policies.p.pattern: is missing (the names that it is for: a regular expression of the broker's, not anchored)",
    ],
  },
  {
    name: 'a policy of nothing',
    environments: production({
      rabbitmq: [
        `managementUrl: https://mq.internal:15671
vhost: { name: production, policies: { p: { pattern: ".*", definition: {} } } }
admin: { username: provisioner, password: "env:P" }`,
      ],
    }),
    want: ['env.yaml:7:66: environments.production.rabbitmq.vhost.policies.p.definition: must set something'],
  },
  {
    name: 'a policy for what there is not',
    environments: production({
      rabbitmq: [
        `managementUrl: https://mq.internal:15671
vhost: { name: production, policies: { p: { pattern: ".*", applyTo: queue, definition: { max-length: 5 } } } }
admin: { username: provisioner, password: "env:P" }`,
      ],
    }),
    want: [
      'env.yaml:7:75: environments.production.rabbitmq.vhost.policies.p.applyTo: must be "all", "queues", "classic_queues", "quorum_queues", "streams" or "exchanges"',
    ],
  },
  {
    name: 'an operator policy with a priority in words',
    environments: production({
      rabbitmq: [
        `managementUrl: https://mq.internal:15671
vhost: { name: production, operatorPolicies: { p: { pattern: ".*", priority: high, definition: { max-length: 5 } } } }
admin: { username: provisioner, password: "env:P" }`,
      ],
    }),
    want: [
      'env.yaml:7:84: environments.production.rabbitmq.vhost.operatorPolicies.p.priority: must be a whole number',
    ],
  },
  {
    name: 'a policy that dead-letters to nowhere in particular',
    environments: production({
      rabbitmq: [
        `managementUrl: https://mq.internal:15671
vhost: { name: production, policies: { p: { pattern: "^work$", definition: { dead-letter-exchange: "" } } } }
admin: { username: provisioner, password: "env:P" }`,
      ],
    }),
    services: 'orders: { rabbitmq: { queues: { work: {} } } }',
    want: [
      'env.yaml:7:106: policy p dead-letters queue work to the default exchange without a routing key: whoever publishes to it chooses the queue (name the queue in dead-letter-routing-key, or dead-letter to an exchange of its own)',
    ],
  },
  {
    name: 'a policy that dead-letters without consent',
    environments: production({
      rabbitmq: [
        `managementUrl: https://mq.internal:15671
vhost: { name: production, policies: { p: { pattern: "^work$", definition: { dead-letter-exchange: dead } } } }
admin: { username: provisioner, password: "env:P" }`,
      ],
    }),
    services: `orders: { rabbitmq: { queues: { work: {} } } }
billing: { rabbitmq: { exchanges: { dead: { allow: {} } } } }
`,
    want: [
      `env.yaml:7:106: orders dead-letters work, by policy p, to exchange dead, which billing does not allow it to publish (ask billing's team to add orders to "allow: { publish: […] }" of dead) [billing says here who may use it: services.yaml:3:47]`,
    ],
  },
];
