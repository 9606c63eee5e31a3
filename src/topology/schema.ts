import { z } from 'zod';
import type { BrokerSchema } from '../core/broker.ts';
import { parseReference, supportedStores } from '../secrets/reference.ts';
import { globList, name, text } from './parts.ts';

/** A broker as far as loading needs it. */
export interface BrokerSections {
  readonly name: string;
  readonly schema: BrokerSchema;
}

/** The schemas of one environment and of one service, composed from the sections of the brokers. */
export function unitSchemas(brokers: readonly BrokerSections[]) {
  return {
    environment: z.strictObject({
      production: z.boolean().optional(),
      secrets: store().optional(),
      claims: globsByBroker(brokers).optional(),
      protected: globsByBroker(brokers).optional(),
      override: z.strictObject(partial(brokers, 'override')).optional(),
      services: z.record(name(), z.strictObject(partial(brokers, 'sizes'))).optional(),
      ...sections(brokers, 'environment'),
    }),
    service: z.strictObject({
      owner: name().optional(),
      description: text().optional(),
      suspended: z.boolean().optional(),
      formerly: z.array(name()).min(1).optional(),
      ...sections(brokers, 'service'),
    }),
  };
}

function sections(brokers: readonly BrokerSections[], of: 'environment' | 'service') {
  return Object.fromEntries(brokers.map((broker) => [broker.name, broker.schema[of].optional()]));
}

function partial(brokers: readonly BrokerSections[], of: 'override' | 'sizes') {
  return Object.fromEntries(
    brokers.flatMap(({ name, schema }) => {
      const part = schema[of];
      return part === undefined ? [] : [[name, part.optional()] as const];
    }),
  );
}

/** `claims` and `protected`: `{ rabbitmq: { users: GLOBS }, kafka: { principals: GLOBS } }`. */
function globsByBroker(brokers: readonly BrokerSections[]) {
  return z.strictObject(
    Object.fromEntries(
      brokers.map((broker) => [
        broker.name,
        z.strictObject({ [broker.schema.principals]: globList() }).optional(),
      ]),
    ),
  );
}

/** The reference of a store: one of the schemes that can keep many secrets, without a field. */
function store() {
  return z.string().superRefine((value, context) => {
    const parsed = parseReference(value);
    const problem = parsed.ok
      ? storeProblem(parsed.reference.scheme, parsed.reference.field)
      : 'must be the reference of a store of secrets';
    if (problem === undefined) return;
    const hint = `write ${supportedStores.join(' or ')}, such as file:credentials`;
    context.addIssue({ code: 'custom', message: problem, params: { hint } });
  });
}

function storeProblem(scheme: string, field: string | undefined): string | undefined {
  if (scheme === 'env') return 'an environment variable cannot be a store of secrets';
  if (field !== undefined) return 'a store of secrets is named without a #field';
  return undefined;
}
