import type { TopologyRule } from '../rule.ts';

export const noOwner: TopologyRule = {
  id: 'MQ801',
  name: 'no-owner',
  severity: 'note',
  summary: 'Nobody owns a service.',
  why: `When its credential leaks at night, somebody has to be asked whether it may be stopped. When another team wants to read its queue, somebody has
to agree. A service without an owner is asked about by nobody, and cleaned up by nobody.`,
  instead: 'The team: `owner: orders-team`.',
  *inTopology({ topology }) {
    for (const { name, under, owner } of topology.services.values()) {
      if (owner !== undefined) continue;
      yield {
        position: topology.locate([under, name]),
        message: `${name} has no owner`,
        hint: 'write owner: with the team that is asked about it',
        service: name,
      };
    }
  },
};
