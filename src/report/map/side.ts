import type { Holder } from '../../core/access/documents.ts';
import type { AccessModel, Effects, Held } from '../../core/access/model.ts';
import type { Address } from '../../core/address.ts';

/** One broker, as the report looks at it. */
export interface MapSide {
  readonly broker: { readonly name: string; readonly title: string };
  readonly model: AccessModel;
  readonly principals: readonly string[];
  readonly holder: (principal: string) => Holder;
  /** Those that the topology has there. */
  readonly services: readonly MapService[];
  /** What there is, with the service that it belongs to, where it belongs to one. */
  readonly resources: ReadonlyMap<Address, string | undefined>;
}

export interface MapService {
  readonly name: string;
  readonly owner?: string | undefined;
  readonly suspended?: boolean | undefined;
}

/** The same with all that is asked of everybody worked out once. */
export interface Surveyed extends MapSide {
  readonly people: readonly Person[];
}

export interface Person {
  readonly principal: string;
  readonly holder: Holder;
  /** Of the node. */
  readonly id: string;
  readonly held: readonly Held[];
  /**
   * `many`: so much that to name it thing by thing would hide everybody else's. Like the administrator, who may do `all`, such a
   * one is not drawn, and nobody is said to reach it: everybody does.
   */
  readonly reaches: 'some' | 'many' | 'all';
}

export const mostDrawn = 250;

export function surveyed(side: MapSide): Surveyed {
  const model = remembering(side.model);
  const people = side.principals.map((principal): Person => {
    const holder = side.holder(principal);
    const held = model.held(principal);
    const isMuch = held.length > mostDrawn && new Set(held.map(({ at }) => at)).size > mostDrawn;
    const reaches = holder.is === 'administrator' ? 'all' : isMuch ? 'many' : 'some';
    return { principal, holder, id: idOf(holder), held, reaches };
  });
  return { ...side, model, people };
}

/** A service has one node, whatever its principals are, and on whichever brokers. */
function idOf({ broker, principal, service }: Holder): string {
  return service === undefined ? `principal:${broker}/${principal}` : serviceId(service);
}

export function serviceId(service: string): string {
  return `service:${service}`;
}

/** What is asked again and again is answered once. */
function remembering(model: AccessModel): AccessModel {
  const effects = new Map<Address, Effects>();
  const held = new Map<string, readonly Held[]>();
  return {
    ...model,
    effects: (at) => known(effects, at, (one) => model.effects(one)),
    held: (principal) => known(held, principal, (one) => model.held(one)),
  };
}

function known<Key, Value>(answers: Map<Key, Value>, key: Key, ask: (key: Key) => Value): Value {
  const before = answers.get(key);
  if (before !== undefined) return before;
  const answer = ask(key);
  answers.set(key, answer);
  return answer;
}
