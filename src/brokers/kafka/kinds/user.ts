import { partOf } from '../../../core/address.ts';
import type { Kind } from '../../../core/kind.ts';
import { principalOf } from '../names.ts';
import { userAddress, type UserResource } from '../resources.ts';
import { aclDeletions } from './acl.ts';
import { credentialOwnership } from './ownership.ts';
import { phases } from './phases.ts';

/** A SCRAM credential (KIP-554). The broker shows mechanism and iterations, never the password or its hash. */
export const userKind: Kind<UserResource> = {
  label: 'user',
  order: 1,
  holdsData: false,
  credential: (change) => change.action !== 'delete',
  ownership: (live, ground) => credentialOwnership(partOf(live.address, 0), ground),
  principal: ({ address }) => partOf(address, 0),
  as: (live, name) => ({ ...live, address: userAddress(name) }),
  // A salted password cannot be strengthened without the password, which may not be stored: any number of iterations will do,
  // and the reader warns of few.
  settle: (live, desired) =>
    live.spec.mechanism === desired.spec.mechanism ? { ...desired, spec: live.spec } : desired,
  judge: ({ spec: live }, { spec: desired }) => ({
    is: 'update',
    why: `has ${live.mechanism} only: ${desired.mechanism} is added, with the stored password`,
  }),
  needs: () => [],
  phase: (change) => (change.action === 'delete' ? phases.userDelete : phases.user),
  after: (change, others) =>
    change.action === 'delete' ? aclDeletions(others, principalOf(partOf(change.address, 0))) : [],
  show: (spec) => [
    ['mechanism', spec.mechanism],
    ['iterations', String(spec.iterations)],
  ],
};
