import type { Spot } from '../../core/rule.ts';
import type { EnvironmentSite, TopologyRule } from '../rule.ts';
import { environmentSection } from '../sections.ts';

export const weakerProduction: TopologyRule = {
  id: 'MQ705',
  name: 'weaker-production',
  severity: 'warning',
  summary: 'Production is less strict than another environment.',
  why: `What holds in staging is what people believe to hold in production, and what was tried there. Where production has no client certificate, no
CA of its own, or claims nothing, it is the one that was forgotten.`,
  instead: 'The same keys in production: `tls: { ca, cert, key }`, `serviceTls`, `claims`.',
  *inTopology({ sites }) {
    for (const site of sites.filter(({ production }) => production)) {
      const others = sites.filter((one) => one.broker === site.broker && !one.production);
      for (const { has, what, hint } of measures) {
        const stricter = others.find(has);
        if (has(site) || stricter === undefined) continue;
        yield spotFor(site, stricter, what, hint);
      }
    }
  },
};

interface Measure {
  readonly has: (site: EnvironmentSite) => boolean;
  readonly what: string;
  readonly hint: string;
}

const measures: readonly Measure[] = [
  {
    has: (site) => environmentSection(site).tls?.cert !== undefined,
    what: 'shows no client certificate',
    hint: 'write tls: { cert, key } there, too',
  },
  {
    has: (site) => environmentSection(site).tls?.ca !== undefined,
    what: 'trusts every CA of the system',
    hint: 'write tls: { ca } there, too',
  },
  {
    has: ({ landscape }) => landscape.claims.length > 0,
    what: 'claims no names',
    hint: 'write claims there, too',
  },
];

function spotFor(site: EnvironmentSite, stricter: EnvironmentSite, what: string, hint: string): Spot {
  return {
    position: site.landscape.environment.locate([]),
    message: `${site.environment} ${what} on ${site.port.title}, unlike ${stricter.environment}`,
    hint,
    related: [
      { message: `${stricter.environment} is here`, position: stricter.landscape.environment.locate([]) },
    ],
  };
}
