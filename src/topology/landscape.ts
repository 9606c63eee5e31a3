import type { Broker } from '../core/broker.ts';
import type { Landscape, Placed } from '../core/landscape.ts';
import { UsageError } from '../core/errors.ts';
import type { Path } from './places.ts';
import type { EnvironmentDeclaration, Topology } from './topology.ts';

/**
 * What the topology says of one environment on one broker; undefined where the environment has no section for it. Throws
 * UsageError where there is no such environment.
 */
export function landscape(
  topology: Topology,
  environment: string,
  broker: Pick<Broker, 'name' | 'land'>,
): Landscape<unknown, unknown> | undefined {
  const declared = topology.environments.get(environment) ?? topology.unplaced.get(environment);
  if (declared === undefined) {
    const names = [...topology.environments.keys()].join(', ');
    throw new UsageError(`the topology has no environment ${JSON.stringify(environment)}`, `it has: ${names}`);
  }
  if (!declared.sections.has(broker.name)) return undefined;
  return broker.land(written(topology, declared, broker.name));
}

/** As it stands in the files. */
function written(topology: Topology, declared: EnvironmentDeclaration, broker: string): Landscape<unknown, unknown> {
  const place = (path: Path, name: string, section: unknown): Placed<unknown> => ({
    name,
    section,
    locate: (rest) => topology.locate([...path, ...rest]),
  });
  const at = ['environments', declared.name];
  const override = declared.override.get(broker);
  return {
    environment: {
      ...place([...at, broker], declared.name, declared.sections.get(broker)),
      production: declared.production,
    },
    services: [...topology.services.values()]
      .filter(({ sections }) => sections.has(broker))
      .map(({ name, under, sections, suspended, formerly, rotation }) => ({
        ...place([under, name, broker], name, sections.get(broker)),
        suspended,
        formerly,
        rotation,
      })),
    removed: [...topology.removed].map(([service, position]) => ({ service, principal: service, position })),
    override: override === undefined ? undefined : place([...at, 'override', broker], declared.name, override),
    sizes: new Map(
      [...declared.sizes]
        .filter(([, sizes]) => sizes.has(broker))
        .map(([name, sizes]) => [name, place([...at, 'services', name, broker], name, sizes.get(broker))]),
    ),
    claims: declared.claims.get(broker) ?? [],
    protected: declared.protected.get(broker) ?? [],
  };
}
