import type { TopologyRule } from '../rule.ts';

export const secretsBesideTopology: TopologyRule = {
  id: 'MQ112',
  name: 'secrets-beside-topology',
  severity: 'warning',
  summary: 'In production, secrets are kept in files beside the topology.',
  why: `A relative path is looked up from the file that names it, which mostly stands in a repository: one \`git add .\` and the passwords of
production are in its history, and whoever builds from a checkout copies them along.`,
  instead:
    'A store such as Vault or AWS Secrets Manager, or an absolute path that an orchestrator mounts: `file:/run/secrets/…`.',
  *inTopology({ topology, environments }) {
    for (const { name, production, secrets } of environments) {
      if (!production || secrets?.startsWith('file:') !== true || secrets.startsWith('file:/')) continue;
      yield {
        position: topology.locate(['environments', name, 'secrets']),
        message: `${name} keeps the credentials of its services in files beside the topology`,
        hint: 'use vault:… or aws-sm:…, or a folder elsewhere: file:/run/secrets/…',
      };
    }
  },
};
