import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { documents } from '../../scripts/docs/documents.ts';
import { type JsonSchema, topologySchema } from '../../scripts/docs/schema.ts';
import { brokers } from '../../src/brokers/index.ts';
import { topKeys } from '../../src/topology/merge.ts';
import { readFiles } from '../../src/topology/files.ts';
import { fileSchema } from '../../src/topology/schema.ts';
import { filesOf, topologies } from '../topology/arbitrary.ts';

const root = join(import.meta.dirname, '../..');
const schema = topologySchema();
const validate = new Ajv({ allowUnionTypes: true, strictRequired: false, strictTypes: false }).compile(
  schema,
);

/** Where the schema says no; nowhere if the data is valid. */
function refused(data: unknown): string[] {
  return validate(data)
    ? []
    : (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message ?? ''}`);
}

test.each([...(await documents())])('%s is as `npm run docs` makes it', (path, text) => {
  expect(readFileSync(join(root, path), 'utf8')).toBe(text);
});

test('there is no page of a rule that there is not', async () => {
  const made = new Set([...(await documents()).keys()]);
  const pages = readdirSync(join(root, 'docs/rules')).map((file) => `docs/rules/${file}`);
  expect(pages.filter((page) => !made.has(page))).toEqual([]);
});

describe('the JSON Schema of the topology', () => {
  test('has the keys of a file, and a description of each key below', () => {
    expect(Object.keys(schema.properties ?? {}).sort()).toEqual([...topKeys].sort());
    expect(undescribed(schema, '')).toEqual([]);
  });

  test('takes the reference topology', async () => {
    const files = await readFiles(join(root, 'topology'));
    expect(files.flatMap(({ text }) => refused(parse(text)))).toEqual([]);
  });

  test('takes random topologies, file by file', () => {
    fc.assert(
      fc.property(topologies(), (written) => {
        expect(filesOf(written).flatMap(({ text }) => refused(JSON.parse(text)))).toEqual([]);
      }),
      { numRuns: 100 },
    );
  });
});

const admin = { username: 'provisioner', password: 'env:PASSWORD' };
const rabbit = { managementUrl: 'https://rabbitmq.internal:15671', vhost: 'production', admin };
const kafka = { brokers: ['kafka-1.internal:9093'], admin };
const environment = (section: object) => ({ environments: { production: section } });
const service = (section: object) => ({ services: { 'order-service': section } });

/** What the language takes beyond plain mappings; the random topologies write most of it out. */
const good: readonly (readonly [string, object])[] = [
  ['a vhost by its name', environment({ rabbitmq: rabbit })],
  [
    'a vhost as a mapping',
    environment({ rabbitmq: { ...rabbit, vhost: { name: 'production' }, vhosts: { a: 'b' } } }),
  ],
  [
    'variables in endpoints',
    environment({
      rabbitmq: { ...rabbit, managementUrl: '${MQWARDEN_URL}' },
      kafka: { ...kafka, brokers: ['${MQWARDEN_HOST}:9093', '${MQWARDEN_K}'] },
    }),
  ],
  ['nothing where a mapping may be empty', service({ rabbitmq: null })],
  [
    'an empty queue, exchange and topic',
    service({ rabbitmq: { queues: { q: null }, exchanges: { e: null } }, kafka: { topics: { t: null } } }),
  ],
  [
    'names for mappings',
    service({
      rabbitmq: { publishes: ['e'], consumes: ['q'], sends: ['q'], calls: ['s'], serves: ['q'] },
      kafka: { produces: ['t'] },
    }),
  ],
  [
    'the same as mappings',
    service({
      rabbitmq: {
        publishes: [{ exchange: 'e', vhost: 'a', routingKeys: ['#'] }],
        calls: [{ service: 's', queue: 'q' }],
      },
      kafka: { produces: [{ prefix: 'a.', transactionalId: 't' }] },
    }),
  ],
  [
    'one glob or several',
    environment({ claims: { rabbitmq: { users: '*-service' }, kafka: { principals: ['a-*', 'b-*'] } } }),
  ],
  [
    'temporary queues',
    service({ rabbitmq: { temporaryQueues: { bindings: [{ exchange: 'e', routingKeys: ['a'] }] } } }),
  ],
  [
    'configs of any scalar',
    service({
      kafka: {
        topics: {
          t: { config: { 'retention.ms': 604800000, 'cleanup.policy': 'compact', preallocate: true } },
        },
      },
    }),
  ],
  ['names and tombstones', { principals: { exporter: { kafka: {} } }, removed: ['old-service'] }],
];

/** What the loader refuses and an editor should show at once. */
const bad: readonly (readonly [string, object])[] = [
  ['an unknown key at the top', { service: {} }],
  ['an unknown key in a service', service({ ownr: 'a' })],
  [
    'an unknown key deep down',
    service({ rabbitmq: { queues: { q: { bindings: [{ exchange: 'e', routingkey: 'k' }] } } } }),
  ],
  ['a literal password', environment({ rabbitmq: { ...rabbit, admin: { ...admin, password: 's3cret' } } })],
  [
    'a literal password on Kafka',
    environment({ kafka: { ...kafka, admin: { ...admin, password: 's3cret' } } }),
  ],
  ['a password in place of a store', environment({ secrets: 's3cret' })],
  [
    'a management API without TLS',
    environment({ rabbitmq: { ...rabbit, managementUrl: 'http://rabbitmq:15672' } }),
  ],
  ['a broker without a port', environment({ kafka: { ...kafka, brokers: ['kafka-1.internal'] } })],
  ['no administrator', environment({ kafka: { brokers: kafka.brokers } })],
  ['a number as text', service({ kafka: { topics: { t: { partitions: '6' } } } })],
  ['no partition', service({ kafka: { topics: { t: { partitions: 0 } } } })],
  ['a topic with a blank', service({ kafka: { topics: { 'a b': {} } } })],
  ['a topic and a prefix at once', service({ kafka: { produces: [{ topic: 'a', prefix: 'b' }] } })],
  ['consuming without a group', service({ kafka: { consumes: [{ topic: 'a' }] } })],
  [
    'a binding with two kinds of keys',
    service({
      rabbitmq: { queues: { q: { bindings: [{ exchange: 'e', routingKey: 'a', routingKeys: ['b'] }] } } },
    }),
  ],
  ['an unknown type of exchange', service({ rabbitmq: { exchanges: { e: { type: 'topical' } } } })],
  ['a grant without a reason', service({ rabbitmq: { grants: [{ read: '.*' }] } })],
  ['a grant of nothing', service({ rabbitmq: { grants: [{ reason: 'why' }] } })],
  ['a certificate without its key', environment({ kafka: { ...kafka, tls: { cert: 'a.pem' } } })],
  ['a naming without its placeholder', environment({ kafka: { ...kafka, naming: { topic: 'staging' } } })],
  ['grants in an environment', environment({ services: { a: { kafka: { produces: ['t'] } } } })],
];

test.each(good)('%s: valid', (_, data) => {
  expect(refused(data)).toEqual([]);
  // Variables are filled in before the loader looks.
  if (!JSON.stringify(data).includes('${')) expect(fileSchema(brokers).safeParse(data).success).toBe(true);
});

test.each(bad)('%s: not valid', (_, data) => {
  expect(refused(data)).not.toEqual([]);
  expect(fileSchema(brokers).safeParse(data).success).toBe(false);
});

/** The paths of keys that have no description. */
function undescribed(part: JsonSchema, path: string): string[] {
  const own = Object.entries(part.properties ?? {}).flatMap(([key, value]) => [
    ...(value.description === undefined ? [`${path}/${key}`] : []),
    ...undescribed(value, `${path}/${key}`),
  ]);
  const { additionalProperties: named, items, anyOf = [] } = part;
  const inside = [
    ...(typeof named === 'object' ? [named] : []),
    ...(items === undefined ? [] : [items]),
    ...anyOf,
  ];
  return [...own, ...inside.flatMap((one) => undescribed(one, `${path}/*`))];
}
