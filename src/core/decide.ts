import type { Address } from './address.ts';
import type { Refusal } from './broker.ts';
import { deletion, type Difference, kindOf, type Kinds } from './diff.ts';
import { quoted } from './quoted.ts';
import type { Change, Hazard, Resource } from './resource.ts';

import type { Decisions } from './decisions.ts';

/** A difference after the decisions: what will be done, and what is held back with the word that would let it go. */
export interface Decided<R extends Resource = Resource> {
  readonly changes: readonly Change<R>[];
  readonly blocked: readonly Refusal[];
  /** The changes behind those of `blocked` that only lack a decision: their cost is shown. */
  readonly held: readonly Change<R>[];
}

/** Each decision is a function from changes to changes; this is their order. */
export function decide<R extends Resource>(
  kinds: Kinds<R>,
  difference: Difference<R>,
  decisions: Decisions,
): Decided<R> {
  const pruned = decisions.prune ? prune(difference) : [];
  const scoped = scope([...difference.changes, ...pruned], decisions.services);
  const { loose, kept } = holdKept(difference, scoped);
  const held = holdHazards(kinds, difference, loose, decisions);
  const grounded = holdGroundless(kinds, difference, held.changes);
  const blocked = [
    ...scopeBlocked(difference, decisions.services),
    ...kept,
    ...held.blocked,
    ...grounded.blocked,
  ];
  const tied = holdTied(kinds, grounded.changes, blocked);
  return { changes: tied.changes, blocked: [...blocked, ...tied.blocked], held: held.held };
}

function prune<R extends Resource>(difference: Difference<R>): Change<R>[] {
  return difference.unmanaged
    .filter((one) => one.prunable)
    .map((one) =>
      deletion(one.resource, one.claimed ? 'pruned: claimed, not declared' : 'pruned: not declared'),
    );
}

/** What belongs to no service (the vhost) is only ever created within a scope: others stand on it. */
function scope<R extends Resource>(
  changes: readonly Change<R>[],
  services: readonly string[],
): readonly Change<R>[] {
  if (services.length === 0) return changes;
  return changes.filter((change) =>
    change.service === undefined ? change.action === 'create' : services.includes(change.service),
  );
}

function scopeBlocked<R extends Resource>(difference: Difference<R>, services: readonly string[]) {
  if (services.length === 0) return difference.blocked;
  return difference.blocked.filter((refusal) => {
    const service = difference.desired.get(refusal.address)?.service;
    return service === undefined || services.includes(service);
  });
}

/** Holds back the deletion of what must stay; no flag lets it go. */
function holdKept<R extends Resource>({ kept }: Difference<R>, changes: readonly Change<R>[]) {
  const isKept = (change: Change) => removes(change) && kept.has(change.address);
  return {
    loose: changes.filter((change) => !isKept(change)),
    kept: changes.filter(isKept).flatMap(({ address, action }) => {
      const refusal = kept.get(address);
      return refusal === undefined ? [] : [{ ...refusal, action }];
    }),
  };
}

const flag = { 'data-loss': '--allow-data-loss', widening: '--allow-widening' } as const;

/**
 * Holds back what loses data or widens access without its name on the command line. Repeated until nothing more is held:
 * a binding may go with its queue, but not when the queue itself stays.
 */
function holdHazards<R extends Resource>(
  kinds: Kinds<R>,
  difference: Difference<R>,
  changes: readonly Change<R>[],
  decisions: Decisions,
): Decided<R> {
  const allowed = {
    'data-loss': new Set(decisions.allowDataLoss),
    widening: new Set(decisions.allowWidening),
  };
  let left = changes;
  const blocked: Refusal[] = [];
  const waiting: Change<R>[] = [];
  for (;;) {
    const going = new Set(left.filter(removes).map((change) => change.address));
    const judged = left.map((change) => ({
      change,
      hazard: kindOf(kinds, change).hazard?.(change, {
        live: difference.live,
        desired: difference.desired,
        going,
      }),
    }));
    const held = judged.filter(({ change, hazard }) => hazard && !allowed[hazard.needs].has(change.address));
    if (held.length === 0) return { changes: left, blocked, held: waiting };
    const out = new Set(held.map(({ change }) => change));
    blocked.push(...held.map(({ change, hazard }) => refusal(change, hazard)));
    waiting.push(...out);
    left = left.filter((change) => !out.has(change));
  }
}

function removes(change: Change): boolean {
  return change.action === 'delete' || change.action === 'replace';
}

function refusal(change: Change, hazard: Hazard | undefined): Refusal {
  const needs = hazard?.needs ?? 'data-loss';
  return {
    address: change.address,
    action: change.action,
    reason: hazard?.why ?? change.reason,
    hint: `name it to do it: ${flag[needs]} ${quoted(change.address)}`,
  };
}

/** Holds back what stands on something that neither is on the broker nor will be made. */
function holdGroundless<R extends Resource>(
  kinds: Kinds<R>,
  difference: Difference<R>,
  changes: readonly Change<R>[],
): Omit<Decided<R>, 'held'> {
  const made = new Set<Address>();
  const gone = new Set(
    changes.filter((change) => change.action === 'delete').map((change) => change.address),
  );
  const blocked: Refusal[] = [];
  const left: Change<R>[] = [];
  const exists = (at: Address) => made.has(at) || (difference.live.has(at) && !gone.has(at));
  for (const change of sortChanges(kinds, changes)) {
    const want = difference.desired.get(change.address);
    const missing =
      change.action === 'delete' || want === undefined
        ? []
        : kindOf(kinds, want)
            .needs(want)
            .filter((at) => !exists(at));
    const [first] = missing;
    if (first === undefined) {
      left.push(change);
      if (change.action === 'create') made.add(change.address);
    } else blocked.push(groundless(change, first, difference.desired.get(first)));
  }
  return { changes: left, blocked };
}

function groundless(change: Change, missing: Address, declared: Resource | undefined): Refusal {
  return {
    address: change.address,
    action: change.action,
    reason:
      declared === undefined
        ? `needs ${missing}, which no service owns and the broker does not have`
        : `needs ${missing}, which is declared but held back or out of scope`,
    hint:
      declared?.service === undefined
        ? 'declare it in the service that owns it, or create it on the broker first'
        : `run it for service ${declared.service} too`,
  };
}

/** Holds back what is only safe together with a change that is blocked, which may hold more in turn. */
function holdTied<R extends Resource>(
  kinds: Kinds<R>,
  changes: readonly Change<R>[],
  blocked: readonly Refusal[],
): Omit<Decided<R>, 'held'> {
  let left = changes;
  const tied: Refusal[] = [];
  for (;;) {
    // A new set each time: kinds may keep an index of it.
    const refused = new Set([...blocked, ...tied].map((refusal) => refusal.address));
    const judged = left.map((change) => ({ change, to: kindOf(kinds, change).tiedTo?.(change, refused) }));
    const held = judged.flatMap(({ change, to }) => (to === undefined ? [] : [tiedTo(change, to)]));
    if (held.length === 0) return { changes: left, blocked: tied };
    tied.push(...held);
    left = judged.filter(({ to }) => to === undefined).map(({ change }) => change);
  }
}

function tiedTo({ address, action }: Change, to: Address): Refusal {
  const reason = `alone it would give a right instead of taking one: it goes with ${to}, which is blocked`;
  return { address, action, reason, hint: `see why ${to} is blocked` };
}

/** In the order of execution: by phase, then by address. */
export function sortChanges<R extends Resource>(kinds: Kinds<R>, changes: readonly Change<R>[]): Change<R>[] {
  return changes
    .map((change) => ({ change, phase: kindOf(kinds, change).phase(change) }))
    .sort((a, b) => a.phase - b.phase || (a.change.address < b.change.address ? -1 : 1))
    .map(({ change }) => change);
}

/** Deletions up to this many owned objects need no budget: a share of a handful says nothing. */
const smallEnough = 10;

/** Why the deletions of one broker are too many, or undefined. */
export function overBudget(
  changes: readonly Change[],
  owned: number,
  maxDeletes: number,
): string | undefined {
  const deletes = changes.filter(removes).length;
  const total = Math.max(owned, deletes);
  if (total < smallEnough || deletes * 100 <= maxDeletes * total) return undefined;
  return `${deletes} of ${total} objects would be deleted or replaced, more than ${maxDeletes} %`;
}
