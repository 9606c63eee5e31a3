import { allowsIn } from '../allows.ts';
import type { TopologyRule } from '../rule.ts';
import { positionOf } from '../scalars.ts';

export const openAllow: TopologyRule = {
  id: 'MQ318',
  name: 'open-allow',
  severity: 'warning',
  summary: 'An owner allows whoever has a name that fits.',
  why: `\`allow\` is where an owner agrees to each service that reads or writes what is its own. A \`*\` in it agrees to services that do not exist
yet: whoever names one so has the messages, and the owner is never asked.`,
  instead: 'The services, one by one: `allow: { consume: [mail-service, invoice-service] }`.',
  *inTopology({ topology, files }) {
    for (const allowed of allowsIn(files)) {
      const { value, owner, what, file } = allowed;
      if (!value.includes('*') || !topology.services.has(owner)) continue;
      const whoever = value === '*' ? 'every service there is or will be' : `whoever is called ${value}`;
      yield {
        position: positionOf(file, allowed),
        message: `${owner} allows ${whoever} the use of ${what}`,
        hint: 'name the services',
        service: owner,
      };
    }
  },
};
