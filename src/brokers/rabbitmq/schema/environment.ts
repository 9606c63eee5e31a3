import { z } from 'zod';
import { adminSchema, auditorSchema, integer, name, namingTemplate, serviceTlsSchema, text, tlsSchema } from '../../../topology/parts.ts';
import { lockVhost } from '../names.ts';
import { queueType } from './declared.ts';
import { argumentsSchema, brokerName, endpoint, nameOr, sortedTags } from './parts.ts';

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

export const vhostSchema = z.preprocess(
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
    serviceTls: serviceTlsSchema.optional(),
    admin: adminSchema,
    auditor: auditorSchema.optional(),
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

export type RabbitEnvironment = z.output<typeof environmentSchema>;
export type PolicySection = z.output<ReturnType<typeof policySchema>>;
export type VhostSection = z.output<typeof vhostSchema>;
