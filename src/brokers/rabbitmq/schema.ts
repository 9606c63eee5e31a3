import { z } from 'zod';
import type { JsonObject } from '../../core/json.ts';
import type { BrokerSchema } from '../../core/broker.ts';
import {
  adminSchema,
  authSchema,
  globList,
  integer,
  name,
  namingTemplate,
  text,
  tlsSchema,
} from '../../topology/parts.ts';
import { byteLength, lockVhost, longestName, nameProblem } from './names.ts';

/** RabbitMQ's sections of a topology. Whatever is not a key here is an error, never a silence. */

/** An endpoint with its only allowed scheme. No message repeats the URL: it may hold what it should not. */
function endpoint(protocol: 'https:' | 'amqps:', example: string) {
  return z.string().superRefine((value, context) => {
    const message = endpointProblem(value, protocol);
    if (message === undefined) return;
    context.addIssue({ code: 'custom', message, params: { hint: `write it as ${example}` } });
  });
}

function endpointProblem(value: string, protocol: string): string | undefined {
  const url = URL.parse(value);
  if (url === null || url.hostname === '') return 'must be a URL';
  if (url.protocol !== protocol) return `must begin with ${protocol}//, since everything goes over TLS`;
  if (url.username !== '' || url.password !== '') return 'must not contain credentials';
  if (url.search !== '' || url.hash !== '') return 'must not have a query or fragment';
  return undefined;
}

/** A name that the broker and its management API can take. */
function brokerName() {
  return name().superRefine((value, context) => {
    const problem = nameProblem(value);
    if (problem !== undefined && value !== '') context.addIssue({ code: 'custom', message: problem });
  });
}

/** The same, or '' for the default exchange. */
function exchangeOrDefault() {
  return text().superRefine((value, context) => {
    const problem = value === '' ? undefined : nameProblem(value);
    if (problem !== undefined) context.addIssue({ code: 'custom', message: problem });
  });
}

function routingKey() {
  return text().refine((value) => byteLength(value) <= longestName, {
    message: `is longer than ${longestName} bytes, which AMQP cannot carry`,
  });
}

/** A tag; the management API takes them as one text with commas. */
function tag() {
  return name().refine((value) => !value.includes(',') && value.trim() === value, {
    message: 'must not contain a comma, or blanks at its ends',
  });
}

function sortedTags() {
  return z.array(tag()).transform((tags): readonly string[] => [...new Set(tags)].sort());
}

/** `key:` with nothing after it means the same as `key: {}`. */
function emptyIsDefault(value: unknown): unknown {
  return value === null ? {} : value;
}

function nameOr(key: string) {
  return (value: unknown): unknown => (typeof value === 'string' ? { [key]: value } : value);
}

const argumentsSchema = z.record(z.string(), z.unknown()).transform((given, context): JsonObject => {
  const problem = argumentProblem(given);
  if (problem === undefined) return given as JsonObject;
  context.addIssue({
    code: 'custom',
    path: [...problem.path],
    message: problem.message,
    params: { hint: 'arguments are text, numbers, true, false, lists and maps of these' },
  });
  return z.NEVER;
});

interface ArgumentProblem {
  readonly path: readonly (string | number)[];
  readonly message: string;
}

/** What the management API's JSON could not carry to the broker as it was meant. */
function argumentProblem(
  value: unknown,
  path: readonly (string | number)[] = [],
): ArgumentProblem | undefined {
  if (typeof value === 'bigint') {
    return { path, message: "is too large: the management API's JSON cannot carry integers beyond 2^53" };
  }
  if (typeof value === 'number' && !Number.isFinite(value))
    return { path, message: 'must be a finite number' };
  if (typeof value === 'string' && !value.isWellFormed())
    return { path, message: 'is not well-formed unicode' };
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return undefined;
  if (typeof value !== 'object' || value === null) return { path, message: 'must have a value' };
  const entries: [string | number, unknown][] = Array.isArray(value)
    ? value.map((item: unknown, at) => [at, item])
    : Object.entries(value);
  for (const [key, item] of entries) {
    const problem = argumentProblem(item, [...path, key]);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

const allowSchema = z.strictObject({ publish: globList().optional(), consume: globList().optional() });

const bindingSchema = z
  .strictObject({
    exchange: brokerName(),
    routingKey: routingKey().optional(),
    routingKeys: z.array(routingKey()).min(1, 'must name at least one routing key').optional(),
    arguments: argumentsSchema.optional(),
  })
  .superRefine((binding, context) => {
    if (binding.routingKey === undefined || binding.routingKeys === undefined) return;
    const message = 'cannot stand beside "routingKeys": write one of the two';
    context.addIssue({ code: 'custom', path: ['routingKey'], message });
  });

const exchangeType = z.string().refine((type) => /^(direct|fanout|topic|headers|x-[a-z0-9-]+)$/.test(type), {
  message: 'must be direct, fanout, topic, headers, or the x-… type of a plugin',
});

const exchangeSchema = z.preprocess(
  emptyIsDefault,
  z.strictObject({
    type: exchangeType.default('direct'),
    durable: z.boolean().default(true),
    autoDelete: z.boolean().default(false),
    internal: z.boolean().default(false),
    alternateExchange: brokerName().optional(),
    arguments: argumentsSchema.optional(),
    bindings: z.array(bindingSchema).optional(),
    allow: allowSchema.optional(),
  }),
);

const queueType = z.enum(['classic', 'quorum', 'stream']);

const queueSchema = z.preprocess(
  emptyIsDefault,
  z.strictObject({
    type: queueType.optional(),
    durable: z.boolean().default(true),
    arguments: argumentsSchema.optional(),
    deadLetter: z
      .strictObject({ exchange: exchangeOrDefault(), routingKey: routingKey().optional() })
      .optional(),
    bindings: z.array(bindingSchema).optional(),
    allow: allowSchema.optional(),
  }),
);

const publishSchema = z.preprocess(
  nameOr('exchange'),
  z.strictObject({
    exchange: brokerName(),
    vhost: name().optional(),
    routingKeys: z.array(routingKey()).min(1, 'must name at least one routing key').optional(),
  }),
);

const queueUseSchema = z.preprocess(
  nameOr('queue'),
  z.strictObject({ queue: brokerName(), vhost: name().optional() }),
);

const servedSchema = z.preprocess(
  nameOr('queue'),
  z.strictObject({
    queue: brokerName(),
    exchange: brokerName().optional(),
    replies: brokerName().optional(),
    allow: globList().optional(),
  }),
);

const callSchema = z.preprocess(
  nameOr('service'),
  z.strictObject({ service: name(), queue: brokerName().optional() }),
);

/** `true` makes them; with `bindings` they may be bound, too. */
const temporarySchema = z
  .union([z.boolean(), z.strictObject({ bindings: z.array(bindingSchema) })])
  .transform((given) => (typeof given === 'object' ? given : given ? { bindings: [] } : undefined));

const grantSchema = z
  .strictObject({
    configure: name().optional(),
    write: name().optional(),
    read: name().optional(),
    vhost: name().optional(),
    reason: name(),
  })
  .refine((grant) => (grant.configure ?? grant.write ?? grant.read) !== undefined, {
    message: 'must name at least one of "configure", "write" and "read"',
  });

const userLimits = z.strictObject({
  maxConnections: integer({ min: 0 }).optional(),
  maxChannels: integer({ min: 0 }).optional(),
});

/** What an environment may set for one service. */
const sizesSchema = z.strictObject({ limits: userLimits.optional() });

export const serviceSchema = z.preprocess(
  emptyIsDefault,
  z.strictObject({
    user: brokerName().optional(),
    auth: authSchema.default('password'),
    vhost: name().optional(),
    tags: sortedTags().optional(),
    limits: userLimits.optional(),
    declares: z.boolean().default(false),
    namespace: brokerName().optional(),
    exchanges: z.record(z.string(), exchangeSchema).optional(),
    queues: z.record(z.string(), queueSchema).optional(),
    publishes: z.array(publishSchema).optional(),
    consumes: z.array(queueUseSchema).optional(),
    sends: z.array(queueUseSchema).optional(),
    calls: z.array(callSchema).optional(),
    serves: z.array(servedSchema).optional(),
    temporaryQueues: temporarySchema.optional(),
    grants: z.array(grantSchema).optional(),
  }),
);

const appliesTo = z.enum(['all', 'queues', 'classic_queues', 'quorum_queues', 'streams', 'exchanges']);

function policySchema(usual: z.infer<typeof appliesTo>) {
  return z.strictObject({
    pattern: name(),
    applyTo: appliesTo.default(usual),
    priority: integer().default(0),
    definition: argumentsSchema.refine((settings) => Object.keys(settings).length > 0, {
      message: 'must set something',
    }),
  });
}

const vhostSchema = z.preprocess(
  nameOr('name'),
  z.strictObject({
    name: brokerName().refine((value) => value !== lockVhost, {
      message: `is where mqwarden's own lock lives: use another name`,
    }),
    description: text().optional(),
    tags: sortedTags().optional(),
    defaultQueueType: queueType.optional(),
    limits: z
      .strictObject({
        maxConnections: integer({ min: 0 }).optional(),
        maxQueues: integer({ min: 0 }).optional(),
      })
      .optional(),
    policies: z.record(brokerName(), policySchema('all')).optional(),
    operatorPolicies: z.record(brokerName(), policySchema('queues')).optional(),
  }),
);

export const environmentSchema = z
  .strictObject({
    managementUrl: endpoint('https:', 'https://rabbitmq.internal:15671'),
    amqpsUrl: endpoint('amqps:', 'amqps://rabbitmq.internal:5671').optional(),
    vhost: vhostSchema,
    vhosts: z.record(name(), vhostSchema).optional(),
    tls: tlsSchema.optional(),
    admin: adminSchema,
    naming: z.strictObject({ user: namingTemplate('service') }).optional(),
  })
  .superRefine(({ vhost, vhosts = {} }, context) => {
    const names = new Map([[vhost.name, '"vhost"']]);
    for (const [alias, { name: named }] of Object.entries(vhosts)) {
      const problem = aliasProblem(alias, names.get(named));
      if (problem !== undefined) context.addIssue({ code: 'custom', path: ['vhosts', alias], ...problem });
      names.set(named, JSON.stringify(alias));
    }
  });

/** The word by which a service that lives in a named vhost speaks of the environment's own. */
export const mainVhost = 'default';

function aliasProblem(alias: string, twin: string | undefined) {
  if (alias === mainVhost) {
    const hint = 'give it another name: services mean by this one the vhost of the environment';
    return { message: `must not be called "${mainVhost}"`, params: { hint } };
  }
  return twin === undefined ? undefined : { message: `is the same vhost as ${twin}` };
}

export const schema: BrokerSchema = {
  environment: environmentSchema,
  service: serviceSchema,
  sizes: sizesSchema,
  principals: 'users',
  endpointKeys: ['managementUrl', 'amqpsUrl'],
  unknownEndpoints: { managementUrl: 'https://unknown.invalid', amqpsUrl: 'amqps://unknown.invalid' },
};

export type RabbitEnvironment = z.output<typeof environmentSchema>;
export type PolicySection = z.output<ReturnType<typeof policySchema>>;
export type VhostSection = z.output<typeof vhostSchema>;
export type RabbitService = z.output<typeof serviceSchema>;
export type RabbitSizes = z.output<typeof sizesSchema>;
export type ExchangeSection = z.output<typeof exchangeSchema>;
export type QueueSection = z.output<typeof queueSchema>;
export type BindingSection = z.output<typeof bindingSchema>;
export type GrantSection = z.output<typeof grantSchema>;
