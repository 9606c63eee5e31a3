import { type Address, kindOf, partsOf } from '../address.ts';
import { UsageError } from '../errors.ts';
import type { AccessModel } from './model.ts';

/** What a person means by a resource: a whole address, or a name where that is enough. Pure. */

export interface Meant {
  readonly broker: string;
  readonly at: Address;
  /** Whether anything tells of it. */
  readonly known: boolean;
}

/** By broker. */
export type Models = ReadonlyMap<string, AccessModel>;

/** Finds what a typing mistake could have been meant for. */
export type Nearest = (word: string, candidates: readonly string[]) => string | undefined;

const howToName =
  'name a thing, such as queue:NAME, exchange:NAME or topic:NAME; the default exchange is exchange:amq.default';

/** Throws UsageError where it is nothing, or more than one thing. */
export function meantBy(text: string, models: Models, nearest: Nearest): Meant {
  if (text.trim() === '') throw new UsageError('RESOURCE is empty: nothing is asked about', howToName);
  const whole = /^([a-z]+):[a-z-]+:/.exec(text);
  if (whole?.[1] !== undefined) return wholly(text as Address, whole[1], models);
  const [, kind, bare] = /^([a-z-]+):(.*)$/s.exec(text) ?? [];
  const isKind = kind !== undefined && bare !== undefined && candidates(models, 'x', kind).length > 0;
  const [name, of] = isKind ? [bare, kind] : [text, undefined];
  const all = candidates(models, name, of);
  const known = all.filter((one) => one.known);
  if (name === '' && known.length === 0) throw new UsageError(`${text} has no name`, howToName);
  const [first, ...others] = known.length > 0 || of === undefined ? known : all;
  if (first !== undefined && others.length === 0) return first;
  if (known.length === 0 && first !== undefined) {
    const whole = `one that nobody has yet is asked about by its whole address: ${all.map(({ at }) => at).join(', ')}`;
    const near = nearOnes(name, kindOf(first.at), models, nearest);
    const meant = near.length === 0 ? '' : `did you mean ${near.join(' or ')}? `;
    throw new UsageError(`${name} could be several things, of which none is known`, `${meant}${whole}`);
  }
  if (first !== undefined) {
    const listed = [first, ...others].map(({ at }) => at).join(', ');
    throw new UsageError(`${name} is the name of several things`, `name one of them: ${listed}`);
  }
  throw new UsageError(`nothing is called ${text}`, hintFor(name, models, nearest));
}

function candidates(models: Models, name: string, kind: string | undefined): Meant[] {
  return [...models].flatMap(([broker, model]) =>
    model.named(name, kind).map((at) => ({ broker, at, known: model.things.has(at) })),
  );
}

function wholly(at: Address, broker: string, models: Models): Meant {
  const model = models.get(broker);
  if (model === undefined) {
    const names = [...models.keys()].join(' and ');
    throw new UsageError(`${at} is not of a broker that is asked about`, `they are: ${names}`);
  }
  const found = model.normal(decodable(at));
  if (typeof found !== 'string') throw new UsageError(found.why, found.hint);
  return { broker, at: found, known: model.things.has(found) };
}

function decodable(at: Address): Address {
  try {
    partsOf(at);
    return at;
  } catch {
    throw new UsageError(
      `${at} is not an address: a % in a name is written %25`,
      'addresses are percent-encoded, as a plan prints them',
    );
  }
}

function hintFor(name: string, models: Models, nearest: Nearest): string {
  const near = nearOnes(name, undefined, models, nearest);
  const whole = 'a name that nobody has yet is asked about by its whole address, such as kafka:topic:NAME';
  return near.length === 0 ? whole : `did you mean ${near.join(' or ')}? ${whole}`;
}

/** Things of a name like this one: of the same kind, if one is given. */
export function nearOnes(
  name: string,
  kind: string | undefined,
  models: Models,
  nearest: Nearest,
): readonly Address[] {
  const all = [...models.values()].flatMap(({ things }) =>
    [...things].filter((at) => kind === undefined || kindOf(at) === kind),
  );
  const byName = Map.groupBy(all, (at) => partsOf(at).at(-1) ?? '');
  const near = nearest(
    name,
    [...byName.keys()].filter((one) => one !== '' && one !== name),
  );
  return near === undefined ? [] : (byName.get(near) ?? []);
}
