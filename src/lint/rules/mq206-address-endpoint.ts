import type { TopologyRule } from '../rule.ts';
import { endpointsOf, environmentSection } from '../sections.ts';

const address = /^(?:\d{1,3}(?:\.\d{1,3}){3}|[0-9a-f:]*:[0-9a-f:.]*)$/;

export const addressEndpoint: TopologyRule = {
  id: 'MQ206',
  name: 'address-endpoint',
  severity: 'warning',
  summary: 'A broker is named by its IP address, and no name is expected in its certificate.',
  why: `Certificates are for names: one that has the address in it is rare, and must be made anew when the broker moves. Where the check then
fails, the next thing that people turn off is the check.`,
  instead:
    'The name that is in the certificate; or `tls: { serverName: … }`, where that name cannot be reached.',
  *inTopology({ sites }) {
    for (const site of sites) {
      if (environmentSection(site).tls?.serverName !== undefined) continue;
      for (const { host, position } of endpointsOf(site)) {
        if (!address.test(host) || /^127\.|^::1$/.test(host)) continue;
        yield {
          position,
          message: `${site.port.title} in ${site.environment} is named by the address ${host}`,
          hint: 'use the name in its certificate, or say which it is: tls: { serverName: NAME }',
        };
      }
    }
  },
};
