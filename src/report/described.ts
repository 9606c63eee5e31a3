import { brokerOf, partsOf } from '../core/address.ts';
import type { Kind } from '../core/kind.ts';
import type { Summary } from '../core/plan.ts';
import type { Change } from '../core/resource.ts';
import { printable } from './printable.ts';

export type KindsShown = Readonly<Record<string, Kind>>;

/** A change for a person to read, whatever the layout; every text is printable. */
export interface Described {
  /** `kafka topic` */
  readonly what: string;
  readonly name: string;
  readonly settings: readonly DescribedSetting[];
  readonly cost: string | undefined;
}

export interface DescribedSetting {
  readonly label: string;
  /** Only where it changes. */
  readonly from?: string;
  readonly to: string;
}

/** Changes in rows: mostly one each, and together what differs in nothing but, say, the operation of an ACL. */
export function rowsOf(changes: readonly Change[], kinds: KindsShown): (readonly [Change, ...Change[]])[] {
  const rows = new Map<string, [Change, ...Change[]]>();
  for (const change of changes) {
    const row = change.cost === undefined ? kinds[change.kind]?.row?.(specOf(change)) : undefined;
    const key = row === undefined ? change.address : `${change.action} ${change.kind} ${row}`;
    const known = rows.get(key);
    if (known === undefined) rows.set(key, [change]);
    else known.push(change);
  }
  return [...rows.values()];
}

function specOf({ after, before }: Change): NonNullable<Change['after']> {
  return after ?? before ?? {};
}

/** A change, with those that are told in one row with it. */
export function describe(change: Change, kinds: KindsShown, row: readonly Change[] = [change]): Described {
  const kind = kinds[change.kind];
  const spec = specOf(change);
  const updates = change.before !== null && change.after !== null;
  return {
    what: printable(`${brokerOf(change.address)} ${kind?.label ?? change.kind}`),
    name: printable(
      kind?.title?.(change.address, spec, row.map(specOf)) ?? partsOf(change.address).join('/'),
    ),
    settings: updates ? changed(change, kind) : said(spec, kind),
    cost: change.cost === undefined ? undefined : printable(change.cost),
  };
}

/** What is made or goes: everything but what goes without saying. */
function said(spec: NonNullable<Change['after']>, kind: Kind | undefined): DescribedSetting[] {
  return (kind?.show(spec) ?? [])
    .filter(([, , usual]) => usual === undefined)
    .map(([label, value]) => ({ label: printable(label), to: printable(value) }));
}

/** What changes: old and new, and nothing that stays. */
function changed(change: Change, kind: Kind | undefined): DescribedSetting[] {
  const show = (spec: Change['before']) =>
    new Map(spec === null ? [] : (kind?.show(spec) ?? []).map(([label, value]) => [label, value]));
  const before = show(change.before);
  const after = show(change.after);
  return [...new Set([...before.keys(), ...after.keys()])]
    .filter((label) => before.get(label) !== after.get(label))
    .map((label) => ({
      label: printable(label),
      from: printable(before.get(label) ?? 'none'),
      to: printable(after.get(label) ?? 'none'),
    }));
}

/** By service, sorted; what belongs to the whole environment stands under '' and comes first. */
export function byService<Item extends { readonly service?: string | undefined }>(
  items: readonly Item[],
): [string, Item[]][] {
  return [...Map.groupBy(items, (item) => item.service ?? '')].sort(([a], [b]) => (a < b ? -1 : 1));
}

/** `2 to create, 1 to delete, 1 blocked`. */
export function countsText(summary: Partial<Summary>): string {
  const parts = [
    [summary.create, 'to create'],
    [summary.update, 'to update'],
    [summary.replace, 'to replace'],
    [summary.delete, 'to delete'],
    [summary.blocked, 'blocked'],
  ] as const;
  const said = parts.flatMap(([count = 0, what]) => (count > 0 ? [`${count} ${what}`] : []));
  return said.length === 0 ? 'nothing to do' : said.join(', ');
}

/** `; 3 unmanaged (1 claimed)`, or nothing. */
export function unmanagedText(unmanaged: readonly { readonly claimed: boolean }[]): string {
  const claimed = unmanaged.filter((one) => one.claimed).length;
  if (unmanaged.length === 0) return '';
  return `; ${unmanaged.length} unmanaged${claimed > 0 ? ` (${claimed} claimed)` : ''}`;
}
