import type { Address } from '../address.ts';
import type { Sure } from './answers.ts';
import type { AccessModel, Effects, Held } from './model.ts';
import { type Cut, endOf, type Step, type Ways, waysIn } from './ways.ts';

/** Whom an attacker with somebody's credential reaches, and by what way. Pure. */

/**
 * `sends`: the other gets messages of the attacker's making; `reads`: the attacker gets the other's messages; `takes`: the attacker
 * takes what the other would have got; `breaks`: the attacker may change or delete what the other uses.
 */
export type Effect = 'sends' | 'reads' | 'takes' | 'breaks';

export interface Hit {
  readonly principal: string;
  readonly effect: Effect;
  readonly may: Sure;
  /** Where the attacker's right is. */
  readonly at: Address;
  readonly right: string;
  /** From there to where the other one has a right; for `reads`, from where the other one writes to there. */
  readonly way: readonly Step[];
  /** Where the other one's right is, and which it is. */
  readonly meets: Address;
  readonly theirs: string;
  /** Through whom: those that would have to pass it on, the attacker not among them. */
  readonly through: readonly string[];
}

/** What each principal has, looked up by thing: made once for all who are asked about. */
export interface Field {
  readonly model: AccessModel;
  readonly ways: Ways;
  readonly holders: ReadonlyMap<Address, readonly Holding[]>;
}

interface Holding extends Held {
  readonly principal: string;
}

export function fieldOf(
  model: AccessModel,
  principals: readonly string[],
  cut: Cut = () => undefined,
): Field {
  const all = principals.flatMap((principal) =>
    model.held(principal).map((held) => ({ ...held, principal })),
  );
  return { model, ways: waysIn(model, cut), holders: Map.groupBy(all, ({ at }) => at) };
}

/**
 * Everybody that is reached from one principal, and with `hops` above 1 from those, too, that get its messages, as if they passed on
 * whatever they get. Of each principal and effect, one hit for each place.
 */
export function blastRadius(
  field: Field,
  { from, own, hops }: { readonly from: string; readonly own: ReadonlySet<string>; readonly hops: number },
): Hit[] {
  const found = new Map<string, Hit>();
  const reached = new Set(own);
  let wave: { readonly principal: string; readonly through: readonly string[] }[] = [
    { principal: from, through: [] },
  ];
  for (let hop = 1; hop <= hops && wave.length > 0; hop += 1) {
    const next: typeof wave = [];
    for (const { principal, through } of wave) {
      const hits = hitsFrom(field, principal).filter((hit) => !own.has(hit.principal));
      for (const hit of hop === 1 ? hits : hits.filter(({ effect }) => effect === 'sends')) {
        const key = JSON.stringify([hit.principal, hit.effect, ...(hop === 1 ? [hit.at, hit.meets] : [])]);
        if (hop > 1 && reached.has(hit.principal)) continue;
        if (!found.has(key)) found.set(key, { ...hit, through });
        if (hit.effect !== 'sends' || reached.has(hit.principal)) continue;
        reached.add(hit.principal);
        next.push({ principal: hit.principal, through: [...through, hit.principal] });
      }
    }
    wave = next;
  }
  return [...found.values()];
}

/** Of one principal's rights. */
function hitsFrom(field: Field, principal: string): Hit[] {
  const { model } = field;
  const held = model.held(principal);
  const isListening = held.some(
    ({ at, right }) => right === model.effects(at).gets && model.effects(at).takes === undefined,
  );
  return held.flatMap((one) => {
    const effect = model.effects(one.at);
    return [
      ...(one.right === effect.puts ? sent(field, one, principal) : []),
      // Binding takes something to bind to.
      ...(one.right === effect.leads && isListening ? sent(field, one, principal) : []),
      ...(one.right === effect.gets ? read(field, one, principal) : []),
      ...(one.right === effect.takes ? shared(field, one, principal, 'takes', [one.right]) : []),
      ...(model.rights(one.at, 'configure').includes(one.right)
        ? shared(field, one, principal, 'breaks', used(effect))
        : []),
    ];
  });
}

function used({ puts, gets, takes }: Effects): string[] {
  return [puts, gets, takes].filter((right) => right !== undefined);
}

/** Others that get what is put here, wherever it goes. */
function sent({ model, ways, holders }: Field, one: Held, principal: string): Hit[] {
  const keys = one.ruling.keys === undefined ? [] : [one.ruling.keys];
  return ways.down(one.at, keys).flatMap((way) => {
    const end = endOf(way);
    const { gets } = model.effects(end);
    const theirs = (holders.get(end) ?? []).filter(
      (held) => held.right === gets && held.principal !== principal,
    );
    return theirs.map((held) => hit('sends', one, held, way.steps));
  });
}

/** Others whose messages come here, wherever they put them. */
function read({ model, ways, holders }: Field, one: Held, principal: string): Hit[] {
  const own = one.ruling.keys === undefined ? [] : [one.ruling.keys];
  return ways.up(one.at).flatMap((way) => {
    const { puts } = model.effects(way.from);
    const theirs = (holders.get(way.from) ?? []).filter(
      (held) => held.right === puts && held.principal !== principal,
    );
    return theirs.flatMap((held) => {
      const keys = held.ruling.keys === undefined ? way.keys : [...way.keys, held.ruling.keys];
      // Keys of what binds are binding keys: those are wildcards, which say little of the keys of messages.
      return model.meet(keys) === 'no' || own.includes('^$') ? [] : [hit('reads', one, held, way.steps)];
    });
  });
}

function shared(
  { holders }: Field,
  one: Held,
  principal: string,
  effect: Effect,
  rights: readonly string[],
): Hit[] {
  return (holders.get(one.at) ?? [])
    .filter((held) => rights.includes(held.right) && held.principal !== principal)
    .map((held) => hit(effect, one, held, []));
}

function hit(effect: Effect, one: Held, theirs: Holding, way: readonly Step[]): Hit {
  const doubts =
    [one, theirs].some(({ ruling }) => ruling.may !== 'yes') || way.some(({ doubt }) => doubt !== undefined);
  return {
    principal: theirs.principal,
    effect,
    may: doubts ? 'perhaps' : 'yes',
    at: one.at,
    right: one.right,
    way,
    meets: theirs.at,
    theirs: theirs.right,
    through: [],
  };
}
