import { z } from 'zod';
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
import { lockVhost } from './names.ts';
import {
  argumentsSchema,
  brokerName,
  emptyIsDefault,
  endpoint,
  exchangeOrDefault,
  nameOr,
  routingKey,
  sortedTags,
} from './parts.ts';

/** RabbitMQ's sections of a topology. Whatever is not a key here is an error, never a silence. */

const allowSchema = z
  .strictObject({
    publish: globList()
      .optional()
      .describe('Services that may publish to it, or have it as a target. Default: none.'),
    consume: globList().optional().describe('Services that may consume it, or bind to it. Default: none.'),
  })
  .describe('The other services that may use it. Default: any that asks; with it, none but these.');

const bindingSchema = z
  .strictObject({
    exchange: brokerName().describe('The source exchange, in the same vhost.'),
    routingKey: routingKey()
      .optional()
      .describe('The binding key, at most 255 bytes (AMQP). Default: empty.'),
    routingKeys: z
      .array(routingKey())
      .min(1, 'must name at least one routing key')
      .optional()
      .describe('Several binding keys: one binding each. Not beside routingKey.'),
    arguments: argumentsSchema
      .optional()
      .describe('Arguments of the binding, as a headers exchange reads them.'),
  })
  .meta({ not: { required: ['routingKey', 'routingKeys'] } })
  .superRefine((binding, context) => {
    if (binding.routingKey === undefined || binding.routingKeys === undefined) return;
    const message = 'cannot stand beside "routingKeys": write one of the two';
    context.addIssue({ code: 'custom', path: ['routingKey'], message });
  });

const exchangeForm = {
  anyOf: [{ enum: ['direct', 'fanout', 'topic', 'headers'] }, { pattern: '^x-[a-z0-9-]+$' }],
};
const exchangeType = z
  .string()
  .meta(exchangeForm)
  .refine((type) => /^(direct|fanout|topic|headers|x-[a-z0-9-]+)$/.test(type), {
    message: 'must be direct, fanout, topic, headers, or the x-… type of a plugin',
  });

const exchangeSchema = z.preprocess(
  emptyIsDefault,
  z.strictObject({
    type: exchangeType.default('direct').describe('Its type; x-… is that of a plugin.'),
    durable: z.boolean().default(true).describe('Whether it outlives a restart of the broker.'),
    autoDelete: z.boolean().default(false).describe('Whether it goes with the last binding from it.'),
    internal: z.boolean().default(false).describe('Whether only exchanges can publish to it, and no client.'),
    alternateExchange: brokerName().optional().describe('Where messages go that no binding takes.'),
    arguments: argumentsSchema.optional().describe('Further arguments of its declaration.'),
    bindings: z
      .array(bindingSchema)
      .optional()
      .describe(
        'Exchanges that it receives from: [{ exchange, routingKey }]. Each asks to consume its source.',
      ),
    allow: allowSchema.optional(),
  }),
);

const queueType = z.enum(['classic', 'quorum', 'stream']);

const queueSchema = z.preprocess(
  emptyIsDefault,
  z.strictObject({
    type: queueType.optional().describe("Its type. Default: the vhost's defaultQueueType, else classic."),
    durable: z
      .boolean()
      .default(true)
      .describe('Whether it outlives a restart; only classic queues can be transient.'),
    arguments: argumentsSchema
      .optional()
      .describe('Further arguments, such as x-message-ttl (ms), x-max-length.'),
    deadLetter: z
      .strictObject({
        exchange: exchangeOrDefault().describe(
          'The exchange, or "" for the default one: then routingKey is a queue.',
        ),
        routingKey: routingKey()
          .optional()
          .describe("The routing key to give them. Default: the message's own."),
      })
      .optional()
      .describe('Where refused and expired messages go. It asks to publish there.'),
    bindings: z
      .array(bindingSchema)
      .optional()
      .describe(
        'Exchanges that it receives from: [{ exchange, routingKey }]. Each asks to consume its source.',
      ),
    allow: allowSchema.optional(),
  }),
);

const publishSchema = z.preprocess(
  nameOr('exchange'),
  z.strictObject({
    exchange: brokerName().describe('The exchange.'),
    vhost: aliasSchema('Where it is.'),
    routingKeys: z
      .array(routingKey())
      .min(1, 'must name at least one routing key')
      .optional()
      .describe(
        'Only these keys, with * and #; on topic exchanges only (RabbitMQ checks no others). Default: all.',
      ),
  }),
);

const queueUseSchema = z.preprocess(
  nameOr('queue'),
  z.strictObject({ queue: brokerName().describe('The queue.'), vhost: aliasSchema('Where it is.') }),
);

const servedSchema = z.preprocess(
  nameOr('queue'),
  z.strictObject({
    queue: brokerName().describe('The queue of requests; it is made if the service does not declare it.'),
    exchange: brokerName().optional().describe('The exchange that callers publish to. Default: QUEUE.calls.'),
    replies: brokerName().optional().describe('The exchange that it replies by. Default: QUEUE.replies.'),
    allow: globList()
      .optional()
      .describe('Services that may call it. Default: allow.publish of the queue, else any.'),
  }),
);

const callSchema = z.preprocess(
  nameOr('service'),
  z.strictObject({
    service: name().describe('The service that serves.'),
    queue: brokerName().optional().describe('One of the queues that it serves. Default: all of them.'),
  }),
);

/** `true` makes them; with `bindings` they may be bound, too. */
const temporarySchema = z
  .union([
    z.boolean(),
    z.strictObject({
      bindings: z.array(bindingSchema).describe('What it binds such queues to: [{ exchange, routingKeys }].'),
    }),
  ])
  .transform((given) => (typeof given === 'object' ? given : given ? { bindings: [] } : undefined));

/**
 * Literal patterns: of the permission, or with `exchange` of the topic permission on it. `anyKey` names exchanges without a topic
 * permission, on which every routing key is allowed.
 */
const grantSchema = z
  .strictObject({
    configure: name().optional().describe('A pattern of names that it may declare and delete.'),
    write: name().optional().describe('A pattern of names that it may write to.'),
    read: name().optional().describe('A pattern of names that it may read.'),
    vhost: aliasSchema('Where it holds.'),
    exchange: brokerName()
      .optional()
      .describe(
        'With it, write and read are the topic permission on this exchange, instead of the one that follows.',
      ),
    anyKey: z
      .array(brokerName())
      .min(1, 'must name at least one exchange')
      .optional()
      .describe('Exchanges without a topic permission: every routing key is allowed on them.'),
    reason: name().describe('Why intent does not say it: for those who review the grant.'),
  })
  .meta({ anyOf: ['configure', 'write', 'read', 'anyKey'].map((right) => ({ required: [right] })) })
  .superRefine((grant, context) => {
    const message = grantProblem(grant);
    if (message !== undefined) context.addIssue({ code: 'custom', message });
  });

interface WrittenGrant {
  readonly configure?: string | undefined;
  readonly write?: string | undefined;
  readonly read?: string | undefined;
  readonly exchange?: string | undefined;
  readonly anyKey?: readonly string[] | undefined;
}

function grantProblem({ configure, write, read, exchange, anyKey }: WrittenGrant): string | undefined {
  const patterns = configure ?? write ?? read;
  if (anyKey !== undefined) {
    return patterns === undefined && exchange === undefined ? undefined : 'takes "anyKey" and "reason" only';
  }
  if (exchange === undefined)
    return patterns === undefined ? 'must name at least one of "configure", "write" and "read"' : undefined;
  if (configure !== undefined)
    return 'takes "write" and "read" with "exchange": nothing else has routing keys';
  return write === undefined || read === undefined
    ? 'needs both "write" and "read" with "exchange"'
    : undefined;
}

const userLimits = z
  .strictObject({
    maxConnections: integer({ min: 0 })
      .optional()
      .describe('Connections of the user, over all nodes. Default: no limit.'),
    maxChannels: integer({ min: 0 })
      .optional()
      .describe('Channels of the user, over all nodes. Default: no limit.'),
  })
  .describe('Limits of the user; what is not named is removed.');

/** What an environment may set for one service. */
const sizesSchema = z
  .strictObject({
    limits: userLimits.optional().describe('Limits that win over those of the service, each for itself.'),
  })
  .describe("Limits of the service's user in this environment.");

export const serviceSchema = z
  .preprocess(
    emptyIsDefault,
    z.strictObject({
      user: brokerName().optional().describe("The user's name. Default: the service's."),
      auth: authSchema.default('password'),
      vhost: name()
        .optional()
        .describe(
          "Where it lives, with all that it owns: an alias from vhosts. Default: the environment's vhost.",
        ),
      tags: sortedTags().optional().describe('Tags of the user: management, monitoring, … Default: none.'),
      limits: userLimits.optional(),
      declares: z
        .boolean()
        .default(false)
        .describe(
          'It declares its own exchanges and queues at start. By default mqwarden does, and it may not.',
        ),
      namespace: brokerName()
        .optional()
        .describe(
          'NS: configure on NS.queue.* and NS.exchange.*, write on NS.exchange.*, read on NS.queue.*.',
        ),
      exchanges: z
        .record(z.string(), exchangeSchema)
        .optional()
        .describe('The exchanges that it owns, by name.'),
      queues: z.record(z.string(), queueSchema).optional().describe('The queues that it owns, by name.'),
      publishes: z
        .array(publishSchema)
        .optional()
        .describe('The exchanges that it publishes to: names, or mappings. Gives write on them.'),
      consumes: z
        .array(queueUseSchema)
        .optional()
        .describe('The queues that it consumes: names, or mappings. Gives read on them.'),
      sends: z
        .array(queueUseSchema)
        .optional()
        .describe(
          'Queues that it sends to by the default exchange. Gives write on amq.default: every queue of the vhost.',
        ),
      calls: z
        .array(callSchema)
        .optional()
        .describe('The services that it sends requests to and reads replies of: names, or mappings.'),
      serves: z
        .array(servedSchema)
        .optional()
        .describe('The queues of requests that it answers: names, or mappings.'),
      temporaryQueues: temporarySchema
        .optional()
        .describe(
          'Whether it makes queues that the server names (amq.gen-…); a mapping says what it binds them to.',
        ),
      grants: z
        .array(grantSchema)
        .optional()
        .describe(
          'Literal patterns, [{ configure, write, read, reason }], where intent does not say it; allow of owners binds them, too.',
        ),
    }),
  )
  .describe('What the service does on RabbitMQ. With it, it has a user there.');

/** A vhost as services speak of it. */
function aliasSchema(lead: string) {
  return name()
    .optional()
    .describe(
      `${lead} An alias from vhosts of the environment, or default. Default: where the service lives.`,
    );
}

const appliesTo = z.enum(['all', 'queues', 'classic_queues', 'quorum_queues', 'streams', 'exchanges']);

function policySchema(usual: z.infer<typeof appliesTo>) {
  return z.strictObject({
    pattern: name().describe("The names that it is for: a regular expression of the broker's, not anchored."),
    applyTo: appliesTo.default(usual).describe('What it is for. Single queue types need RabbitMQ 3.12.'),
    priority: integer().default(0).describe('Of several that match, the one with the highest rules alone.'),
    definition: argumentsSchema
      .refine((settings) => Object.keys(settings).length > 0, { message: 'must set something' })
      .describe('What it sets: message-ttl, max-length, dead-letter-exchange and the like.'),
  });
}

const vhostSchema = z.preprocess(
  nameOr('name'),
  z.strictObject({
    name: brokerName()
      .refine((value) => value !== lockVhost, {
        message: `is where mqwarden's own lock lives: use another name`,
      })
      .describe('Its name on the broker; it is made if it is not there.'),
    description: text().optional().describe('What it is, for people. Default: as it is.'),
    tags: sortedTags().optional().describe('Its tags. Default: as they are.'),
    defaultQueueType: queueType.optional().describe('For queues that name no type. Default: as it is.'),
    limits: z
      .strictObject({
        maxConnections: integer({ min: 0 })
          .optional()
          .describe('Connections to the vhost. Default: no limit.'),
        maxQueues: integer({ min: 0 }).optional().describe('Queues in the vhost. Default: no limit.'),
      })
      .optional()
      .describe('Limits of the vhost; what is not named is removed.'),
    policies: z
      .record(brokerName(), policySchema('all'))
      .optional()
      .describe('The policies of the vhost, by name. What is not declared is left as it is.'),
    operatorPolicies: z
      .record(brokerName(), policySchema('queues'))
      .optional()
      .describe('The operator policies of the vhost, by name: limits that no user policy can lift.'),
  }),
);

export const environmentSchema = z
  .strictObject({
    managementUrl: endpoint('https:', 'https://rabbitmq.internal:15671').describe(
      'https://host:port of the management API. May use ${MQWARDEN_NAME} and a default.',
    ),
    amqpsUrl: endpoint('amqps:', 'amqps://rabbitmq.internal:5671')
      .optional()
      .describe(
        'amqps://host:port, for services and for the lock of apply. May use ${MQWARDEN_NAME} and a default.',
      ),
    vhost: vhostSchema.describe("The environment's own vhost: a name, or a mapping."),
    vhosts: z
      .record(name(), vhostSchema)
      .optional()
      .describe('Further vhosts, by the alias that services call them by: names, or mappings.'),
    tls: tlsSchema.optional(),
    admin: adminSchema,
    naming: z
      .strictObject({
        user: namingTemplate('service').describe('Of users, with {service} in it once: {service}.staging.'),
      })
      .optional()
      .describe('How users are named here, to tell environments on one broker apart. Default: as declared.'),
  })
  .superRefine(({ vhost, vhosts = {} }, context) => {
    const names = new Map([[vhost.name, '"vhost"']]);
    for (const [alias, { name: named }] of Object.entries(vhosts)) {
      const problem = aliasProblem(alias, names.get(named));
      if (problem !== undefined) context.addIssue({ code: 'custom', path: ['vhosts', alias], ...problem });
      names.set(named, JSON.stringify(alias));
    }
  })
  .describe('The RabbitMQ broker of the environment. Without it, the environment has no RabbitMQ.');

/** The word by which a service that lives in a named vhost speaks of the environment's own. */
export const mainVhost = 'default';

function aliasProblem(alias: string, twin: string | undefined) {
  if (alias === mainVhost) {
    const hint = 'give it another name: services mean by this one the vhost of the environment';
    return { message: `must not be called "${mainVhost}"`, params: { hint } };
  }
  if (twin === undefined) return undefined;
  const hint = `leave it out; services reach the environment's own vhost as "${mainVhost}"`;
  return { message: `is the same vhost as ${twin}`, params: { hint } };
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
