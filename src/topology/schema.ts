import { modes } from '../core/rotation/words.ts';
import { z } from 'zod';
import type { BrokerSchema } from '../core/broker.ts';
import { parseReference, schemes, storeProblem, supportedStores } from '../secrets/reference.ts';
import { globList, name, text } from './parts.ts';

/** A broker as far as loading needs it. */
export interface BrokerSections {
  readonly name: string;
  readonly schema: BrokerSchema;
}

/** The schemas of one environment and of one service, composed from the sections of the brokers. */
export function unitSchemas(brokers: readonly BrokerSections[]) {
  return { environment: environmentSchema(brokers), service: serviceSchema(brokers) };
}

function environmentSchema(brokers: readonly BrokerSections[]) {
  return z.strictObject({
    production: z
      .boolean()
      .optional()
      .describe('Whether it is production. Default: true for the names production and prod.'),
    secrets: store()
      .optional()
      .describe("Where the services' credentials are kept: file:FOLDER, relative to this file; vault:MOUNT or vault:MOUNT/PATH; aws-sm:PREFIX; and for reading alone env:PREFIX or exec:COMMAND."),
    claims: globsByBroker(brokers)
      .optional()
      .describe('Globs over whole names of the principals that are yours; the topology itself is held to them.'),
    protected: globsByBroker(brokers)
      .optional()
      .describe('Globs over whole names of principals that are never touched and never listed.'),
    override: z
      .strictObject(partial(brokers, 'override'))
      .optional()
      .describe('Sizes for all services in this environment; never grants.'),
    services: z
      .record(name(), z.strictObject(partial(brokers, 'sizes')))
      .optional()
      .describe('Sizes of single services in this environment, by name; never grants. They win over override.'),
    ...sections(brokers, 'environment'),
  });
}

function serviceSchema(brokers: readonly BrokerSections[]) {
  return z.strictObject({
    owner: name().optional().describe('The team that answers for it.'),
    description: text().optional().describe('What it is, for people.'),
    suspended: z
      .boolean()
      .optional()
      .describe('The emergency stop: no grants, and a credential that is refused. Default: false.'),
    formerly: z
      .array(name())
      .min(1)
      .optional()
      .describe('Names that it had: while one lives, its grants are kept equal; --prune deletes it.'),
    rotation: z
      .enum(modes)
      .optional()
      .describe(
        'How its password is rotated: dual (default: by a second user) or in-place (the same user, for who depends on its name).',
      ),
    ...sections(brokers, 'service'),
  });
}

/** One file of a topology as an editor should know it; how files are joined is merge.ts's matter. */
export function fileSchema(brokers: readonly BrokerSections[]) {
  const { environment, service } = unitSchemas(brokers);
  return z.strictObject({
    version: z.literal(1).optional().describe('The version of this language: 1. In one file at least.'),
    name: name().optional().describe('The name of the topology: plans and the audit log carry it.'),
    environments: z
      .record(name(), environment)
      .optional()
      .describe('Where services land, by name. Each environment stands in one file.'),
    services: z
      .record(name(), service)
      .optional()
      .describe('What each service does, by name: the same in every environment. Each stands in one file.'),
    principals: z
      .record(name(), service)
      .optional()
      .describe('Principals that are not services (an exporter, Connect, an operator), with the same keys.'),
    removed: z
      .array(name())
      .optional()
      .describe('Tombstones: users and principals of these names are deleted, with their grants.'),
  });
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
        z
          .strictObject({ [broker.schema.principals]: globList().describe('One glob or a list; only * is special.') })
          .optional()
          .describe(`On ${broker.name}.`),
      ]),
    ),
  );
}

/** The reference of a store: one of the schemes that can keep many secrets, without a field. */
function store() {
  const form = { pattern: `^(${schemes.join('|')}):[^#]+$` };
  return z.string().meta(form).superRefine((value, context) => {
    const parsed = parseReference(value);
    const wrong = parsed.ok ? storeProblem(parsed.reference) : undefined;
    if (parsed.ok && wrong === undefined) return;
    const problem = wrong === undefined ? 'must be the reference of a store of secrets' : `a store of secrets ${wrong}`;
    const hint = `write ${supportedStores.join(' or ')}, such as file:credentials`;
    context.addIssue({ code: 'custom', message: problem, params: { hint } });
  });
}
