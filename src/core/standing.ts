import type { Ground } from './kind.ts';
import { matchesAny } from './glob.ts';
import { withoutGeneration } from './naming.ts';
import type { Ownership } from './resource.ts';

/** What the topology says of whoever bears a name. */
type Standing =
  | { readonly is: 'internal' | 'claimed' | 'stranger' }
  /** `former`: a name that the service had before. */
  | { readonly is: 'declared' | 'former' | 'removed'; readonly service: string };

/** The bearer of a name, looked up in the order in which it counts. */
function standingOf(name: string, ground: Ground): Standing {
  if (name === ground.admin || matchesAny(ground.protected, name)) return { is: 'internal' };
  const former = ground.former?.get(name);
  if (former !== undefined) return { is: 'former', service: former };
  const service = ground.principals.get(name);
  if (service !== undefined) return { is: 'declared', service };
  const removed = ground.removed?.get(name) ?? ground.removed?.get(withoutGeneration(name));
  if (removed !== undefined) return { is: 'removed', service: removed };
  if (ground.isOurs?.('user', name) === false) return { is: 'stranger' };
  // A claim on a service is one on every generation of it.
  const claimed = [name, withoutGeneration(name)].some((one) => matchesAny(ground.claims, one));
  return { is: claimed ? 'claimed' : 'stranger' };
}

/** The fate of what bears a name, or is its bearer's; `ofService` judges where a service has the name, or had it before. */
export function fateOf(
  name: string,
  ground: Ground,
  ofService: (service: string, is: 'declared' | 'former') => Ownership,
): Ownership {
  const standing = standingOf(name, ground);
  switch (standing.is) {
    case 'internal':
      return { fate: 'internal' };
    case 'declared':
    case 'former':
      return ofService(standing.service, standing.is);
    case 'removed':
      return { fate: 'managed', service: standing.service, why: `${standing.service} is removed` };
    case 'claimed':
      return { fate: 'claimed' };
    case 'stranger':
      return { fate: 'unmanaged' };
  }
}

/** The fate of an undeclared grant of the bearer of a name. */
export function grantFateOf(name: string, ground: Ground): Ownership {
  return fateOf(name, ground, (service, is) =>
    // That of a former name is drift only until it is to be pruned: till then it is kept level with the service's grants.
    is === 'declared' || ground.principals.has(name)
      ? managed(service, ground)
      : { fate: 'claimed', service },
  );
}

function managed(service: string, ground: Ground): Ownership {
  if (ground.suspended?.has(service) !== true) return { fate: 'managed', service };
  return { fate: 'managed', service, why: `${service} is suspended` };
}
