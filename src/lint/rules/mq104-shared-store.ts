import type { Spot } from '../../core/rule.ts';
import { storePlace } from '../../topology/stores.ts';
import type { TopologyRule, View } from '../rule.ts';

export const sharedStore: TopologyRule = {
  id: 'MQ104',
  name: 'shared-store',
  severity: 'error',
  summary: 'Two environments keep the credentials of their services in one store.',
  why: `A credential is found by the names of the broker and of the service, which are the same in every environment: the last apply
wins, and whoever may read the secrets of staging reads those of production.`,
  instead:
    'A path of its own for each environment: `secrets: vault:secret/production`, `secrets: vault:secret/staging`.',
  inTopology: ({ topology, environments }) => {
    const stored = environments.filter(({ secrets }) => secrets !== undefined);
    const same = Map.groupBy(stored, (environment) => storePlace(topology, environment));
    return [...same.values()].flatMap((some) => shared(topology, some));
  },
};

function shared(
  topology: View['topology'],
  [first, ...others]: readonly { readonly name: string }[],
): Spot[] {
  if (first === undefined) return [];
  const at = (name: string) => topology.locate(['environments', name, 'secrets']);
  return others.map(({ name }) => ({
    position: at(name),
    message: `${name} keeps its credentials where ${first.name} does`,
    hint: 'give each environment a path of its own',
    related: [{ message: `${first.name} names it here`, position: at(first.name) }],
  }));
}
