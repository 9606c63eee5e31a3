import type { Landscape, Placed } from '../core/broker.ts';
import { UsageError } from '../core/errors.ts';
import type { Topology } from './topology.ts';

/**
 * What the topology says of one environment on one broker; undefined where the environment has no section for it. Throws
 * UsageError where there is no such environment.
 */
export function landscape(
  topology: Topology,
  environment: string,
  broker: { readonly name: string },
): Landscape<unknown, unknown> | undefined {
  const declared = topology.environments.get(environment);
  if (declared === undefined) {
    const names = [...topology.environments.keys()].join(', ');
    throw new UsageError(`the topology has no environment ${JSON.stringify(environment)}`, `it has: ${names}`);
  }
  if (!declared.sections.has(broker.name)) return undefined;
  const place = (kind: string, name: string, section: unknown): Placed<unknown> => ({
    name,
    section,
    locate: (path) => topology.locate([kind, name, broker.name, ...path]),
  });
  const services = [...topology.services.values()]
    .filter(({ sections }) => sections.has(broker.name))
    .map(({ name, under, sections, suspended, formerly }) => ({
      ...place(under, name, sections.get(broker.name)),
      suspended,
      formerly,
    }));
  return {
    environment: {
      ...place('environments', environment, declared.sections.get(broker.name)),
      production: declared.production,
    },
    services,
    removed: [...topology.removed].map(([service, position]) => ({ service, principal: service, position })),
    claims: declared.claims.get(broker.name) ?? [],
    protected: declared.protected.get(broker.name) ?? [],
  };
}
