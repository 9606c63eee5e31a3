import type { TopologyRule } from '../rule.ts';

export const noStore: TopologyRule = {
  id: 'MQ109',
  name: 'no-secret-store',
  severity: 'warning',
  summary: 'An environment has services with passwords, and no store to keep them in.',
  why: `mqwarden makes a password for each new user and writes it to the store before the broker hears of it. Without a store it can make no
user, and rotate none: somebody makes passwords by hand, and sends them by chat.`,
  instead: '`secrets: vault:secret/production`, or another [store](../secrets.md).',
  *inTopology({ topology, environments, sites }) {
    for (const { name, secrets } of environments) {
      if (secrets !== undefined) continue;
      const here = sites.filter(({ environment }) => environment === name);
      const withPassword = here.flatMap(({ port, landscape }) =>
        landscape.services.filter((service) => port.identity(service).by === 'password'),
      );
      if (withPassword.length === 0) continue;
      yield {
        position: topology.locate(['environments', name]),
        message: `${name} has services with passwords, and no store to keep them in`,
        hint: 'name one: secrets: vault:MOUNT/PATH, aws-sm:PREFIX or file:FOLDER',
      };
    }
  },
};
