import type { PlacedService } from '../../core/landscape.ts';
import type { EnvironmentSite, TopologyRule } from '../rule.ts';
import { environmentSection, serviceSection } from '../sections.ts';

export const sharedCertificate: TopologyRule = {
  id: 'MQ111',
  name: 'shared-certificate',
  severity: 'error',
  summary: 'Two services, or a service and the administrator, have one private key.',
  why: `A broker that asks for certificates knows who is there by the key. Whoever has two names' key is both, and revoking the certificate
of one cuts off the other.`,
  instead:
    'A key of its own for each service. `serviceTls` with `{service}` in the names of the files says so once for all of them.',
  *inTopology({ sites }) {
    for (const site of sites) {
      const { services, environment } = site.landscape;
      const admin = environmentSection(site).tls?.key;
      const first = new Map(admin === undefined ? [] : [[admin, 'the administrator']]);
      for (const service of services) {
        const { key } = serviceSection(service).tls ?? {};
        if (key === undefined) continue;
        const other = first.get(key);
        if (other === undefined) first.set(key, service.name);
        else yield spot(service, other, environment.name, site);
      }
    }
  },
};

function spot(
  service: PlacedService<unknown>,
  other: string,
  environment: string,
  { port }: EnvironmentSite,
) {
  return {
    position: service.locate(['tls', 'key']),
    message: `${service.name} has the private key of ${other} on ${port.title} in ${environment}`,
    hint: 'give each a key of its own; serviceTls may have {service} in the names of its files',
    service: service.name,
  };
}
