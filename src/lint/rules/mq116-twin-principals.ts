import type { TopologyRule } from '../rule.ts';

export const twinPrincipals: TopologyRule = {
  id: 'MQ116',
  name: 'twin-principals',
  severity: 'warning',
  summary: 'Two users or principals differ in case alone.',
  why: `Brokers tell \`order-service\` from \`Order-Service\`: each has a password and rights of its own. People do not, and neither do many
directories and file systems: a right, a rotation or a block meant for one is given to the other.`,
  instead: 'Names in lower case, everywhere.',
  *inTopology({ sites }) {
    for (const { landscape, principals, port } of sites) {
      const placed = new Map(landscape.services.map((service) => [service.name, service]));
      const alike = Map.groupBy(principals, ([principal]) => principal.toLowerCase());
      for (const [first, ...others] of alike.values()) {
        if (first === undefined) continue;
        for (const [principal, service] of others) {
          const [at, before] = [placed.get(service), placed.get(first[1])];
          if (at === undefined || before === undefined) continue;
          yield {
            position: at.locate([]),
            message: `${service} is ${principal} on ${port.title}, which differs from ${first[0]} in case alone`,
            hint: 'use another name',
            service,
            related: [{ message: `${first[1]} is here`, position: before.locate([]) }],
          };
        }
      }
    }
  },
};
