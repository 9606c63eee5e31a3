import type { Address } from '../address.ts';
import { compareText } from '../json.ts';
import type { Change, Resource } from '../resource.ts';
import type { Holder } from './documents.ts';
import type { AccessModel, Held, Ruling } from './model.ts';

/** Who gains or loses access by changes. Pure. */

export interface AccessChange extends Holder {
  readonly at: Address;
  readonly gains: readonly ChangedRight[];
  readonly loses: readonly ChangedRight[];
}

export interface ChangedRight {
  readonly right: string;
  /** With which keys it is had afterwards (gained) or was had before (lost), where not with all. */
  readonly keys?: string | undefined;
  /** It cannot be told whether it is had at all. */
  readonly may?: 'perhaps';
}

/** What is live once the changes are done. */
export function resourcesAfter(live: readonly Resource[], changes: readonly Change[]): Resource[] {
  const after = new Map(live.map((one) => [one.address, one]));
  for (const { address, kind, after: spec } of changes) {
    if (spec === null) after.delete(address);
    else after.set(address, { kind, address, spec });
  }
  return [...after.values()];
}

/** By principal and thing. Who loses a right because the thing itself goes is not told: the change of the thing says so. */
export function accessChanges(
  before: AccessModel,
  after: AccessModel,
  gone: ReadonlySet<Address>,
  holder: (principal: string) => Holder,
): AccessChange[] {
  const principals = [...new Set([...before.principals, ...after.principals])].sort(compareText);
  return principals.flatMap((principal) => {
    const [had, has] = [before, after].map((model) => byRight(model.held(principal)));
    if (had === undefined || has === undefined) return [];
    const found = [...new Set([...had.keys(), ...has.keys()])].flatMap((key) => {
      const [one, other] = [had.get(key), has.get(key)];
      const at = (one ?? other)?.at;
      const right = (one ?? other)?.right;
      if (at === undefined || right === undefined || gone.has(at)) return [];
      return [{ at, ...compared(after, right, one?.ruling, other?.ruling) }];
    });
    const changed = found.filter(({ gains, loses }) => gains.length + loses.length > 0);
    return [...Map.groupBy(changed, ({ at }) => at)]
      .sort(([a], [b]) => compareText(a, b))
      .map(([at, some]) => ({
        ...holder(principal),
        at,
        gains: some.flatMap(({ gains }) => gains),
        loses: some.flatMap(({ loses }) => loses),
      }));
  });
}

function byRight(held: readonly Held[]): Map<string, Held> {
  return new Map(held.map((one) => [`${one.right} ${one.at}`, one]));
}

const ranks = { no: 0, perhaps: 1, yes: 2 } as const;

function compared(
  model: AccessModel,
  right: string,
  had: Ruling | undefined,
  has: Ruling | undefined,
): Pick<AccessChange, 'gains' | 'loses'> {
  const [from, to] = [ranks[had?.may ?? 'no'], ranks[has?.may ?? 'no']];
  const sameKeys = had?.keys === has?.keys;
  const isWider = from > 0 && to > 0 && !sameKeys && !model.covers(had?.keys, has?.keys);
  const isNarrower = from > 0 && to > 0 && !sameKeys && !model.covers(has?.keys, had?.keys);
  return {
    gains: has !== undefined && (to > from || isWider) ? [told(right, has)] : [],
    loses: had !== undefined && (to < from || isNarrower) ? [told(right, had)] : [],
  };
}

function told(right: string, { may, keys }: Ruling): ChangedRight {
  return {
    right,
    ...(keys === undefined ? {} : { keys }),
    ...(may === 'perhaps' ? { may } : {}),
  };
}
