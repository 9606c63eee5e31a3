import { z } from 'zod';
import { globList, name } from '../../../topology/parts.ts';
import { bindingSchema } from './declared.ts';
import { aliasSchema, brokerName, nameOr, routingKey } from './parts.ts';

/** What a service does with exchanges, queues and other services. */

export const publishSchema = z.preprocess(
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

export const queueUseSchema = z.preprocess(
  nameOr('queue'),
  z.strictObject({ queue: brokerName().describe('The queue.'), vhost: aliasSchema('Where it is.') }),
);

export const servedSchema = z.preprocess(
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

export const callSchema = z.preprocess(
  nameOr('service'),
  z.strictObject({
    service: name().describe('The service that serves.'),
    queue: brokerName().optional().describe('One of the queues that it serves. Default: all of them.'),
  }),
);

/** `true` makes them; with `bindings` they may be bound, too. */
export const temporarySchema = z
  .union([
    z.boolean(),
    z.strictObject({
      bindings: z.array(bindingSchema).describe('What it binds such queues to: [{ exchange, routingKeys }].'),
    }),
  ])
  .transform((given) => (typeof given === 'object' ? given : given ? { bindings: [] } : undefined));
