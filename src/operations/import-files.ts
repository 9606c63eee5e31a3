import type { Broker } from '../core/broker.ts';
import type { Imported } from '../core/import/imported.ts';
import { asYaml } from '../topology/write.ts';
import { fileNames } from '../topology/file-names.ts';

export interface ImportedTopology {
  readonly topology: string;
  /** The environment that was read. */
  readonly environment: string;
  readonly environments: Readonly<Record<string, unknown>>;
  readonly imported: readonly (readonly [Pick<Broker, 'name' | 'title'>, Imported])[];
}

/** The files of an imported topology: the environments in one, each service in its own. Pure. */
export function topologyFiles(made: ImportedTopology): { file: string; text: string }[] {
  const names = [
    ...new Set(made.imported.flatMap(([, { services }]) => services.map(({ name }) => name))),
  ].sort();
  const files = fileNames(names);
  return [
    { file: 'environments.yaml', text: environmentsFile(made) },
    ...names.map((name) => ({ file: `services/${files.get(name) ?? ''}`, text: serviceFile(made, name) })),
  ];
}

function environmentsFile({ topology, environment, environments, imported }: ImportedTopology): string {
  const leftOut = imported.flatMap(([, one]) => one.leftOut);
  const lines = leftOut.map(({ address, reason }) => `${address}: ${reason}`);
  return asYaml({
    head: [`Imported from the brokers of environment ${environment}.`],
    data: { version: 1, name: topology, environments },
    foot: lines.length === 0 ? [] : ['Not imported, and left as it is:', ...lines],
  });
}

function serviceFile({ topology, environment, imported }: ImportedTopology, name: string): string {
  const parts = imported.flatMap(([broker, { services }]) =>
    services.filter((service) => service.name === name).map((service) => ({ broker, service })),
  );
  return asYaml({
    head: [`Imported from the brokers of environment ${environment}. Who owns it? Say so with "owner".`],
    data: {
      version: 1,
      name: topology,
      services: {
        [name]: Object.fromEntries(parts.map(({ broker, service }) => [broker.name, service.section])),
      },
    },
    comments: parts.flatMap(({ broker, service }) =>
      service.remarks.map(({ path, text }) => ({ path: ['services', name, broker.name, ...path], text })),
    ),
  });
}
