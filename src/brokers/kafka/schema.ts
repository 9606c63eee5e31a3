import { z } from 'zod';
import {
  adminSchema,
  authSchema,
  integer,
  name,
  namingTemplate,
  scalar,
  tlsSchema,
} from '../../topology/parts.ts';
import { topicNameProblem, topicPrefixProblem } from './names.ts';
import {
  clusterName,
  type Operation,
  operations,
  operationsOf,
  type ResourceType,
  resourceTypes,
} from './words.ts';

/** The Kafka sections of a topology. Every object is strict: a key that mqwarden does not know is an error. */

type Check = (value: string) => string | undefined;

function checkedName(check: Check) {
  return name().superRefine((value, context) => {
    const message = check(value);
    if (message !== undefined) context.addIssue({ code: 'custom', message });
  });
}

const topicName = () => checkedName(topicNameProblem);
const topicPrefix = () => checkedName(topicPrefixProblem);

/** Kafka reads the literal name `*` in an ACL as every resource of the type: intent must not say that by accident. */
const literalName = () =>
  checkedName((value) =>
    value === '*' ? 'stands for all of them here: say so in `grants`, with a reason' : undefined,
  );

const endpointForm = /^(?:\[[0-9A-Fa-f:.]+\]|[^\s:/@[\]]+):(\d{1,5})$/;

const endpoint = () =>
  z.string().superRefine((value, context) => {
    const port = Number(endpointForm.exec(value)?.[1] ?? Number.NaN);
    if (port >= 1 && port <= 65_535) return;
    const params = { hint: 'write the host and port of a SASL_SSL listener, such as kafka-1.internal:9093' };
    context.addIssue({ code: 'custom', message: 'must be host:port', params });
  });

export const environmentSchema = z.strictObject({
  brokers: z.array(endpoint()).min(1, 'must name at least one broker'),
  tls: tlsSchema.optional(),
  admin: adminSchema,
  naming: z
    .strictObject({
      user: namingTemplate('service').optional(),
      topic: topicTemplate().optional(),
      group: namingTemplate('name').optional(),
      transactionalId: namingTemplate('name').optional(),
    })
    .optional(),
});

function topicTemplate() {
  return namingTemplate('name').superRefine((value, context) => {
    const problem = topicNameProblem(value.replace(/\{[^}]*\}/, 'name'));
    if (problem !== undefined) context.addIssue({ code: 'custom', message: problem });
  });
}

const allowSchema = z.strictObject({
  publish: z.array(name()).optional(),
  consume: z.array(name()).optional(),
});

const topicSizes = {
  partitions: integer({ min: 1, max: 2_147_483_647 }).optional(),
  replicationFactor: integer({ min: 1, max: 32_767 }).optional(),
  config: z.record(name(), scalar()).optional(),
};

const topicSchema = z.strictObject({ ...topicSizes, allow: allowSchema.optional() });

/** What an environment may set for all topics. */
export const overrideSchema = z.strictObject({
  replicationFactor: topicSizes.replicationFactor,
  config: topicSizes.config,
});

/** Exactly one of `topic` and `prefix`. */
function oneTarget(
  intent: { topic?: string | undefined; prefix?: string | undefined },
  context: z.core.$RefinementCtx,
) {
  if ((intent.topic === undefined) !== (intent.prefix === undefined)) return;
  const message =
    intent.topic === undefined ? 'needs "topic" or "prefix"' : 'takes "topic" or "prefix", not both';
  context.addIssue({ code: 'custom', message });
}

/** `orders` is short for `{ topic: orders }`. */
const asIntent = (value: unknown) => (typeof value === 'string' ? { topic: value } : value);

const producesSchema = z.preprocess(
  asIntent,
  z
    .strictObject({
      topic: topicName().optional(),
      prefix: topicPrefix().optional(),
      transactionalId: literalName().optional(),
      idempotent: z.boolean().optional(),
    })
    .superRefine(oneTarget),
);

const consumesSchema = z
  .strictObject({
    topic: topicName().optional(),
    prefix: topicPrefix().optional(),
    group: literalName(),
  })
  .superRefine(oneTarget);

const rate = () => z.number().positive('must be more than 0').optional();

const quotaSchema = z
  .strictObject({ producerByteRate: rate(), consumerByteRate: rate(), requestPercentage: rate() })
  .refine((quota) => Object.values(quota).some((value) => value !== undefined), { message: 'sets no quota' });

/** What an environment may set for one service. */
export const sizesSchema = z.strictObject({
  topics: z.record(topicName(), z.strictObject(topicSizes)).optional(),
  quota: quotaSchema.optional(),
});

const hostName = () =>
  checkedName((value) =>
    /^(?:\*|[0-9A-Fa-f]*[.:][0-9A-Fa-f:.]*)$/.test(value)
      ? undefined
      : 'must be an IP address: Kafka compares no host names',
  );

const words = <Word extends string>(table: Readonly<Record<Word, unknown>>) =>
  Object.keys(table) as [Word, ...Word[]];

const grantSchema = z
  .strictObject({
    resource: z.enum(words<ResourceType>(resourceTypes)),
    name: name().optional(),
    pattern: z.enum(['literal', 'prefixed']).default('literal'),
    operations: z.array(z.enum(words<Operation>(operations))).min(1, 'must name at least one operation'),
    permission: z.enum(['allow', 'deny']).default('allow'),
    host: hostName().optional(),
    reason: name(),
  })
  .superRefine((grant, context) => {
    const problem = grantNameProblem(grant);
    if (problem !== undefined) context.addIssue({ code: 'custom', path: ['name'], message: problem });
    for (const [index, operation] of grant.operations.entries()) {
      if (operation === 'all' || operationsOf[grant.resource].includes(operation)) continue;
      const params = { hint: `a ${grant.resource} takes all, ${operationsOf[grant.resource].join(', ')}` };
      const message = `means nothing on a ${grant.resource}`;
      context.addIssue({ code: 'custom', path: ['operations', index], message, params });
    }
  });

interface NamedGrant {
  readonly resource: ResourceType;
  readonly name?: string | undefined;
  readonly pattern: string;
}

function grantNameProblem(grant: NamedGrant): string | undefined {
  if (grant.resource === 'cluster') {
    if (grant.pattern !== 'literal') return 'of a cluster cannot be a prefix';
    return grant.name === undefined || grant.name === clusterName
      ? undefined
      : `of a cluster can only be ${clusterName}`;
  }
  if (grant.name === undefined) return `is missing: which ${grant.resource}?`;
  if (grant.resource !== 'topic') return undefined;
  if (grant.pattern === 'prefixed') return topicPrefixProblem(grant.name);
  // An exporter may well need the brokers' own topics; the reason says why.
  return grant.name === '*' || grant.name.startsWith('__') ? undefined : topicNameProblem(grant.name);
}

const principalName = () =>
  checkedName((value) => {
    if (value === '*') return 'would stand for everyone';
    return value.startsWith('User:') ? 'is written without "User:"' : undefined;
  });

export const serviceSchema = z.strictObject({
  principal: principalName().optional(),
  auth: authSchema.optional(),
  topics: z
    .record(
      topicName(),
      z.preprocess((value) => value ?? {}, topicSchema),
    )
    .optional(),
  produces: z.array(producesSchema).optional(),
  consumes: z.array(consumesSchema).optional(),
  streams: z.strictObject({ applicationId: checkedName(topicPrefixProblem) }).optional(),
  quota: quotaSchema.optional(),
  createTopics: z.boolean().optional(),
  grantStyle: z.enum(['minimal', 'kafka-acls']).optional(),
  hosts: z.array(hostName()).min(1, 'must name at least one address').optional(),
  grants: z.array(grantSchema).optional(),
});

export type KafkaEnvironment = z.infer<typeof environmentSchema>;
export type KafkaService = z.infer<typeof serviceSchema>;
export type KafkaOverride = z.infer<typeof overrideSchema>;
export type KafkaSizes = z.infer<typeof sizesSchema>;
export type KafkaTopic = z.infer<typeof topicSchema>;
export type KafkaGrant = z.infer<typeof grantSchema>;
