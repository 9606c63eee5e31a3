import { vhostsOf as declaredIn } from '../compile/vhosts.ts';
import type { RabbitEnvironment } from '../schema.ts';
import type { RabbitSubject } from './facts.ts';

/** The vhosts of this environment. */
export function vhostsOf({ landscape }: Pick<RabbitSubject, 'landscape'>): ReadonlySet<string> {
  return namesIn(landscape.environment.section);
}

/** By vhost, the environment that it is of. */
export function environmentsOf({ landscape, neighbours }: RabbitSubject): ReadonlyMap<string, string> {
  return new Map(
    [...neighbours, landscape].flatMap(({ environment }) =>
      [...namesIn(environment.section)].map((vhost) => [vhost, environment.name] as const),
    ),
  );
}

function namesIn(section: RabbitEnvironment): ReadonlySet<string> {
  return new Set([...declaredIn(section).values()].map(({ section: { name } }) => name));
}
