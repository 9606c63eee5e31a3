import { matchesAny } from '../../../core/glob.ts';
import type { RabbitSubject } from './facts.ts';

/** Who a live user is to this topology. Pure. */
export type Bearer =
  | { readonly is: 'service' | 'principal'; readonly name: string }
  | { readonly is: 'administrator' | 'protected' | 'neighbour' | 'stranger' };

export function bearerOf({ ground, principals, neighbours }: RabbitSubject, user: string): Bearer {
  const name = ground.principals.get(user) ?? ground.former?.get(user);
  if (name !== undefined) return { is: principals.has(name) ? 'principal' : 'service', name };
  if (user === ground.admin) return { is: 'administrator' };
  if (matchesAny(ground.protected, user)) return { is: 'protected' };
  const theirs = neighbours.some(
    ({ environment, protected: kept }) =>
      environment.section.admin.username === user || matchesAny(kept, user),
  );
  return { is: theirs ? 'neighbour' : 'stranger' };
}
