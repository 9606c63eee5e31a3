import { matchesAny } from '../../core/glob.ts';
import { isOurs, withoutGeneration } from '../../core/naming.ts';
import type { EnvironmentSite, TopologyRule } from '../rule.ts';
import { environmentSection } from '../sections.ts';

export const claimedNeighbour: TopologyRule = {
  id: 'MQ115',
  name: 'claimed-neighbour',
  severity: 'error',
  summary: 'An environment claims the administrator of another one on the same cluster.',
  why: `Each environment leaves its own administrator alone, and knows nothing of the others'. A claim makes of that user one that nobody declares:
\`--prune\` deletes it, and the other environment cannot be provisioned any more.`,
  instead: `Claims that fit services alone, \`*-service.staging\`; or the other administrator among the \`protected\`:
\`protected: { kafka: { principals: [provisioner] } }\`.`,
  *inTopology({ sites }) {
    for (const site of sites) {
      for (const other of sites) {
        if (!areNeighbours(site, other)) continue;
        const { username } = environmentSection(other).admin;
        if (!wouldPrune(site, other, username)) continue;
        yield {
          position: site.landscape.environment.locate([]),
          message: `the claims of ${site.environment} match ${username}, the administrator of ${other.environment} on the same ${site.port.title}: --prune deletes it`,
          hint: 'narrow the claims, or add it to protected',
          related: [
            {
              message: `${other.environment} names it here`,
              position: other.landscape.environment.locate(['admin', 'username']),
            },
          ],
        };
      }
    }
  },
};

function areNeighbours(a: EnvironmentSite, b: EnvironmentSite): boolean {
  if (a.environment === b.environment || a.broker !== b.broker || !a.placed || !b.placed) return false;
  const known = new Set(a.port.endpoints(a.landscape.environment.section));
  return b.port.endpoints(b.landscape.environment.section).some((one) => known.has(one));
}

function wouldPrune(site: EnvironmentSite, other: EnvironmentSite, user: string): boolean {
  const { claims, protected: kept } = site.landscape;
  if (user === environmentSection(site).admin.username || matchesAny(kept, user)) return false;
  if (!matchesAny(claims, user) && !matchesAny(claims, withoutGeneration(user))) return false;
  return isOurs(site.port.realms(site.landscape), [other.port.realms(other.landscape)])('user', user);
}
