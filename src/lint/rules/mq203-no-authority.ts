import type { TopologyRule } from '../rule.ts';
import { environmentSection } from '../sections.ts';

export const noAuthority: TopologyRule = {
  id: 'MQ203',
  name: 'no-authority',
  severity: 'warning',
  summary: 'In production, any public authority may vouch for the broker.',
  why: `Without \`tls.ca\` the certificate of the broker may come from any of the hundred or so authorities that the system trusts. Who gets one
of them to sign a certificate for the name, or controls its DNS for a minute, can stand between and read the administrator's password.`,
  instead:
    'The authority that signs the certificates of the brokers, and no other: `tls: { ca: /etc/ssl/kafka-ca.pem }`.',
  *inTopology({ sites }) {
    for (const site of sites) {
      if (!site.production || environmentSection(site).tls?.ca !== undefined) continue;
      yield {
        position: site.landscape.environment.locate([]),
        message: `${site.port.title} in ${site.environment} may have a certificate of any public authority`,
        hint: 'name the authority of its certificates: tls: { ca: FILE }',
      };
    }
  },
};
