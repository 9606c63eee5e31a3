import type { TopologyRule } from '../rule.ts';
import { serviceSection } from '../sections.ts';

export const escapeHatch: TopologyRule = {
  id: 'MQ313',
  name: 'escape-hatch',
  severity: 'note',
  summary: 'A service has rights that are written by hand.',
  why: `What \`grants\` says goes to the broker as it stands: no rule of least privilege made it, and what nobody needs any more is not noticed. The
reason is there for whoever reviews it; this note makes sure that somebody does.`,
  instead: `What the service does, where intent can say it: \`publishes\`, \`consumes\`, \`produces\`. Where it cannot, have it reviewed, and say so
in a comment that ignores this.`,
  *inTopology({ sites }) {
    for (const site of sites) {
      for (const service of site.landscape.services) {
        const { grants = [] } = serviceSection(service);
        if (grants.length === 0) continue;
        yield {
          position: service.locate(['grants']),
          message: `${service.name} has rights on ${site.port.title} that are written by hand`,
          hint: 'let intent say it, or have it reviewed and ignore this with a reason',
          service: service.name,
          related: grants.map(({ reason }, at) => ({
            message: `its reason: ${reason}`,
            position: service.locate(['grants', at]),
          })),
        };
      }
    }
  },
};
