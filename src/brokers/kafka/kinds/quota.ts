import type { Kind } from '../../../core/kind.ts';
import { quotaAddress, quotaEntity, type QuotaResource } from '../resources.ts';
import { claimedOwnership } from './ownership.ts';
import { phases } from './phases.ts';

/**
 * Client quotas (KIP-546). A quota of a user, with or without a client id, is that user's; those of a client id alone, of an
 * address or of a default entity concern everybody and stay unmanaged. An operator's throttle on a declared user narrows
 * nothing when it goes: it is no drift.
 */
export const quotaKind: Kind<QuotaResource> = {
  label: 'quota',
  order: 2,
  holdsData: false,
  ownership: (live, ground) => claimedOwnership(quotaEntity(live.address)['user'] ?? undefined, ground),
  as: (live, user) => ({ ...live, address: quotaAddress({ ...quotaEntity(live.address), user }) }),
  about: ({ address }) => quotaEntity(address)['user'] ?? undefined,
  judge: ({ spec: live }, { spec: desired }) => ({
    is: 'update',
    why: [...new Set([...Object.keys(live), ...Object.keys(desired)])]
      .filter((key) => live[key] !== desired[key])
      .map((key) => `${key} ${live[key] ?? 'unset'} → ${desired[key] ?? 'unset'}`)
      .join(', '),
  }),
  needs: () => [],
  phase: (change) => (change.action === 'delete' ? phases.quotaDelete : phases.quota),
  show: (spec) => Object.entries(spec).map(([key, value]) => [key, String(value)] as const),
};
