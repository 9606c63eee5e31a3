import type { TopologyRule } from 'mqwarden/rules';

export default {
  id: 'ACME001',
  name: 'acme-team',
  severity: 'error',
  summary: 'The owner is no team of ours.',
  why: 'Alarms go to the channel of the team that owns a service.',
  instead: 'The name of a team: `owner: orders-team`.',
  *inTopology({ topology }) {
    for (const { name, under, owner } of topology.services.values()) {
      if (owner?.endsWith('-team') === true) continue;
      yield {
        position: topology.locate([under, name, 'owner']),
        message: `${name} has no team`,
        service: name,
      };
    }
  },
} satisfies TopologyRule;
