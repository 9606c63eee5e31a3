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
import { principalProblem, topicNameProblem, topicPrefixProblem } from './names.ts';
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

/** For editors: the checks above say it better. */
const topicForm = { pattern: '^(?!__)[a-zA-Z0-9._-]{1,249}$' };
const topicName = () => checkedName(topicNameProblem).meta(topicForm);
const topicPrefix = () => checkedName(topicPrefixProblem).meta(topicForm);

/** Kafka reads the literal name `*` in an ACL as every resource of the type: intent must not say that by accident. */
const literalName = () =>
  checkedName((value) =>
    value === '*' ? 'stands for all of them here: say so in `grants`, with a reason' : undefined,
  );

/** The same for a topic that a service uses. */
const usedTopic = () =>
  checkedName((value) =>
    value === '*' ? 'stands for every topic: say so in `grants`, with a reason' : topicNameProblem(value),
  ).meta(topicForm);

const endpointForm = /^(?:\[[0-9A-Fa-f:.]+\]|[^\s:/@[\]]+):(\d{1,5})$/;

/** For editors: with a port, or with a variable that may hold it. */
const endpointHint = { pattern: '(:[0-9]{1,5}|\\$\\{MQWARDEN_[^}]*\\})$' };

const endpoint = () =>
  z
    .string()
    .meta(endpointHint)
    .superRefine((value, context) => {
      const port = Number(endpointForm.exec(value)?.[1] ?? Number.NaN);
      if (port >= 1 && port <= 65_535) return;
      const params = {
        hint: 'write the host and port of a SASL_SSL listener, such as kafka-1.internal:9093',
      };
      context.addIssue({ code: 'custom', message: 'must be host:port', params });
    });

export const environmentSchema = z
  .strictObject({
    brokers: z
      .array(endpoint())
      .min(1, 'must name at least one broker')
      .describe(
        'host:port of SASL_SSL listeners with SCRAM-SHA-512. May use ${MQWARDEN_NAME} and a default.',
      ),
    tls: tlsSchema.optional(),
    admin: adminSchema,
    naming: z
      .strictObject({
        user: namingTemplate('service')
          .optional()
          .describe('Of users and principals, with {service} in it once: {service}.staging.'),
        topic: topicTemplate()
          .optional()
          .describe('Of topics and prefixes of topics, with {name} in it once: staging.{name}.'),
        group: namingTemplate('name').optional().describe('Of consumer groups, with {name} in it once.'),
        transactionalId: namingTemplate('name')
          .optional()
          .describe('Of transactional ids, with {name} in it once.'),
      })
      .optional()
      .describe(
        'How things are named here, to tell environments on one cluster apart. Default: as declared.',
      ),
  })
  .describe('The Kafka cluster of the environment. Without it, the environment has no Kafka.');

function topicTemplate() {
  return namingTemplate('name').superRefine((value, context) => {
    const problem = topicNameProblem(value.replace(/\{[^}]*\}/, 'name'));
    if (problem !== undefined) context.addIssue({ code: 'custom', message: `gives a name that ${problem}` });
  });
}

const allowSchema = z
  .strictObject({
    publish: z.array(name()).optional().describe('Services that may produce to it. Default: none.'),
    consume: z.array(name()).optional().describe('Services that may consume it. Default: none.'),
  })
  .describe('The other services that may use the topic. Default: any that asks; with it, none but these.');

const topicSizes = (otherwise: string) => ({
  partitions: integer({ min: 1, max: 2_147_483_647 })
    .optional()
    .describe(`How many partitions. Default: ${otherwise}. They can grow, never shrink: Kafka's rule.`),
  replicationFactor: integer({ min: 1, max: 32_767 })
    .optional()
    .describe(
      `How many brokers hold each partition. Default: ${otherwise}. A later change is blocked: it moves data.`,
    ),
  config: z
    .record(name(), scalar())
    .optional()
    .describe(
      'Topic configs by their Kafka names, such as retention.ms. Others are reset; without it, left alone.',
    ),
});

const topicSchema = z.strictObject({ ...topicSizes("the broker's"), allow: allowSchema.optional() });

/** What an environment may set for all topics. */
export const overrideSchema = z
  .strictObject({
    replicationFactor: topicSizes('as declared').replicationFactor,
    config: z
      .record(name(), scalar())
      .optional()
      .describe("Topic configs that win over the topics' own, each for itself."),
  })
  .describe('For every topic: wins over what the topic says.');

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

const eitherTarget = { oneOf: [{ required: ['topic'] }, { required: ['prefix'] }] };

/** `orders` is short for `{ topic: orders }`. */
const asIntent = (value: unknown) => (typeof value === 'string' ? { topic: value } : value);

const producesSchema = z.preprocess(
  asIntent,
  z
    .strictObject({
      topic: usedTopic().optional().describe('The topic. Either this or a prefix.'),
      prefix: topicPrefix().optional().describe('All topics whose names begin so (a PREFIXED rule).'),
      transactionalId: literalName()
        .optional()
        .describe('The transactional id of its producer: no two services may have the same.'),
      idempotent: z
        .boolean()
        .optional()
        .describe(
          'An idempotent producer. Needs no further right since Kafka 3.0, but with grantStyle kafka-acls.',
        ),
    })
    .superRefine(oneTarget)
    .meta(eitherTarget),
);

const consumesSchema = z
  .strictObject({
    topic: usedTopic().optional().describe('The topic. Either this or a prefix.'),
    prefix: topicPrefix().optional().describe('All topics whose names begin so (a PREFIXED rule).'),
    group: literalName().describe(
      'The consumer group: Kafka divides the messages among all members of a group.',
    ),
  })
  .superRefine(oneTarget)
  .meta(eitherTarget);

const positive = () => z.number().positive('must be more than 0');

/** The broker refuses fractions of a byte, but not of a percent. */
const byteRate = () => positive().int('must be a whole number of bytes').optional();

const quotaSchema = z
  .strictObject({
    producerByteRate: byteRate().describe('Bytes a second that it may produce, on each broker.'),
    consumerByteRate: byteRate().describe('Bytes a second that it may fetch, on each broker.'),
    requestPercentage: positive()
      .optional()
      .describe("Percent of one broker thread's time for its requests (200: two threads)."),
  })
  .refine((quota) => Object.values(quota).some((value) => value !== undefined), {
    message: 'sets no quota',
    params: { hint: 'write producerByteRate, consumerByteRate or requestPercentage, or leave it out' },
  })
  .describe("Quotas of the service's user (KIP-546). At least one of the three.");

/** What an environment may set for one service. */
export const sizesSchema = z
  .strictObject({
    topics: z
      .record(topicName(), z.strictObject(topicSizes('as declared')))
      .optional()
      .describe('Topics that the service declares, by name: sizes only. Each key wins for itself.'),
    quota: quotaSchema.optional().describe('Quotas that win over those of the service, each for itself.'),
  })
  .describe("Sizes of the service's topics, and its quota.");

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
    resource: z.enum(words<ResourceType>(resourceTypes)).describe('What the rule is about.'),
    name: name()
      .optional()
      .describe('Its name, or * for all. For cluster only: may be left out (kafka-cluster).'),
    pattern: z
      .enum(['literal', 'prefixed'])
      .default('literal')
      .describe('Whether the name is one name or the beginning of many.'),
    operations: z
      .array(z.enum(words<Operation>(operations)))
      .min(1, 'must name at least one operation')
      .describe('What may be done. Which operations a resource knows is a rule of Kafka.'),
    permission: z
      .enum(['allow', 'deny'])
      .default('allow')
      .describe('A DENY wins over every ALLOW. Removing one later widens access: --allow-widening.'),
    host: hostName()
      .optional()
      .describe('The only address that it holds for, an IP address. Default: hosts, else *.'),
    reason: name().describe('Why intent does not say it: for those who review the rule.'),
  })
  .superRefine((grant, context) => {
    const problem = grantNameProblem(grant);
    if (problem !== undefined) context.addIssue({ code: 'custom', path: ['name'], message: problem });
    if (grant.resource === 'cluster' && grant.pattern === 'prefixed') {
      context.addIssue({
        code: 'custom',
        path: ['pattern'],
        message: 'must be literal on a cluster, which has one name',
      });
    }
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

export const serviceSchema = z
  .strictObject({
    principal: checkedName(principalProblem)
      .optional()
      .describe("The principal without User:, such as CN=orders,OU=shop. Default: the service's name."),
    auth: authSchema.optional(),
    topics: z
      .record(
        topicName(),
        z.preprocess((value) => value ?? {}, topicSchema),
      )
      .optional()
      .describe(
        'The topics that it owns, by name: letters, digits, ".", "_", "-", at most 249 (Kafka\'s rule).',
      ),
    produces: z
      .array(producesSchema)
      .optional()
      .describe('What it writes to: topics, or mappings. Gives WRITE and DESCRIBE.'),
    consumes: z
      .array(consumesSchema)
      .optional()
      .describe(
        'What it reads: [{ topic or prefix, group }]. Gives READ and DESCRIBE on the topic, READ on the group.',
      ),
    streams: z
      .strictObject({
        applicationId: topicPrefix().describe(
          'Its application.id: the group, and what internal topics begin with.',
        ),
      })
      .optional()
      .describe(
        'A Kafka Streams application. Gives what it needs on names that begin with "<applicationId>-".',
      ),
    quota: quotaSchema.optional(),
    createTopics: z
      .boolean()
      .optional()
      .describe('Whether it creates the topics that it produces to (CREATE on them). Default: false.'),
    grantStyle: z
      .enum(['minimal', 'kafka-acls'])
      .optional()
      .describe('minimal, or exactly what kafka-acls --producer and --consumer give. Default: minimal.'),
    hosts: z
      .array(hostName())
      .min(1, 'must name at least one address')
      .optional()
      .describe('IP addresses that its rules hold for. Default: * (any): Kafka compares no host names.'),
    grants: z
      .array(grantSchema)
      .optional()
      .describe(
        'Literal ACLs, [{ resource, name, operations, reason }], where intent does not say it; allow of owners binds them, too.',
      ),
  })
  .describe('What the service does on Kafka. With it, it has a principal there.');

export type KafkaEnvironment = z.infer<typeof environmentSchema>;
export type KafkaService = z.infer<typeof serviceSchema>;
export type KafkaOverride = z.infer<typeof overrideSchema>;
export type KafkaSizes = z.infer<typeof sizesSchema>;
export type KafkaTopic = z.infer<typeof topicSchema>;
export type KafkaGrant = z.infer<typeof grantSchema>;
