import { z } from 'zod';
import { authSchema, clientTlsSchema, integer, name, placedTlsSchema } from '../../../topology/parts.ts';
import { exchangeSchema, queueSchema } from './declared.ts';
import { grantSchema } from './grants.ts';
import { callSchema, publishSchema, queueUseSchema, servedSchema, temporarySchema } from './intents.ts';
import { brokerName, emptyIsDefault, sortedTags } from './parts.ts';

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
export const sizesSchema = z
  .strictObject({
    limits: userLimits.optional().describe('Limits that win over those of the service, each for itself.'),
    tls: placedTlsSchema.optional(),
  })
  .describe("Limits of the service's user in this environment, and its certificate.");

export const serviceSchema = z
  .preprocess(
    emptyIsDefault,
    z.strictObject({
      user: brokerName().optional().describe("The user's name. Default: the service's."),
      auth: authSchema.default('password'),
      tls: clientTlsSchema.optional(),
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

export type RabbitService = z.output<typeof serviceSchema>;
export type RabbitSizes = z.output<typeof sizesSchema>;
