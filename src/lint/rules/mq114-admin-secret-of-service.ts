import { credentialPath } from '../../secrets/store.ts';
import { parseReference } from '../../secrets/reference.ts';
import type { EnvironmentSite, TopologyRule, View } from '../rule.ts';
import { environmentSection } from '../sections.ts';

export const adminSecretOfService: TopologyRule = {
  id: 'MQ114',
  name: 'admin-secret-of-service',
  severity: 'error',
  summary: 'The password of an administrator is read from where the credential of a service is kept.',
  why: `A service may read its own credential, and so has the password of whoever can do everything; and the next rotation of the service writes
another one there, after which mqwarden cannot log in any more.`,
  instead:
    'A secret of its own for the administrator, where no service may read: `vault:secret/rabbitmq/provisioner#password`.',
  *inTopology({ environments, sites }) {
    const kept = new Map(sites.flatMap((site) => placesOf(site, environments)));
    for (const site of sites) {
      const owner = kept.get(placeIn(environmentSection(site).admin.password) ?? '');
      if (owner === undefined) continue;
      yield {
        position: site.landscape.environment.locate(['admin', 'password']),
        message: `the administrator of ${site.port.title} in ${site.environment} has the password of ${owner.service}, from its place in the store of ${owner.environment}`,
        hint: 'give it a secret of its own, where no service may read',
      };
    }
  },
};

interface Owner {
  readonly service: string;
  readonly environment: string;
}

/** Where the credentials of an environment's services lie. */
function placesOf(
  { environment, broker, landscape: { services } }: EnvironmentSite,
  environments: View['environments'],
): [string, Owner][] {
  const store = environments.find(({ name }) => name === environment)?.secrets;
  if (store === undefined) return [];
  return services.flatMap(({ name }): [string, Owner][] => {
    const place = placeIn(`${store.replace(/\/+$/, '')}/${credentialPath({ broker, service: name })}`);
    return place === undefined ? [] : [[place, { service: name, environment }]];
  });
}

/** Of stores that keep one document a credential: which one. */
function placeIn(reference: string): string | undefined {
  const parsed = parseReference(reference);
  if (!parsed.ok) return undefined;
  const { scheme, target } = parsed.reference;
  if (!['vault', 'file', 'aws-sm'].includes(scheme)) return undefined;
  return `${scheme}:${scheme === 'file' ? target.replace(/\.json$/, '') : target}`;
}
