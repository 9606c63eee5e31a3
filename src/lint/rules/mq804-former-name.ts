import { listed } from '../../core/listed.ts';
import type { TopologyRule } from '../rule.ts';

export const formerName: TopologyRule = {
  id: 'MQ804',
  name: 'former-name',
  severity: 'note',
  summary: 'A service still has its rights under a name that it had before.',
  why: `While \`formerly\` names it, a former user or principal that lives is kept level with the service: a second way in, whose password nobody
rotates. It is meant for the days of a renaming.`,
  instead:
    'Without `formerly` once nothing logs in by the old name; `--prune` then takes it away. With a day: `# mqwarden-ignore former-name until 2027-01-31: …`.',
  *inTopology({ topology }) {
    for (const { name, under, formerly } of topology.services.values()) {
      if (formerly.length === 0) continue;
      yield {
        position: topology.locate([under, name, 'formerly']),
        message: `${name} has its rights as ${listed(formerly)}, too, as long as ${formerly.length === 1 ? 'that lives' : 'those live'}`,
        hint: 'take it out when nothing logs in by the old name, and apply with --prune',
        service: name,
      };
    }
  },
};
