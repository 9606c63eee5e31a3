import type { Unit } from './merge.ts';
import type { BrokerSections, unitSchemas } from './schema.ts';
import type { EnvironmentDeclaration, ServiceDeclaration, ServiceKey } from './topology.ts';

/** From what the schemas let through to what a topology declares. Pure. */

export type EnvironmentOutput = ReturnType<typeof unitSchemas>['environment']['_zod']['output'];
type ServiceOutput = ReturnType<typeof unitSchemas>['service']['_zod']['output'];

export function environmentOf(
  { name, data }: Unit,
  output: EnvironmentOutput,
  brokers: readonly BrokerSections[],
): EnvironmentDeclaration {
  return {
    name,
    production: output.production ?? (name === 'production' || name === 'prod'),
    sections: sectionsOf(output, brokers),
    override: sectionsOf(output.override ?? {}, brokers),
    sizes: new Map(
      Object.entries(output.services ?? {}).map(([service, sizes]) => [service, sectionsOf(sizes, brokers)]),
    ),
    secrets: output.secrets,
    claims: globsOf(output.claims, brokers),
    protected: globsOf(output.protected, brokers),
    written: data,
  };
}

export function serviceOf(
  name: string,
  under: ServiceKey,
  output: ServiceOutput,
  brokers: readonly BrokerSections[],
): ServiceDeclaration {
  const { owner, description, suspended = false, formerly = [], rotation } = output;
  return { name, under, owner, description, suspended, formerly, rotation, sections: sectionsOf(output, brokers) };
}

function sectionsOf(
  output: Readonly<Record<string, unknown>>,
  brokers: readonly BrokerSections[],
): ReadonlyMap<string, unknown> {
  return new Map(
    brokers.map(({ name }) => [name, output[name]] as const).filter(([, section]) => section !== undefined),
  );
}

function globsOf(
  output: EnvironmentOutput['claims'],
  brokers: readonly BrokerSections[],
): ReadonlyMap<string, readonly string[]> {
  return new Map(brokers.map(({ name, schema }) => [name, output?.[name]?.[schema.principals] ?? []]));
}

