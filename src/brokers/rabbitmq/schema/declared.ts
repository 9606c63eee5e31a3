import { z } from 'zod';
import { globList } from '../../../topology/parts.ts';
import { argumentsSchema, brokerName, emptyIsDefault, exchangeOrDefault, routingKey } from './parts.ts';

/** Exchanges and queues, with what is bound to them and who else may use them. */

const allowSchema = z
  .strictObject({
    publish: globList()
      .optional()
      .describe('Services that may publish to it, or have it as a target. Default: none.'),
    consume: globList().optional().describe('Services that may consume it, or bind to it. Default: none.'),
  })
  .describe('The other services that may use it. Default: any that asks; with it, none but these.');

export const bindingSchema = z
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

export const exchangeSchema = z.preprocess(
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

export const queueType = z.enum(['classic', 'quorum', 'stream']);

export const queueSchema = z.preprocess(
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

export type ExchangeSection = z.output<typeof exchangeSchema>;
export type QueueSection = z.output<typeof queueSchema>;
export type BindingSection = z.output<typeof bindingSchema>;
