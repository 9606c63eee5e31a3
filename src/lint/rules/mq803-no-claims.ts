import type { TopologyRule } from '../rule.ts';

export const noClaims: TopologyRule = {
  id: 'MQ803',
  name: 'no-claims',
  severity: 'note',
  summary: 'An environment claims no names for its services.',
  why: `A service that is taken out of the topology leaves its user, its password and its rights on the broker. Without \`claims\`, nothing tells
mqwarden that they were ever the topology's: plan does not report them, and \`--prune\` leaves them where they are.`,
  instead:
    "What your names begin or end with: `claims: { rabbitmq: { users: '*-service' } }`; or each that goes, under `removed`.",
  *inTopology({ sites }) {
    for (const { environment: name, port, landscape } of sites) {
      if (landscape.claims.length > 0) continue;
      yield {
        position: landscape.environment.locate([]),
        message: `${name} claims no names on ${port.title}: what a service leaves behind there is reported by nothing`,
        hint: `write claims with what the names of your ${port.schema.principals} begin or end with`,
      };
    }
  },
};
