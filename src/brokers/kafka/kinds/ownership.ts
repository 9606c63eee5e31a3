import type { Ground } from '../../../core/kind.ts';
import type { Ownership } from '../../../core/resource.ts';
import { fateOf, grantFateOf } from '../../../core/standing.ts';

/** The fate of an undeclared grant of a user; undefined is nobody or everybody in particular. */
export function userOwnership(user: string | undefined, ground: Ground): Ownership {
  if (user === undefined || user === '*') return { fate: 'unmanaged' };
  return grantFateOf(user, ground);
}

/** The same for what is no grant: of a declared user it is reported, and pruned only when asked. */
export function claimedOwnership(user: string | undefined, ground: Ground): Ownership {
  if (user === undefined || user === '*') return { fate: 'unmanaged' };
  return fateOf(user, ground, (service) => ({ fate: 'claimed', service }));
}

/** A credential that the topology does not declare: that of a service without a password is a second way in. */
export function credentialOwnership(user: string, ground: Ground): Ownership {
  const ownership = claimedOwnership(user, ground);
  const service = ground.principals.get(user);
  if (service === undefined || ownership.fate === 'internal') return ownership;
  switch (ground.credentials?.get(user)) {
    case 'refused': {
      const suspended = ground.suspended?.has(service) === true;
      const why = suspended ? `${service} is suspended` : `${service} logs in by certificate`;
      return { fate: 'managed', service, why };
    }
    case 'external':
      return { fate: 'unmanaged', service };
    case undefined:
      return ownership;
  }
}
