import type { Address } from '../core/address.ts';
import type { Credential } from '../core/broker.ts';
import { creation, type Difference, kindOf } from '../core/diff.ts';
import { partOf } from '../core/address.ts';
import { inPool, lanes } from '../core/pool.ts';
import type { Change, Resource } from '../core/resource.ts';
import { credentialPath } from '../secrets/store.ts';
import type { Session, Site } from './session.ts';

/**
 * The difference with the changes that write stored passwords again, where the broker has others. Of users that are made, or whose
 * password is written anyway, nothing is asked.
 */
export async function withCredentialDrift(
  { credentials, context }: Session,
  { broker, landscape }: Site,
  difference: Difference,
  services: readonly string[],
): Promise<Difference> {
  const isWritten = new Set(
    difference.changes
      .filter((change) => kindOf(broker.kinds, change).credential?.(change) === true)
      .map(({ address }) => address),
  );
  const asked = [...difference.desired.values()].filter(
    (user) =>
      kindOf(broker.kinds, user).credential?.(creation(user)) === true &&
      difference.live.has(user.address) &&
      !isWritten.has(user.address) &&
      (services.length === 0 || services.includes(user.service ?? '')),
  );
  const stored = new Map<Address, Credential>();
  await inPool(asked, lanes, async ({ address, service = '' }) => {
    const credential = await credentials.read(credentialPath({ broker: broker.name, service }));
    // One of another name belongs to a generation of its own.
    if (credential?.username === partOf(address, 0)) stored.set(address, credential);
  });
  context.progress(`${broker.title}: checking ${stored.size} stored passwords`);
  const { drifted, unknown } = await broker.drift(
    landscape.environment,
    stored,
    [...difference.live.values()],
    context,
  );
  const known = new Map(difference.changes.map((change) => [change.address, change]));
  for (const user of asked) {
    const found = drifted.get(user.address);
    const live = difference.live.get(user.address);
    if (found === undefined || live === undefined) continue;
    known.set(user.address, rewritten(user, live, known.get(user.address), found));
  }
  return { ...difference, changes: [...known.values()], warnings: [...difference.warnings, ...unknown] };
}

function rewritten(
  user: Resource,
  live: Resource,
  change: Change | undefined,
  { why, after }: { readonly why: string; readonly after?: Resource['spec'] },
): Change {
  const { address, kind, service } = user;
  const reason = change === undefined ? why : `${change.reason}; ${why}`;
  return {
    ...(change ?? { action: 'update', address, kind, service, before: live.spec }),
    reason,
    credential: 'rewrite',
    after: { ...(change?.after ?? live.spec), ...after },
  };
}
