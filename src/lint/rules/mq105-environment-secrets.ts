import type { Spot } from '../../core/rule.ts';
import type { TopologyRule } from '../rule.ts';

export const environmentSecrets: TopologyRule = {
  id: 'MQ105',
  name: 'environment-secrets',
  severity: 'error',
  summary: 'In production, secrets come from environment variables.',
  why: `Every child process inherits them, crash reports and debug pages print them, and orchestrators show them to whoever may look at a
deployment. They cannot change while a process runs, so nothing can be rotated without a restart.`,
  instead: 'A store: `vault:…`, `aws-sm:…`, or files that an orchestrator mounts, `file:/run/secrets/…`.',
  *inTopology({ topology, environments, sites }) {
    for (const { name, production, secrets } of environments) {
      if (!production) continue;
      if (secrets?.startsWith('env:') === true) {
        const position = topology.locate(['environments', name, 'secrets']);
        yield spot(position, `${name} takes the credentials of its services from environment variables`);
      }
    }
    for (const { environment, production, landscape } of sites) {
      const section = landscape.environment.section as { readonly admin?: { readonly password?: string } };
      if (!production || section.admin?.password?.startsWith('env:') !== true) continue;
      const position = landscape.environment.locate(['admin', 'password']);
      yield spot(position, `${environment} takes its administrator's password from an environment variable`);
    }
  },
};

function spot(position: Spot['position'], message: string): Spot {
  return {
    position,
    message,
    hint: 'keep it in a store: vault:…, aws-sm:…, or a mounted file:/run/secrets/…',
  };
}
