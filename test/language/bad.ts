import { environment, production } from './frame.ts';

export interface BadTopology {
  readonly name: string;
  /** YAML below `environments:` in env.yaml; without it, `production` with both brokers. */
  readonly environments?: string;
  /** YAML below `services:` in services.yaml, and what stands at the top after it; without it, one service with both sections. */
  readonly services?: string;
  /** `file:line:col: message (hint) [related]`, every problem. */
  readonly want: readonly string[];
}

/** Mistakes about several environments, names, sizes and tombstones. */
export const badOnBoth: readonly BadTopology[] = [
  {
    name: 'two environments on one broker',
    environments: environment('staging', { rabbitmq: '' }) + environment('production', { rabbitmq: '' }),
    want: [
      'env.yaml:10:5: environments.production.rabbitmq: the environments staging and production share the endpoint mq.internal:15671, but nothing in naming.user tells their names apart, both use the vhost production (users, and everything on Kafka, are global to a cluster: tell them apart by `naming`, vhosts, claims and `secrets`, or use another endpoint) [staging is here: env.yaml:5:5]',
    ],
  },
  {
    name: 'two environments on one cluster',
    environments: environment('staging', { kafka: '' }) + environment('production', { kafka: '' }),
    want: [
      'env.yaml:9:5: environments.production.kafka: the environments staging and production share the endpoint kafka.internal:9093, but nothing in naming.user tells their names apart, nothing in naming.topic tells their names apart, nothing in naming.group tells their names apart, nothing in naming.transactionalId tells their names apart (users, and everything on Kafka, are global to a cluster: tell them apart by `naming`, vhosts, claims and `secrets`, or use another endpoint) [staging is here: env.yaml:5:5]',
    ],
  },
  {
    name: 'two environments with one store',
    environments:
      environment('staging', {
        rabbitmq: [
          `managementUrl: https://mq.internal:15671
vhost: staging
naming: { user: "{service}.staging" }
admin: { username: provisioner, password: "env:P" }`,
        ],
        more: 'secrets: file:secrets',
      }) + environment('production', { rabbitmq: '', more: 'secrets: file:./secrets' }),
    want: [
      'env.yaml:12:5: environments.production.rabbitmq: the environments staging and production share the endpoint mq.internal:15671, but both keep their credentials in one store (users, and everything on Kafka, are global to a cluster: tell them apart by `naming`, vhosts, claims and `secrets`, or use another endpoint) [staging is here: env.yaml:5:5]',
    ],
  },
  {
    name: 'names with an end, and a prefix',
    environments: production({ kafka: 'naming: { topic: "{name}.staging" }' }),
    services: 'orders: { kafka: { produces: [{ prefix: a. }] } }',
    want: [
      'services.yaml:2:43: orders: names that begin with a text reach other environments, as topic names here end in ".staging" (put what the environment adds before the name: naming: { topic: "staging.{name}" })',
    ],
  },
  {
    name: 'an application id with three names',
    environments: production({ kafka: 'naming: { topic: "staging.{name}" }' }),
    services: 'orders: { kafka: { streams: { applicationId: app } } }',
    want: [
      'services.yaml:2:48: orders: an application id is the beginning of topics and transactional ids, and a group: they are named differently here (give naming.topic, naming.group and naming.transactionalId the same text)',
    ],
  },
  {
    name: 'sizes of a service that is not there',
    environments: production({ more: 'services: { order: { kafka: { quota: { producerByteRate: 5 } } } }' }),
    want: [
      'env.yaml:12:17: environments.production.services.order: there is no such service (did you mean "orders"?)',
    ],
  },
  {
    name: 'sizes of a topic that is not there',
    environments: production({
      more: 'services: { orders: { kafka: { topics: { order: { partitions: 1 } } } } }',
    }),
    services: 'orders: { kafka: { topics: { orders: {} } } }',
    want: [
      'env.yaml:12:46: orders owns no topic order, whose size production would set (name it as its service does, without the naming of the environment)',
    ],
  },
  {
    name: 'sizes on a broker that it has not',
    environments: production({
      more: 'services: { orders: { rabbitmq: { limits: { maxConnections: 5 } } } }',
    }),
    services: 'orders: { kafka: {} }',
    want: [
      'env.yaml:12:27: orders has nothing on RabbitMQ, whose size production would set (take it out, or give orders a section "rabbitmq")',
    ],
  },
  {
    name: 'grants in an environment',
    environments: production({ more: 'services: { orders: { kafka: { produces: [a] } } }' }),
    want: [
      'env.yaml:12:36: environments.production.services.orders.kafka.produces: unknown key (an environment sets sizes and certificates, never grants or names; allowed here: topics, quota, tls)',
    ],
  },
  {
    name: 'partitions for all topics',
    environments: production({ more: 'override: { kafka: { partitions: 3 } }' }),
    want: [
      'env.yaml:12:26: environments.production.override.kafka.partitions: unknown key (an environment sets sizes and certificates, never grants or names; allowed here: replicationFactor, config)',
    ],
  },
  {
    name: 'sizes of RabbitMQ for all',
    environments: production({ more: 'override: { rabbitmq: { limits: {} } }' }),
    want: ['env.yaml:12:17: environments.production.override.rabbitmq: unknown key (allowed here: kafka)'],
  },
  {
    name: 'a tombstone of who is here',
    services: `orders: { rabbitmq: {}, kafka: {} }
removed: [orders]
`,
    want: [
      'services.yaml:3:11: removed: "orders" is declared, too (take it out of `removed`, or delete what declares it) [declared here: services.yaml:2:3]',
    ],
  },
  {
    name: 'a tombstone that is no list',
    services: `orders: { rabbitmq: {}, kafka: {} }
removed: orders
`,
    want: [
      'services.yaml:3:10: removed: must be a list (write the names of services that are no more: removed: [old-service])',
    ],
  },
  {
    name: 'a tombstone of a protected user',
    environments: production({ more: 'protected: { rabbitmq: { users: [monitoring] } }' }),
    services: `orders: { rabbitmq: {}, kafka: {} }
removed: [monitoring]
`,
    want: [
      'services.yaml:3:11: removed: monitoring: it cannot be monitoring, which is protected (take it out of `removed`: only what nobody uses any more can be deleted)',
    ],
  },
  {
    name: 'a former name that somebody has',
    services: `orders: { formerly: [billing], rabbitmq: {}, kafka: {} }
billing: { rabbitmq: {} }
`,
    want: [
      'services.yaml:2:24: services.orders.formerly[0]: billing is declared, too (name only what this service itself was called, and nothing else is)',
    ],
  },
  {
    name: 'a former name of two services',
    services: `orders: { formerly: [old], rabbitmq: {} }
billing: { formerly: [old], rabbitmq: {} }
`,
    want: [
      'services.yaml:3:25: services.billing.formerly[0]: old is given for orders, too (name only what this service itself was called, and nothing else is)',
    ],
  },
  {
    name: 'a service and a principal of one name',
    services: `orders: { rabbitmq: {}, kafka: {} }
principals: { orders: { kafka: {} } }
`,
    want: [
      'services.yaml:3:15: principals.orders: declared as a service too (it is also declared at services.yaml:2:3; keep one of the two) [the service is here: services.yaml:2:3]',
    ],
  },
  {
    name: 'something else than suspended',
    services: 'orders: { suspended: production, rabbitmq: {} }',
    want: [
      'services.yaml:2:24: services.orders.suspended: must be true or false, not text (the emergency stop: no grants, and a credential that is refused. Default: false)',
    ],
  },
  {
    name: 'mistakes on both brokers',
    services: 'orders: { rabbitmq: { user: guest }, kafka: { principal: provisioner } }',
    want: [
      'services.yaml:2:31: user "guest" of orders is the default user, which every installation knows (name another with "user")',
      "services.yaml:2:60: principal provisioner of service orders is the administrator's own: mqwarden never touches its grants (let the service log in as a principal of its own)",
    ],
  },
  {
    name: 'a tombstone of the administrator',
    services: `orders: { rabbitmq: {}, kafka: {} }
removed: [provisioner]
`,
    want: [
      "services.yaml:3:11: removed: provisioner: it cannot be provisioner, which is the administrator's own (take it out of `removed`: only what nobody uses any more can be deleted)",
      "services.yaml:3:11: removed: provisioner: it cannot be provisioner, which is the administrator's own (take it out of `removed`: only what nobody uses any more can be deleted)",
    ],
  },
  {
    name: 'the next generation of another service',
    services: `orders: { rabbitmq: {} }
billing: { rabbitmq: { user: orders.g2 } }
`,
    want: [
      'services.yaml:3:14: billing cannot be orders.g2, which is a generation of orders, the name of orders (use another name)',
    ],
  },
  {
    name: 'a former name that is not claimed',
    environments: production({ more: 'claims: { kafka: { principals: "orders*" } }' }),
    services: 'orders: { formerly: [kafka-broker], kafka: {} }',
    want: [
      'services.yaml:2:39: orders cannot formerly have been kafka-broker, which environment production does not claim (its claims are orders*: widen them, or use another name)',
    ],
  },
  {
    name: 'environments that claim the same',
    environments:
      environment('staging', {
        rabbitmq: [
          `managementUrl: https://mq.internal:15671
vhost: staging
naming: { user: "{service}.staging" }
admin: { username: provisioner, password: "env:P" }`,
        ],
        more: 'claims: { rabbitmq: { users: "*-service" } }',
      }) + environment('production', { rabbitmq: '', more: 'claims: { rabbitmq: { users: "order-*" } }' }),
    want: [
      'env.yaml:12:5: environments.production.rabbitmq: the environments staging and production share the endpoint mq.internal:15671, but their claims *-service and order-* overlap (users, and everything on Kafka, are global to a cluster: tell them apart by `naming`, vhosts, claims and `secrets`, or use another endpoint) [staging is here: env.yaml:5:5]',
    ],
  },
];
