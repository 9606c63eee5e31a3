import type { EnvironmentSite, TopologyRule } from '../rule.ts';

export const sharedCluster: TopologyRule = {
  id: 'MQ701',
  name: 'shared-cluster',
  severity: 'warning',
  summary: 'Production is on one cluster with another environment.',
  why: `They have one administrator, whose password every place has that applies to the lesser of the two; one disk, which a test can fill; and one
set of users and names, which only \`naming\` keeps apart. An upgrade cannot be tried before production has it.`,
  instead: 'A cluster of its own for production. Environments that are not, may well share one.',
  *inTopology({ sites }) {
    const productions = sites.filter(({ production }) => production);
    for (const site of sites.filter(({ production }) => !production)) {
      const shared = productions.find((one) => one.broker === site.broker && meet(one, site));
      if (shared === undefined) continue;
      const { environment } = site.landscape;
      const [key = ''] = site.port.schema.endpointKeys;
      yield {
        position: environment.locate([key]),
        message: `${site.environment} is on the same ${site.port.title} as ${labelOf(shared)}`,
        hint: 'give production a cluster of its own',
        related: [
          {
            message: `${shared.environment} names it here`,
            position: shared.landscape.environment.locate([key]),
          },
        ],
      };
    }
  },
};

function meet(a: EnvironmentSite, b: EnvironmentSite): boolean {
  const known = new Set(a.port.endpoints(a.landscape.environment.section));
  return b.port.endpoints(b.landscape.environment.section).some((one) => known.has(one));
}

function labelOf({ environment }: EnvironmentSite): string {
  return environment === 'production' ? environment : `${environment}, which is production`;
}
