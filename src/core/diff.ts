import type { Address } from './address.ts';
import type { Compiled, Reading, Refusal, Warning } from './broker.ts';
import type { Ground, Kind } from './kind.ts';
import { compareText, sameJson } from './json.ts';
import type { Change, Resource } from './resource.ts';

export type Kinds<R extends Resource> = Readonly<Record<string, Kind<R>>>;

/** A live resource that the topology does not declare and that is not deleted unasked. */
interface Unmanaged<R extends Resource = Resource> {
  readonly resource: R;
  readonly claimed: boolean;
  /** `--prune` may delete it. */
  readonly prunable: boolean;
}

/** Desired against live, before any decision is taken: what would change, and what is somebody else's. */
export interface Difference<R extends Resource = Resource> {
  readonly changes: readonly Change<R>[];
  readonly blocked: readonly Refusal[];
  readonly unmanaged: readonly Unmanaged<R>[];
  readonly warnings: readonly Warning[];
  /** Live resources that are declared, managed or claimed: what digests and the deletion budget are about. */
  readonly owned: readonly R[];
  readonly live: ReadonlyMap<Address, R>;
  readonly desired: ReadonlyMap<Address, R>;
  /** What must stay, whatever is decided. */
  readonly kept: ReadonlyMap<Address, Refusal>;
}

export interface Sides<R extends Resource> {
  readonly kinds: Kinds<R>;
  readonly compiled: Compiled<R>;
  readonly reading: Reading<R>;
  readonly ground: Ground;
}

/** Walks both sides once. The walk is here; what a difference means is each kind's to judge. */
export function diff<R extends Resource>(sides: Sides<R>): Difference<R> {
  const live = byAddress(sides.reading.resources);
  const desired = byAddress([...sides.compiled.resources].sort(byName));
  const refused = new Map(
    [...sides.compiled.blocked, ...sides.reading.refusals].map((one) => [one.address, one]),
  );
  const declared = diffDeclared(sides.kinds, desired, live, refused);
  const undeclared = sortUndeclared(sides, desired, live, refused);
  const warnings = [...sides.compiled.warnings, ...sides.reading.warnings];
  return {
    changes: [...declared.changes, ...undeclared.changes],
    blocked: declared.blocked,
    unmanaged: undeclared.unmanaged,
    warnings,
    owned: [...declared.owned, ...undeclared.owned],
    live,
    desired,
    kept: new Map((sides.reading.kept ?? []).map((one) => [one.address, one])),
  };
}

function diffDeclared<R extends Resource>(
  kinds: Kinds<R>,
  desired: ReadonlyMap<Address, R>,
  live: ReadonlyMap<Address, R>,
  refused: ReadonlyMap<Address, Refusal>,
) {
  const changes: Change<R>[] = [];
  const blocked: Refusal[] = [];
  const owned: R[] = [];
  const answered = new Set<Address>();
  for (const want of desired.values()) {
    const have = live.get(want.address);
    if (have !== undefined) owned.push(have);
    const outcome = have === undefined ? creation(want) : difference(kindOf(kinds, want), have, want);
    if (outcome === undefined) continue;
    const refusal = refused.get(want.address);
    if (refusal !== undefined) answered.add(want.address);
    if (refusal !== undefined) blocked.push({ ...refusal, action: outcome.action });
    else if ('hint' in outcome) blocked.push(outcome);
    else changes.push(outcome);
  }
  // What could not even be compiled has no desired spec to compare: it is blocked as it stands.
  for (const refusal of refused.values()) {
    if (!desired.has(refusal.address) && !answered.has(refusal.address)) blocked.push(refusal);
  }
  return { changes, blocked, owned };
}

/** The change that makes it from nothing. */
export function creation<R extends Resource>(want: R): Change<R> {
  return {
    action: 'create',
    address: want.address,
    kind: want.kind,
    ...(want.service === undefined ? {} : { service: want.service }),
    reason: want.because ?? 'declared in the topology',
    before: null,
    after: want.spec,
  };
}

function difference<R extends Resource>(kind: Kind<R>, have: R, want: R): Change<R> | Refusal | undefined {
  const settled = kind.settle?.(have, want) ?? want;
  if (sameJson(have.spec, settled.spec)) return undefined;
  const verdict = kind.judge(have, settled);
  if (verdict.is === 'blocked') {
    return { address: want.address, action: 'update', reason: verdict.why, hint: verdict.hint };
  }
  return {
    action: verdict.is,
    address: want.address,
    kind: want.kind,
    ...(want.service === undefined ? {} : { service: want.service }),
    reason: want.because === undefined ? verdict.why : `${want.because}: ${verdict.why}`,
    before: have.spec,
    after: settled.spec,
  };
}

function sortUndeclared<R extends Resource>(
  { kinds, ground }: Sides<R>,
  desired: ReadonlyMap<Address, R>,
  live: ReadonlyMap<Address, R>,
  refused: ReadonlyMap<Address, Refusal>,
) {
  // A resource that a declared one stands on (a binding's undeclared source) is in use: never pruned.
  const inUse = new Set([...desired.values()].flatMap((want) => kindOf(kinds, want).needs(want)));
  const changes: Change<R>[] = [];
  const unmanaged: Unmanaged<R>[] = [];
  const owned: R[] = [];
  const undeclared = [...live.values()].filter(
    ({ address }) => !desired.has(address) && !refused.has(address),
  );
  for (const have of undeclared.sort(byName)) {
    const { fate, service, why } = kindOf(kinds, have).ownership(have, ground);
    if (fate === 'internal') continue;
    if (fate === 'managed' || fate === 'claimed') owned.push(have);
    if (fate === 'managed') {
      changes.push(
        deletion({ ...have, service }, why ?? 'drift: granted on the broker, not by the topology'),
      );
    } else {
      const prunable = fate !== 'unmanaged' && !inUse.has(have.address);
      unmanaged.push({ resource: { ...have, service }, claimed: fate === 'claimed', prunable });
    }
  }
  return { changes, unmanaged, owned };
}

export function deletion<R extends Resource>(have: R, reason: string): Change<R> {
  return {
    action: 'delete',
    address: have.address,
    kind: have.kind,
    ...(have.service === undefined ? {} : { service: have.service }),
    reason,
    before: have.spec,
    after: null,
  };
}

export function kindOf<R extends Resource>(kinds: Kinds<R>, of: { readonly kind: string }): Kind<R> {
  const kind = kinds[of.kind];
  if (kind === undefined) throw new Error(`no kind ${of.kind} is registered`);
  return kind;
}

function byAddress<R extends Resource>(resources: readonly R[]): Map<Address, R> {
  return new Map(resources.map((resource) => [resource.address, resource]));
}

function byName(a: Resource, b: Resource): number {
  return compareText(a.address, b.address);
}
