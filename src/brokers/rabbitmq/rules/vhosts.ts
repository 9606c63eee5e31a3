import type { Position } from '../../../core/errors.ts';
import { vhostsOf } from '../compile/vhosts.ts';
import type { RabbitSite } from './rule.ts';

/** Where an environment names a vhost. */
export function vhostPosition({ landscape: { environment } }: RabbitSite, vhost: string): Position {
  const found = [...vhostsOf(environment.section).values()].find(({ section }) => section.name === vhost);
  return environment.locate(found?.path ?? []);
}

/** What a policy, of either sort, sets in a vhost of the environment. */
interface PolicySetting {
  readonly policy: string;
  /** As in policies: `max-length`. */
  readonly setting: string;
  readonly value: unknown;
  readonly position: Position;
}

export function policySettings({ landscape: { environment } }: RabbitSite): PolicySetting[] {
  return [...vhostsOf(environment.section).values()].flatMap(({ section, path }) =>
    (['policies', 'operatorPolicies'] as const).flatMap((key) =>
      Object.entries(section[key] ?? {}).flatMap(([policy, { definition }]) =>
        Object.entries(definition).map(([setting, value]) => {
          const position = environment.locate([...path, key, policy, 'definition', setting]);
          return { policy, setting, value, position };
        }),
      ),
    ),
  );
}
