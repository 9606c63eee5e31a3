import { z } from 'zod';
import { authSchema, clientTlsSchema, globList } from '../../../topology/parts.ts';
import { principalProblem } from '../names.ts';
import { grantSchema } from './grants.ts';
import { checkedName, hostName, literalName, topicName, topicPrefix, usedTopic } from './parts.ts';
import { quotaSchema, topicSizes } from './sizes.ts';

const allowSchema = z
  .strictObject({
    publish: globList().optional().describe('Services that may produce to it. Default: none.'),
    consume: globList().optional().describe('Services that may consume it. Default: none.'),
  })
  .describe('The other services that may use the topic. Default: any that asks; with it, none but these.');

const topicSchema = z.strictObject({ ...topicSizes("the broker's"), allow: allowSchema.optional() });

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

export const serviceSchema = z
  .strictObject({
    principal: checkedName(principalProblem)
      .optional()
      .describe("The principal without User:, such as CN=orders,OU=shop. Default: the service's name."),
    auth: authSchema.optional(),
    tls: clientTlsSchema.optional(),
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

export type KafkaService = z.infer<typeof serviceSchema>;
export type KafkaTopic = z.infer<typeof topicSchema>;
