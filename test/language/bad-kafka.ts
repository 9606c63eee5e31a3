import type { BadTopology } from './bad.ts';
import { production } from './frame.ts';

/** Mistakes in what is said of Kafka. */
export const badOnKafka: readonly BadTopology[] = [
  {
    name: 'a broker without a port',
    environments: production({
      kafka: [
        `brokers: [kafka.internal]
admin: { username: provisioner, password: "env:P" }`,
      ],
    }),
    want: [
      'env.yaml:10:17: environments.production.kafka.brokers[0]: must be host:port (write the host and port of a SASL_SSL listener, such as kafka-1.internal:9093)',
    ],
  },
  {
    name: 'no broker',
    environments: production({
      kafka: [
        `brokers: []
admin: { username: provisioner, password: "env:P" }`,
      ],
    }),
    want: ['env.yaml:10:7: environments.production.kafka.brokers: must name at least one broker'],
  },
  {
    name: 'brokers as text',
    environments: production({
      kafka: [
        `brokers: kafka.internal:9093
admin: { username: provisioner, password: "env:P" }`,
      ],
    }),
    want: [
      'env.yaml:10:16: environments.production.kafka.brokers: must be a list, not text (host:port of SASL_SSL listeners with SCRAM-SHA-512. May use ${MQWARDEN_NAME} and a default)',
    ],
  },
  {
    name: 'a certificate without its key',
    environments: production({ kafka: 'tls: { cert: client.pem }' }),
    want: ['env.yaml:12:20: environments.production.kafka.tls.cert: needs "key" beside it'],
  },
  {
    name: 'a naming that gives no topic',
    environments: production({ kafka: 'naming: { topic: "staging {name}" }' }),
    want: [
      'env.yaml:12:24: environments.production.kafka.naming.topic: gives a name that is not a legal topic name: 1 to 249 letters, digits, ".", "_" or "-"',
    ],
  },
  {
    name: 'one principal for two services',
    services: `orders: { kafka: {} }
billing: { kafka: { principal: orders } }
`,
    want: [
      'services.yaml:3:34: services orders and billing are the same principal orders (give each service a principal of its own: grants and credentials cannot be told apart otherwise) [also principal orders: services.yaml:2:13]',
    ],
  },
  {
    name: "the administrator's principal",
    services: 'orders: { kafka: { principal: provisioner } }',
    want: [
      "services.yaml:2:33: principal provisioner of service orders is the administrator's own: mqwarden never touches its grants (let the service log in as a principal of its own)",
    ],
  },
  {
    name: 'a protected principal',
    environments: production({ more: 'protected: { kafka: { principals: [exporter] } }' }),
    services: 'exporter: { kafka: {} }',
    want: [
      'services.yaml:2:15: principal exporter of service exporter is protected: mqwarden never touches its grants (let the service log in as a principal of its own)',
    ],
  },
  {
    name: 'a principal with its type',
    services: 'orders: { kafka: { principal: "User:orders" } }',
    want: ['services.yaml:2:33: services.orders.kafka.principal: is written without "User:"'],
  },
  {
    name: 'everyone as principal',
    services: 'orders: { kafka: { principal: "*" } }',
    want: ['services.yaml:2:33: services.orders.kafka.principal: would stand for everyone'],
  },
  {
    name: 'a principal that no claim covers',
    environments: production({ more: 'claims: { kafka: { principals: "*-service" } }' }),
    services: 'orders: { kafka: {} }',
    want: [
      'services.yaml:2:13: orders would be known as orders, which environment production does not claim (its claims are *-service: widen them, or use another name)',
    ],
  },
  {
    name: 'a password for the name in a certificate',
    services: 'orders: { kafka: { principal: "CN=orders,OU=shop", auth: password } }',
    want: [
      'services.yaml:2:60: principal CN=orders,OU=shop of service orders is the name in a certificate: it has no password (write auth: certificate, or another principal)',
    ],
  },
  {
    name: 'a topic of two services',
    services: `orders: { kafka: { topics: { orders: {} } } }
billing: { kafka: { topics: { orders: {} } } }
`,
    want: [
      'services.yaml:3:33: topic orders is owned by orders and again by billing (keep it in one service; the other says `produces` or `consumes`) [first owned by orders: services.yaml:2:32]',
    ],
  },
  {
    name: 'a topic with a blank',
    services: 'orders: { kafka: { topics: { my orders: {} } } }',
    want: [
      'services.yaml:2:32: services.orders.kafka.topics["my orders"]: the name is not a legal topic name: 1 to 249 letters, digits, ".", "_" or "-"',
    ],
  },
  {
    name: "a topic of the brokers' own",
    services: 'orders: { kafka: { topics: { __consumer_offsets: {} } } }',
    want: [
      `services.yaml:2:32: services.orders.kafka.topics.__consumer_offsets: the name is reserved: topics that begin with "__" are the brokers' own`,
    ],
  },
  {
    name: 'a topic called ..',
    services: 'orders: { kafka: { topics: { "..": {} } } }',
    want: [
      'services.yaml:2:32: services.orders.kafka.topics[".."]: the name is not a legal topic name: it may be neither "." nor ".."',
    ],
  },
  {
    name: 'no partition',
    services: 'orders: { kafka: { topics: { orders: { partitions: 0 } } } }',
    want: ['services.yaml:2:54: services.orders.kafka.topics.orders.partitions: must be at least 1'],
  },
  {
    name: 'partitions in quotes',
    services: 'orders: { kafka: { topics: { orders: { partitions: "6" } } } }',
    want: [
      'services.yaml:2:54: services.orders.kafka.topics.orders.partitions: must be a whole number, without quotes',
    ],
  },
  {
    name: 'half a replica',
    services: 'orders: { kafka: { topics: { orders: { replicationFactor: 1.5 } } } }',
    want: [
      'services.yaml:2:61: services.orders.kafka.topics.orders.replicationFactor: must be a whole number',
    ],
  },
  {
    name: 'a misspelt key of a topic',
    services: 'orders: { kafka: { topics: { orders: { replicas: 3 } } } }',
    want: [
      'services.yaml:2:42: services.orders.kafka.topics.orders.replicas: unknown key (allowed here: partitions, replicationFactor, config, allow)',
    ],
  },
  {
    name: 'a config that is a list',
    services: 'orders: { kafka: { topics: { orders: { config: { cleanup.policy: [compact, delete] } } } } }',
    want: [
      'services.yaml:2:52: services.orders.kafka.topics.orders.config["cleanup.policy"]: must be text, a number, true or false',
    ],
  },
  {
    name: 'a topic and a prefix at once',
    services: 'orders: { kafka: { produces: [{ topic: a, prefix: b }] } }',
    want: [
      'services.yaml:2:33: services.orders.kafka.produces[0]: takes "topic" or "prefix", not both (what it writes to: topics, or mappings. Gives WRITE and DESCRIBE)',
    ],
  },
  {
    name: 'neither topic nor prefix',
    services: 'orders: { kafka: { produces: [{ transactionalId: a }] } }',
    want: ['services.yaml:2:33: services.orders.kafka.produces[0]: needs "topic" or "prefix"'],
  },
  {
    name: 'all topics by a star',
    services: 'orders: { kafka: { produces: ["*"] } }',
    want: [
      'services.yaml:2:33: services.orders.kafka.produces[0].topic: stands for every topic: say so in `grants`, with a reason',
    ],
  },
  {
    name: "a prefix that reaches the brokers' topics",
    services: 'orders: { kafka: { produces: [{ prefix: _ }] } }',
    want: [
      "services.yaml:2:43: services.orders.kafka.produces[0].prefix: would reach the brokers' own topics, such as __consumer_offsets",
    ],
  },
  {
    name: 'consuming as text',
    services: 'orders: { kafka: { consumes: [orders] } }',
    want: [
      'services.yaml:2:33: services.orders.kafka.consumes[0]: must be a mapping, not text (what it reads: [{ topic or prefix, group }]. Gives READ and DESCRIBE on the topic, READ on the group)',
    ],
  },
  {
    name: 'consuming without a group',
    services: 'orders: { kafka: { consumes: [{ topic: orders }] } }',
    want: [
      'services.yaml:2:33: services.orders.kafka.consumes[0].group: is missing (the consumer group: Kafka divides the messages among all members of a group)',
    ],
  },
  {
    name: 'every group',
    services: 'orders: { kafka: { consumes: [{ topic: orders, group: "*" }] } }',
    want: [
      'services.yaml:2:57: services.orders.kafka.consumes[0].group: stands for all of them here: say so in `grants`, with a reason',
    ],
  },
  {
    name: 'a transactional id of two services',
    services: `orders: { kafka: { produces: [{ topic: a, transactionalId: tx }] } }
billing: { kafka: { produces: [{ topic: b, transactionalId: tx }] } }
`,
    want: [
      "services.yaml:3:63: billing produces with the transactional id tx of orders: each would fence the other's producer (give each service a transactional id of its own) [first used by orders: services.yaml:2:62]",
    ],
  },
  {
    name: 'a Streams application without an id',
    services: 'orders: { kafka: { streams: {} } }',
    want: [
      'services.yaml:2:22: services.orders.kafka.streams.applicationId: is missing (its application.id: the group, and what internal topics begin with)',
    ],
  },
  {
    name: "a Streams application that reaches another's topics",
    services: `orders: { kafka: { streams: { applicationId: billing } } }
billing: { kafka: { topics: { billing-invoices: { allow: {} } } } }
`,
    want: [
      'services.yaml:2:48: the internal topics billing-* of orders reach topic billing-invoices, which billing owns (give the application an id that nothing of another service begins with) [billing declares it here: services.yaml:3:33]',
    ],
  },
  {
    name: 'a quota of nothing',
    services: 'orders: { kafka: { quota: {} } }',
    want: [
      'services.yaml:2:22: services.orders.kafka.quota: sets no quota (write producerByteRate, consumerByteRate or requestPercentage, or leave it out)',
    ],
  },
  {
    name: 'a quota of zero',
    services: 'orders: { kafka: { quota: { producerByteRate: 0 } } }',
    want: ['services.yaml:2:49: services.orders.kafka.quota.producerByteRate: must be more than 0'],
  },
  {
    name: 'a host by its name',
    services: 'orders: { kafka: { hosts: [orders.internal] } }',
    want: [
      'services.yaml:2:30: services.orders.kafka.hosts[0]: must be an IP address: Kafka compares no host names',
    ],
  },
  {
    name: 'an unknown style of grants',
    services: 'orders: { kafka: { grantStyle: wide } }',
    want: ['services.yaml:2:34: services.orders.kafka.grantStyle: must be "minimal" or "kafka-acls"'],
  },
  {
    name: 'producing without consent',
    services: `orders: { kafka: { produces: [invoices] } }
billing: { kafka: { topics: { invoices: { allow: { consume: [orders] } } } } }
`,
    want: [
      'services.yaml:2:33: orders produces topic invoices, but billing, which owns it, does not allow that (add orders to `allow: { publish: […] }` of topic invoices, in the file of billing) [billing says who may publish: services.yaml:3:45]',
    ],
  },
  {
    name: 'consuming without consent',
    services: `orders: { kafka: { consumes: [{ topic: invoices, group: orders }] } }
billing: { kafka: { topics: { invoices: { allow: { publish: [orders] } } } } }
`,
    want: [
      'services.yaml:2:33: orders consumes topic invoices, but billing, which owns it, does not allow that (add orders to `allow: { consume: […] }` of topic invoices, in the file of billing) [billing says who may consume: services.yaml:3:45]',
    ],
  },
  {
    name: 'a prefix without consent',
    services: `orders: { kafka: { consumes: [{ prefix: inv, group: orders }] } }
billing: { kafka: { topics: { invoices: { allow: {} }, inventory: { allow: { consume: [orders] } } } } }
`,
    want: [
      'services.yaml:2:33: orders consumes topic invoices (through inv*), but billing, which owns it, does not allow that (add orders to `allow: { consume: […] }` of topic invoices, in the file of billing) [billing says who may consume: services.yaml:3:45]',
    ],
  },
  {
    name: 'a grant of everything without consent',
    services: `orders: { kafka: { grants: [{ resource: topic, name: "*", operations: [read], reason: why }] } }
billing: { kafka: { topics: { invoices: { allow: {} } } } }
`,
    want: [
      'services.yaml:2:31: orders is granted reading of topic invoices (through *), but billing, which owns it, does not allow that (add orders to `allow: { consume: […] }` of topic invoices, in the file of billing) [billing says who may consume: services.yaml:3:45]',
    ],
  },
  {
    name: 'a grant without a reason',
    services: 'orders: { kafka: { grants: [{ resource: topic, name: a, operations: [read] }] } }',
    want: [
      'services.yaml:2:31: services.orders.kafka.grants[0].reason: is missing (why intent does not say it: for those who review the rule)',
    ],
  },
  {
    name: 'a grant on an unknown resource',
    services:
      'orders: { kafka: { grants: [{ resource: topics, name: a, operations: [read], reason: why }] } }',
    want: [
      'services.yaml:2:43: services.orders.kafka.grants[0].resource: must be "topic", "group", "cluster", "transactional_id", "delegation_token" or "user"',
    ],
  },
  {
    name: 'a grant without a name',
    services: 'orders: { kafka: { grants: [{ resource: topic, operations: [read], reason: why }] } }',
    want: ['services.yaml:2:31: services.orders.kafka.grants[0].name: is missing: which topic?'],
  },
  {
    name: 'a grant of nothing',
    services: 'orders: { kafka: { grants: [{ resource: topic, name: a, operations: [], reason: why }] } }',
    want: [
      'services.yaml:2:59: services.orders.kafka.grants[0].operations: must name at least one operation',
    ],
  },
  {
    name: 'an operation that a group does not know',
    services:
      'orders: { kafka: { grants: [{ resource: group, name: a, operations: [read, write], reason: why }] } }',
    want: [
      'services.yaml:2:78: services.orders.kafka.grants[0].operations[1]: means nothing on a group (a group takes all, read, describe, delete, describe_configs, alter_configs)',
    ],
  },
  {
    name: 'a cluster by another name',
    services:
      'orders: { kafka: { grants: [{ resource: cluster, name: kafka, operations: [alter], reason: why }] } }',
    want: [
      'services.yaml:2:58: services.orders.kafka.grants[0].name: of a cluster can only be kafka-cluster',
    ],
  },
  {
    name: 'a cluster by a prefix',
    services:
      'orders: { kafka: { grants: [{ resource: cluster, pattern: prefixed, operations: [alter], reason: why }] } }',
    want: [
      'services.yaml:2:61: services.orders.kafka.grants[0].pattern: must be literal on a cluster, which has one name',
    ],
  },
];
