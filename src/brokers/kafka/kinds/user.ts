import { partOf } from '../../../core/address.ts';
import type { Ground, Kind } from '../../../core/broker.ts';
import type { Ownership } from '../../../core/resource.ts';
import { principalOf } from '../names.ts';
import type { UserResource } from '../resources.ts';
import { aclDeletions } from './acl.ts';
import { userOwnership } from './ownership.ts';

/** A SCRAM credential (KIP-554). The broker shows mechanism and iterations, never the password or its hash. */
export const userKind: Kind<UserResource> = {
  label: 'user',
  order: 1,
  holdsData: false,
  credential: (change) => change.action !== 'delete',
  ownership,
  settle: (live, desired) => {
    const strongEnough =
      live.spec.mechanism === desired.spec.mechanism && live.spec.iterations >= desired.spec.iterations;
    return strongEnough ? { ...desired, spec: live.spec } : desired;
  },
  judge: ({ spec: live }, { spec: desired }) => ({
    is: 'update',
    why:
      live.mechanism === desired.mechanism
        ? `${live.iterations} iterations → ${desired.iterations}, with the stored password`
        : `has ${live.mechanism} only: ${desired.mechanism} is added, with the stored password`,
  }),
  needs: () => [],
  phase: (change) => (change.action === 'delete' ? 21 : 1),
  after: (change, others) =>
    change.action === 'delete' ? aclDeletions(others, principalOf(partOf(change.address, 0))) : [],
  show: (spec) => [
    ['mechanism', spec.mechanism],
    ['iterations', String(spec.iterations)],
  ],
};

/**
 * A declared principal without a declared credential logs in by certificate; a credential under its name is a second way
 * in, but not a grant: reported, and only pruned when asked.
 */
function ownership(live: UserResource, ground: Ground): Ownership {
  const fate = userOwnership(partOf(live.address, 0), ground);
  return fate.fate === 'managed' ? { ...fate, fate: 'claimed' } : fate;
}
