import type { Spot } from '../../core/rule.ts';
import type { TopologyRule, View } from '../rule.ts';

type Service = View['topology']['services'] extends ReadonlyMap<string, infer One> ? One : never;

export const storeCollision: TopologyRule = {
  id: 'MQ107',
  name: 'store-collision',
  severity: 'error',
  summary: 'Two services have one place in the secret store.',
  why: `Some stores tell less apart than the topology does. In environment variables \`.\`, \`-\` and \`_\` are the same and there is no
lower case; in files, systems that know no case (macOS, Windows) write the credential of one service over that of the other. One of the
two then logs in as the other, or not at all.`,
  instead: 'Names that differ in more than case and punctuation.',
  *inTopology({ topology, environments }) {
    for (const { name: environment, secrets = '' } of environments) {
      const fold = foldOf(secrets);
      if (fold === undefined) continue;
      const by = Map.groupBy(topology.services.values(), ({ name }) => fold(name));
      for (const [first, ...others] of by.values()) {
        if (first === undefined) continue;
        for (const other of others) {
          const both = [...other.sections.keys()].filter((broker) => first.sections.has(broker));
          if (both.length > 0) yield collision(topology, environment, first, other);
        }
      }
    }
  },
};

/** What of a name a store can tell apart; undefined where it is all of it. */
function foldOf(store: string): ((name: string) => string) | undefined {
  if (store.startsWith('env:')) return (name) => name.replace(/[.-]/g, '_').toUpperCase();
  return store.startsWith('file:') ? (name) => name.toLowerCase() : undefined;
}

function collision(topology: View['topology'], environment: string, first: Service, other: Service): Spot {
  const at = ({ under, name }: Service) => topology.locate([under, name]);
  return {
    position: at(other),
    message: `the store of ${environment} may not tell ${other.name} from ${first.name}`,
    hint: 'use names that differ in more than case and punctuation',
    service: other.name,
    related: [{ message: `${first.name} is here`, position: at(first) }],
  };
}
