import type { Position } from '../../../core/errors.ts';
import { vhostsOf } from '../compile/vhosts.ts';
import type { RabbitSite } from './rule.ts';

/** Where an environment names a vhost. */
export function vhostPosition({ landscape: { environment } }: RabbitSite, vhost: string): Position {
  const found = [...vhostsOf(environment.section).values()].find(({ section }) => section.name === vhost);
  return environment.locate(found?.path ?? []);
}
