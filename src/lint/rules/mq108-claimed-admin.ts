import { matchesAny } from '../../core/glob.ts';
import type { TopologyRule } from '../rule.ts';
import { environmentSection } from '../sections.ts';

export const claimedAdmin: TopologyRule = {
  id: 'MQ108',
  name: 'claimed-admin',
  severity: 'warning',
  summary: 'The administrator has a name that the environment claims for services.',
  why: `A claim says which users are those of services. One that matches the administrator, who has every right, makes it look like one
of them: to whoever reads the broker's users, to rules and audits that go by names, and to the next person who cleans up.`,
  instead: 'A user of its own for mqwarden, which no claim matches: `provisioner`.',
  *inTopology({ sites }) {
    for (const site of sites) {
      const { environment, claims } = site.landscape;
      const { username } = environmentSection(site).admin;
      if (!matchesAny(claims, username)) continue;
      yield {
        position: environment.locate(['admin', 'username']),
        message: `the claims of ${site.environment} match its administrator ${username} on ${site.port.title}`,
        hint: 'give mqwarden a user of its own, which no claim matches',
      };
    }
  },
};
