import type { Spot } from '../../core/rule.ts';
import type { TopologyRule } from '../rule.ts';
import { environmentSection } from '../sections.ts';

const hint = 'use vault:…, aws-sm:… or file:…, which run nothing';

export const secretsByCommand: TopologyRule = {
  id: 'MQ113',
  name: 'secrets-by-command',
  severity: 'warning',
  summary: 'In production, secrets come from commands that the topology names.',
  why: `Whoever can change the topology can then run commands wherever it is applied, with the rights of the pipeline and beside its
secrets. That is why it takes \`--allow-exec\`, which stays on once it is written into a pipeline.`,
  instead: 'A store: `vault:…`, `aws-sm:…`, or files that an orchestrator mounts, `file:/run/secrets/…`.',
  *inTopology({ topology, environments, sites }) {
    for (const { name, production, secrets } of environments) {
      if (!production || secrets?.startsWith('exec:') !== true) continue;
      const position = topology.locate(['environments', name, 'secrets']);
      yield { position, message: `${name} has the credentials of its services from a command`, hint };
    }
    for (const site of sites) {
      const { environment, production, port, landscape } = site;
      if (!production || !environmentSection(site).admin.password.startsWith('exec:')) continue;
      const position: Spot['position'] = landscape.environment.locate(['admin', 'password']);
      const message = `${environment} has the password of its administrator on ${port.title} from a command`;
      yield { position, message, hint };
    }
  },
};
