import type { Spot } from '../../core/rule.ts';
import type { EnvironmentSite, TopologyRule } from '../rule.ts';
import { environmentSection } from '../sections.ts';

export const sharedAdminSecret: TopologyRule = {
  id: 'MQ103',
  name: 'shared-admin-secret',
  severity: 'error',
  summary: 'Two administrators have one password.',
  why: `The administrator of an environment can do everything there. Where two share a password, whoever learns that of the test
environment, or of the less guarded broker, has the other one too, and neither can be rotated alone.`,
  instead:
    'A secret of its own for each environment and broker: `vault:secret/production/kafka-admin#password`.',
  inTopology({ sites }) {
    const by = Map.groupBy(sites, (site) => environmentSection(site).admin.password);
    return [...by.values()].flatMap(([first, ...others]) =>
      first === undefined ? [] : others.map((other) => shared(first, other)),
    );
  },
};

function shared(first: EnvironmentSite, other: EnvironmentSite): Spot {
  const at = ({ landscape }: EnvironmentSite) => landscape.environment.locate(['admin', 'password']);
  const text = ({ environment, port }: EnvironmentSite) => `${port.title} in ${environment}`;
  return {
    position: at(other),
    message: `the administrator of ${text(other)} has the password of the one of ${text(first)}`,
    hint: 'give each a secret of its own',
    related: [{ message: `that of ${text(first)} is named here`, position: at(first) }],
  };
}
