import type { Position } from './errors.ts';

/** How an environment names things of one sort: a text around the place of the name, `staging.{name}`. */
export interface Template {
  readonly before: string;
  readonly after: string;
}

/** Names as they are written. */
export const asWritten: Template = { before: '', after: '' };

/** `staging.{name}` apart; a text with one `{…}` in it was checked before. */
export function templateOf(text: string | undefined): Template {
  const [before = '', after = ''] = (text ?? '{}').split(/\{[^}]*\}/);
  return { before, after };
}

export function fill({ before, after }: Template, name: string): string {
  return before + name + after;
}

export function canGive({ before, after }: Template, name: string): boolean {
  return name.length > before.length + after.length && name.startsWith(before) && name.endsWith(after);
}

/** The way back from `fill`, of a name that the template can give. */
export function bareName({ before, after }: Template, name: string): string {
  return name.slice(before.length, name.length - after.length);
}

/** Whether everything that `inner` can give, `outer` can give too, but not the other way round. */
export function isWithin(inner: Template, outer: Template): boolean {
  const contained = inner.before.startsWith(outer.before) && inner.after.endsWith(outer.after);
  return contained && inner.before.length + inner.after.length > outer.before.length + outer.after.length;
}

/** Whether some name could be given by both. */
export function overlap(a: Template, b: Template): boolean {
  const starts = a.before.startsWith(b.before) || b.before.startsWith(a.before);
  return starts && (a.after.endsWith(b.after) || b.after.endsWith(a.after));
}

/**
 * The names of one sort that an environment gives on a broker: environments that share a broker are kept apart by these.
 * Without a template, it has exactly these names.
 */
export interface Realm {
  /** `user`, `topic`, `vhost`. */
  readonly sort: string;
  readonly template?: Template | undefined;
  /** Where the template stands, or would stand, in the environment's section. */
  readonly key: readonly string[];
  readonly names: ReadonlyMap<string, Position>;
}

export type Realms = readonly Realm[];

/** Whether a name can be this environment's, and is not that of another one on the same broker. */
export function isOurs(own: Realms, others: readonly Realms[]): (sort: string, name: string) => boolean {
  return (sort, given) => {
    const name = withoutGeneration(given);
    const mine = own.find((realm) => realm.sort === sort);
    if (mine?.template === undefined || mine.names.has(name)) return true;
    const { template } = mine;
    if (!canGive(template, name)) return false;
    return !others.some((realms) =>
      realms
        .filter((realm) => realm.sort === sort)
        .some((theirs) => theirs.names.has(name) || claims(theirs, template, name)),
    );
  };
}

function claims({ template }: Realm, wider: Template, name: string): boolean {
  return template !== undefined && isWithin(template, wider) && canGive(template, name);
}

/** A rotated credential lives under the service's name with `.g2`, `.g3` … after it. */
export function withoutGeneration(name: string): string {
  return name.replace(/\.g[1-9]\d*$/, '');
}

/** The principal of a generation: the first one has the plain name. */
export function generationName(base: string, generation: number): string {
  return generation === 1 ? base : `${base}.g${generation}`;
}

/** Which generation of `base` a name is; undefined where it is none. */
export function generationOf(base: string, name: string): number | undefined {
  if (name === base) return 1;
  const [, digits] = name.startsWith(base) ? (/^\.g([1-9]\d{0,8})$/.exec(name.slice(base.length)) ?? []) : [];
  return digits === undefined || digits === '1' ? undefined : Number(digits);
}
