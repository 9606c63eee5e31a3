import type { TopologyRule } from '../rule.ts';
import { endpointsOf } from '../sections.ts';

const local = /^(?:localhost|.*\.localhost|127(?:\.\d+){3}|::1|0\.0\.0\.0|::|host\.docker\.internal)$/;

export const localEndpoint: TopologyRule = {
  id: 'MQ205',
  name: 'local-endpoint',
  severity: 'error',
  summary: 'Production is on the machine that lint, or apply, happens to run on.',
  why: `\`localhost\` is another broker on every machine. An apply of production from a laptop would make its users there, write new
passwords to the store of production, and every service would be locked out.`,
  instead:
    'The name by which services reach the broker. For a broker on this machine, an environment that is not production.',
  *inTopology({ sites }) {
    for (const site of sites) {
      if (!site.production) continue;
      for (const { host, position } of endpointsOf(site)) {
        if (!local.test(host)) continue;
        const message = `${site.port.title} in ${site.environment} is at ${host}`;
        yield { position, message, hint: 'name the broker as services reach it' };
      }
    }
  },
};
