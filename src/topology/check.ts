import type { Broker } from '../core/broker.ts';
import { type Problem, TopologyError } from '../core/errors.ts';
import { showPath } from './places.ts';
import type { Topology } from './topology.ts';

/**
 * Users and everything on Kafka are global to a cluster: two environments on one endpoint would delete each other's.
 * Throws TopologyError that names both.
 */
export function checkEnvironments(
  topology: Topology,
  brokers: readonly Pick<Broker, 'name' | 'endpoints'>[],
): void {
  const problems = brokers.flatMap((broker) => sharedEndpoints(topology, broker));
  if (problems.length > 0) throw new TopologyError(problems);
}

function sharedEndpoints(topology: Topology, broker: Pick<Broker, 'name' | 'endpoints'>): Problem[] {
  const owners = new Map<string, string>();
  const problems: Problem[] = [];
  for (const { name, sections } of topology.environments.values()) {
    const section = sections.get(broker.name);
    if (section === undefined) continue;
    const position = topology.locate(['environments', name, broker.name]);
    for (const endpoint of new Set(broker.endpoints(section))) {
      const first = owners.get(endpoint);
      if (first === undefined) {
        owners.set(endpoint, name);
        continue;
      }
      const related = [
        { message: `${first} is here`, position: topology.locate(['environments', first, broker.name]) },
      ];
      const where = showPath(['environments', name, broker.name]);
      const message = `${where}: the environments ${first} and ${name} share the endpoint ${endpoint}`;
      const hint = 'users and principals are global to a cluster: give each environment its own';
      problems.push({ message, position, hint, related });
    }
  }
  return problems;
}
