import type { Address } from '../../core/address.ts';
import type { Broker, Refusal } from '../../core/broker.ts';
import { creation, type Difference, kindOf } from '../../core/diff.ts';
import type { Change, Resource } from '../../core/resource.ts';
import type { Knowledge } from '../generations.ts';
import type { Site } from '../site.ts';
import type { Stored } from '../source.ts';

/** What the secret store has for the users of a plan, and what cannot be done without it. Pure. */

/** Live users whose password the store was not asked for, and changes that need it. */
export interface Unasked {
  readonly users: number;
  readonly changes: number;
}

function usersOf(kinds: Broker['kinds'], desired: readonly Resource[]): Resource[] {
  return desired.filter((want) => kindOf(kinds, want).credential?.(creation(want)) === true);
}

/** Of the users whose credential services are given: those beside them have theirs in the record of their rotation. */
export function storedOf(
  { broker, compiled, landscape, bases }: Site,
  knowledge: Knowledge,
): ReadonlyMap<Address, Stored> {
  const inUse = new Map(
    landscape.services.map(({ name, generations }) => [name, generations?.inUse ?? bases.get(name)]),
  );
  return new Map(
    usersOf(broker.kinds, compiled.resources)
      .filter((user) => kindOf(broker.kinds, user).principal?.(user) === inUse.get(user.service ?? ''))
      .map(({ address, service = '' }) => [address, knowledge.get(service)?.stored ?? 'no']),
  );
}

/** With what is held back for the lack of a password. */
interface Checked {
  readonly difference: Difference;
  readonly unasked: Unasked;
}

/**
 * New users need a place for their password, and a live one whose password must be written needs it stored: both are held back
 * otherwise, with what stands on them. A live user whose password is not stored keeps it, which is worth a warning.
 */
export function checkStore(
  { kinds }: Broker,
  difference: Difference,
  stored: ReadonlyMap<Address, Stored>,
): Checked {
  const live = usersOf(kinds, [...difference.desired.values()]).filter((user) =>
    difference.live.has(user.address),
  );
  const held = difference.changes.flatMap((change) => {
    if (kindOf(kinds, change).credential?.(change) !== true) return [];
    const isBare = change.before === null || kindOf(kinds, change).isBare?.(change.before) === true;
    return passwordless(change, stored.get(change.address), isBare);
  });
  const blocked = new Set(held.map((refusal) => refusal.address));
  const missing = new Set<Stored | undefined>(['no', 'no store']);
  const warnings = live
    .filter((user) => missing.has(stored.get(user.address)))
    .map((user) => ({
      address: user.address,
      message: `${user.service ?? 'a user'} exists with a password that the secret store does not have: it is kept`,
    }));
  const checked = {
    ...difference,
    changes: difference.changes.filter((change) => !blocked.has(change.address)),
    blocked: [...difference.blocked, ...held],
    warnings: [...difference.warnings, ...warnings],
  };
  const notAsked = (all: readonly { readonly address: Address }[]) =>
    all.filter(({ address }) => stored.get(address) === 'not asked').length;
  const needing = difference.changes.filter(
    (change) => change.action !== 'create' && kindOf(kinds, change).credential?.(change) === true,
  );
  return { difference: checked, unasked: { users: notAsked(live), changes: notAsked(needing) } };
}

function passwordless({ address, action }: Change, stored: Stored | undefined, isBare: boolean): Refusal[] {
  if (stored === 'no store') {
    const reason = 'its password has no place: the environment names no secret store';
    return [{ address, action, reason, hint: 'name one, such as `secrets: file:secrets`' }];
  }
  if (stored !== 'no' || isBare) return [];
  const reason = 'its password must be written again, and the secret store does not have it';
  return [
    {
      address,
      action,
      reason,
      hint: 'put the password into the store; none is made up for a user that has one',
    },
  ];
}
