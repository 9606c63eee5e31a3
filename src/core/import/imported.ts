import type { Address } from '../address.ts';
import { compareText, type JsonObject } from '../json.ts';

/** The way to a part of a section: keys of mappings and indexes of lists. */
export type Way = readonly (string | number)[];

/** A service's section for one broker, as it would be written. */
export interface ImportedService {
  /** What its principal suggests: the sections of one name on several brokers are one service. */
  readonly name: string;
  readonly section: JsonObject;
  /** What a person must decide, at the part of the section that it is about. */
  readonly remarks: readonly Remark[];
}

export interface Remark {
  readonly path: Way;
  readonly text: string;
}

/** Something live that the topology does not say, and that stays as it is. */
export interface LeftOut {
  readonly address: Address;
  readonly reason: string;
  /** Nobody is known to own it, as against: the language has no words for it. */
  readonly unowned: boolean;
}

/** By address: a broker tells of them in another order each time. */
export function inOrder(left: readonly LeftOut[]): readonly LeftOut[] {
  return left.toSorted((a, b) => compareText(a.address, b.address) || compareText(a.reason, b.reason));
}

/** What a topology would say of what is live on one broker. */
export interface Imported {
  readonly services: readonly ImportedService[];
  /** The environment's section for this broker, with what is live in it: the limits of the vhost, for example. */
  readonly environment: JsonObject;
  readonly leftOut: readonly LeftOut[];
  /** Principals that no claim matches: not ours, and left alone. */
  readonly strangers: readonly string[];
}

/** The reason that every imported literal grant gives. */
export const importedReason = 'imported, to be reviewed';
