import type { Address } from '../address.ts';
import { compareText } from '../json.ts';
import type { AccessModel, Basis, Held, Verb } from './model.ts';
import { type Cut, endOf, keyDoubt, type Step, surest, type Way, waysIn } from './ways.ts';

/** Who can read, write or configure something, and what somebody can. Pure. */

/** `perhaps`: it cannot be decided, or holds on a condition; the grounds say why. */
export type Sure = 'yes' | 'perhaps';

/** One right that lets a principal do what was asked. */
export interface Answer {
  readonly principal: string;
  readonly may: Sure;
  /** In the broker's words. */
  readonly rights: readonly string[];
  /** What the rights are on: the thing itself, or where the way to it, or from it, begins. */
  readonly at: Address;
  /** A pattern, where not every key will do. */
  readonly keys?: string | undefined;
  readonly by: readonly Basis[];
  /** It puts no messages there: it leads those of others there, by a binding. */
  readonly leads?: true;
  /** From what the right is on to the thing (who writes), or from the thing to what the right is on (who reads); none on itself. */
  readonly way: readonly Step[];
}

export interface WhoCan {
  readonly verb: Verb;
  readonly at: Address;
  readonly key?: string | undefined;
}

/** All answers about one thing: by a right on it first, then by what leads there or away from it, one for each principal and place. */
export function whoCan(
  model: AccessModel,
  principals: readonly string[],
  asked: WhoCan,
  cut: Cut = () => undefined,
): Answer[] {
  const { verb, at, key } = asked;
  const ways = waysIn(model, cut);
  const direct = principals.flatMap((principal) => onItself(model, principal, asked));
  const already = new Set(direct.map((one) => one.principal));
  const through =
    verb === 'write'
      ? writers(model, ways.up(at), principals, key)
      : verb === 'read'
        ? readers(model, ways.down(at, key === undefined ? [] : [model.exactly(key)]), principals)
        : [];
  // Who may take it where it lies, need not wait for where it goes.
  return [...direct, ...through.filter(({ principal }) => verb === 'write' || !already.has(principal))];
}

function onItself(model: AccessModel, principal: string, { verb, at, key }: WhoCan): Answer[] {
  const asked = model.rights(at, verb).map((right) => ({
    at,
    right,
    ruling: model.ruling({ principal, at, right, ...(key === undefined ? {} : { key }) }),
  }));
  const held = asked.filter(({ ruling }) => ruling.may !== 'no');
  const { leads } = model.effects(at);
  const isLeading = (rights: readonly string[]) => leads !== undefined && rights.includes(leads);
  return joined(principal, at, held, []).map((one) =>
    verb === 'write' && isLeading(one.rights) ? { ...one, leads: true } : one,
  );
}

/** The sure rights in one answer, those that are not in another. */
function joined(principal: string, at: Address, held: readonly Held[], way: readonly Step[]): Answer[] {
  return (['yes', 'perhaps'] as const).flatMap((may) => {
    const some = held.filter(({ ruling }) => ruling.may === may);
    const [first] = some;
    if (first === undefined) return [];
    const by = new Map(
      some.flatMap(({ ruling }) => ruling.by).map((one) => [`${one.address} ${one.says}`, one]),
    );
    const sure = may === 'yes' && !way.some(({ doubt }) => doubt !== undefined);
    const { keys } = first.ruling;
    return [
      {
        principal,
        may: sure ? 'yes' : 'perhaps',
        rights: some.map(({ right }) => right),
        at,
        by: [...by.values()],
        way,
        ...(keys === undefined ? {} : { keys }),
      },
    ];
  });
}

/** Who can put messages, or lead others', where they come here from. */
function writers(
  model: AccessModel,
  ways: readonly Way[],
  principals: readonly string[],
  key?: string,
): Answer[] {
  const given = key === undefined ? [] : [model.exactly(key)];
  const sources = Map.groupBy(
    ways.filter(({ steps }) => steps.length > 0),
    ({ from }) => from,
  );
  return [...sources].flatMap(([from, some]) => {
    // Where nobody can put any, somebody may still lead some there.
    const { puts, leads } = model.effects(from);
    const right = puts ?? leads;
    if (right === undefined) return [];
    return principals.flatMap((principal) => {
      const ruling = model.ruling({ principal, at: from, right });
      if (ruling.may === 'no') return [];
      const own = ruling.keys === undefined ? given : [...given, ruling.keys];
      const way = surest(some.flatMap((one) => passing(model, one, own)));
      if (way === undefined) return [];
      const found = joined(principal, from, [{ at: from, right, ruling }], way.steps);
      return puts === undefined ? found.map((one) => ({ ...one, leads: true as const })) : found;
    });
  });
}

/** The way for who may use only keys of these patterns; none if no key of theirs passes. */
function passing(model: AccessModel, way: Way, own: readonly string[]): Way[] {
  switch (model.meet([...way.keys, ...own])) {
    case 'no':
      return [];
    case 'yes':
      return [way];
    case 'perhaps':
      return [{ ...way, steps: way.steps.map((step) => ({ doubt: keyDoubt, ...step })) }];
  }
}

/** Who can get messages where they go from here. */
function readers(model: AccessModel, ways: readonly Way[], principals: readonly string[]): Answer[] {
  return ways
    .filter(({ steps }) => steps.length > 0)
    .flatMap((way) => {
      const end = endOf(way);
      const { gets } = model.effects(end);
      if (gets === undefined) return [];
      return principals.flatMap((principal) => {
        const ruling = model.ruling({ principal, at: end, right: gets });
        return ruling.may === 'no'
          ? []
          : joined(principal, end, [{ at: end, right: gets, ruling }], way.steps);
      });
    });
}

/** What a principal may do to one thing. */
export interface Reached {
  readonly at: Address;
  readonly rights: readonly ReachedRight[];
}

export interface ReachedRight {
  readonly right: string;
  readonly may: Sure;
  readonly keys?: string | undefined;
  readonly by: readonly Basis[];
}

/** Everything, one entry a thing, by address. */
export function reachedBy(model: AccessModel, principal: string): Reached[] {
  const things = Map.groupBy(model.held(principal), ({ at }) => at);
  const sorted = [...things].sort(([a], [b]) => compareText(a, b));
  return sorted.flatMap(([at, held]) => {
    const rights = held.flatMap(({ right, ruling: { may, by, keys } }): ReachedRight[] =>
      may === 'no' ? [] : [{ right, may, by, ...(keys === undefined ? {} : { keys }) }],
    );
    return rights.length === 0 ? [] : [{ at, rights }];
  });
}
