import type { Ground } from '../../../core/broker.ts';
import { matchesAny } from '../../../core/glob.ts';
import type { Ownership } from '../../../core/resource.ts';

/** The fate of something undeclared that belongs to a user; undefined is nobody or everybody in particular. */
export function userOwnership(user: string | undefined, ground: Ground): Ownership {
  if (user === undefined || user === '*') return { fate: 'unmanaged' };
  if (user === ground.admin || matchesAny(ground.protected, user)) return { fate: 'internal' };
  const service = ground.principals.get(user);
  if (service !== undefined) return { fate: 'managed', service };
  return { fate: matchesAny(ground.claims, user) ? 'claimed' : 'unmanaged' };
}

/** The same for what is no grant: of a declared user it is reported, and pruned only when asked. */
export function claimedOwnership(user: string | undefined, ground: Ground): Ownership {
  const ownership = userOwnership(user, ground);
  return ownership.fate === 'managed' ? { ...ownership, fate: 'claimed' } : ownership;
}
