import { z } from 'zod';
import { integer, name, placedTlsSchema, scalar } from '../../../topology/parts.ts';
import { topicName } from './parts.ts';

/** Sizes of topics and of what services may use: what an environment may set, too. */

export const topicSizes = (otherwise: string) => ({
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

const positive = () => z.number().positive('must be more than 0');

/** The broker refuses fractions of a byte, but not of a percent. */
const byteRate = () => positive().int('must be a whole number of bytes').optional();

export const quotaSchema = z
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
    tls: placedTlsSchema.optional(),
  })
  .describe("Sizes of the service's topics, its quota, and its certificate.");

export type KafkaOverride = z.infer<typeof overrideSchema>;
export type KafkaSizes = z.infer<typeof sizesSchema>;
