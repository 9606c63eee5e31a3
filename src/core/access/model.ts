import type { Address } from '../address.ts';
import type { Expectation, Question } from '../proof.ts';

/** What a broker tells of who reaches what, from resources that are desired or live alike. */

/** What a person asks for; each broker has rights of its own behind it. */
export type Verb = 'read' | 'write' | 'configure';

/** What of one grant decides. */
export interface Basis {
  /** The permission, topic permission or ACL. */
  readonly address: Address;
  /** `write ^order\.events$` */
  readonly says: string;
  /** What keeps it from being sure: `undecidable: the pattern has a look-around`, `from 10.0.0.7 only`. */
  readonly doubt?: string | undefined;
}

export interface Ruling {
  readonly may: Expectation;
  /** Grants that let it pass, and those that stand against it. */
  readonly by: readonly Basis[];
  /** Which routing or binding keys it is for, as a pattern of the broker's dialect; absent: all. */
  readonly keys?: string | undefined;
}

export type Asked = Pick<Question, 'principal' | 'at' | 'right' | 'key'>;

/** A right that somebody has, or may have. */
export interface Held {
  readonly at: Address;
  readonly right: string;
  readonly ruling: Ruling;
}

/** A way that messages take without anybody's doing. */
export interface Flow {
  readonly from: Address;
  readonly to: Address;
  /** `binding order.#`, `dead letters`. */
  readonly by: string;
  /** Only messages with keys that match this pattern; absent: all. */
  readonly passes?: string | undefined;
  /** The pattern of the key that messages have from here on, where that is another one. */
  readonly rekeys?: string | undefined;
  /** What keeps it from being sure. */
  readonly doubt?: string | undefined;
}

/** Rights by what they do to others' messages. */
export interface Effects {
  /** With which a client puts messages right there; undefined where none can. */
  readonly puts: string | undefined;
  /** With which a client gets the messages that come there. */
  readonly gets: string | undefined;
  /** With which a client takes something from others that have the same right. */
  readonly takes: string | undefined;
  /** With which a client leads messages of others there. */
  readonly leads: string | undefined;
}

/** Pure, and made at little cost: what is behind a question is worked out when it is asked. */
export interface AccessModel {
  /** Whoever the resources show to have rights; `*` is everyone. */
  readonly principals: readonly string[];
  /** Everything that the resources tell of, also by the name in a grant alone. */
  readonly things: ReadonlySet<Address>;
  readonly flows: readonly Flow[];
  /** Who could give themselves any right, and by what. */
  readonly powers: ReadonlyMap<string, string>;
  /** What no answer can take into account, as sentences. */
  readonly notes: readonly string[];
  /** By the broker's own rules. */
  ruling(asked: Asked): Ruling;
  /** Everything that a principal may, or may perhaps, do to what there is. */
  held(principal: string): readonly Held[];
  /** Grants that are for names that there are not yet, too. */
  wide(principal: string): readonly Basis[];
  /** The address in its one form, or, as a sentence, why nobody can have access to such a thing. */
  normal(at: Address): Address | Impossible;
  /** Every address that a thing of this name may have: of this kind (`queue`), or of any. */
  named(name: string, kind: string | undefined): readonly Address[];
  /** The broker's rights behind a word; none where it makes no sense of such a thing. */
  rights(at: Address, verb: Verb): readonly string[];
  effects(at: Address): Effects;
  /** Whether there is a key that all these patterns let through. */
  meet(patterns: readonly string[]): Expectation;
  /** The pattern of one key. */
  exactly(key: string): string;
  /** Whether one pattern of keys holds all that another one does; undefined is every key. */
  covers(wide: string | undefined, narrow: string | undefined): boolean;
}

export interface Impossible {
  readonly why: string;
  readonly hint: string;
}

/** Nothing at all. */
export const refused: Ruling = { may: 'no', by: [] };

/** Yes, no or perhaps, without the grounds. */
export function verdictsOf({ ruling }: Pick<AccessModel, 'ruling'>): (asked: Asked) => Expectation {
  return (asked) => ruling(asked).may;
}
