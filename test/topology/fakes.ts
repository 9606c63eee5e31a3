import { z } from 'zod';
import { type Problem, TopologyError } from '../../src/core/errors.ts';
import { asWritten } from '../../src/core/naming.ts';
import { adminSchema, globList, integer, name, scalar, text, tlsSchema } from '../../src/topology/parts.ts';
import { parseTopology, type Topology } from '../../src/topology/load.ts';

/** Two small brokers, each with the shapes that real schemas have: records, unions, enumerations, references. */
export const fakeBrokers = [
  {
    name: 'rabbitmq',
    schema: {
      environment: z.strictObject({
        managementUrl: text(),
        vhost: z.union([name(), z.strictObject({ name: name(), tags: globList().optional() })]).optional(),
        tls: tlsSchema.optional(),
        admin: adminSchema,
      }),
      service: z.strictObject({
        queues: z
          .record(
            name().max(20),
            z.strictObject({
              type: z.enum(['classic', 'quorum']).optional(),
              durable: z.boolean().optional(),
              limit: integer({ min: 1, max: 1000 }).optional(),
            }),
          )
          .optional(),
        consumes: z.array(name()).optional(),
      }),
      principals: 'users',
      endpointKeys: ['managementUrl'],
    },
    land: <Land>(landscape: Land) => landscape,
    realms: () => [{ sort: 'topic', template: asWritten, key: ['naming', 'topic'], names: new Map() }],
    endpoints: (section: unknown) => [new URL((section as { managementUrl: string }).managementUrl).host],
  },
  {
    name: 'kafka',
    schema: {
      environment: z.strictObject({ brokers: z.array(name()).min(1), admin: adminSchema.optional() }),
      service: z.strictObject({
        topics: z.record(name(), z.strictObject({ config: z.record(name(), scalar()).optional() })).optional(),
      }),
      principals: 'principals',
      endpointKeys: ['brokers'],
    },
    land: <Land>(landscape: Land) => landscape,
    realms: () => [{ sort: 'topic', template: asWritten, key: ['naming', 'topic'], names: new Map() }],
    endpoints: (section: unknown) => (section as { brokers: string[] }).brokers,
  },
] as const;

export function parse(
  files: string | Readonly<Record<string, string>>,
  variables: Readonly<Record<string, string>> = {},
): Topology {
  const given = typeof files === 'string' ? { 'topology.yaml': files } : files;
  const texts = Object.entries(given).map(([file, content]) => ({ file, text: content }));
  return parseTopology(texts, fakeBrokers, variables);
}

/** The problems that `run` ends in; none if it ends well. */
export function problemsOf(run: () => unknown): readonly Problem[] {
  try {
    run();
  } catch (error) {
    if (error instanceof TopologyError) return error.problems;
    throw error;
  }
  return [];
}

export const head = 'version: 1\nname: shop\n';
export const environments = `environments:
  staging:
    rabbitmq:
      managementUrl: https://mq.internal:15671
      admin: { username: admin, password: "env:ADMIN" }
`;
export const services = `services:
  order-service:
    owner: orders
    rabbitmq:
      queues:
        order.queue.payments: { type: quorum, limit: 5 }
`;
export const whole = head + environments + services;
