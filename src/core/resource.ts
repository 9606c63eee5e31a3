import type { Address } from './address.ts';
import type { JsonObject } from './json.ts';

/** One thing on a broker, desired or live. Holds no secret: hashes and salts never get this far. */
export interface Resource<Name extends string = string, Spec extends JsonObject = JsonObject> {
  /** `rabbitmq:queue`, `kafka:acl`, … */
  readonly kind: Name;
  readonly address: Address;
  /** The service that it is for; absent for what belongs to the whole environment. */
  readonly service?: string | undefined;
  /** Its settings in canonical form: live and desired meet here, so that equal settings are equal JSON. */
  readonly spec: Spec;
  /** What it is for, in the words of the topology: `publishes order.exchange.events`. */
  readonly because?: string | undefined;
}

/** What becomes of a live resource that the topology does not declare (the fate table). */
type Fate =
  /** A grant of a declared principal: drift, deleted. */
  | 'managed'
  /** Only a claim matches: reported as claimed, deleted by `--prune` or a tombstone. */
  | 'claimed'
  /** Stands in a declared vhost or cluster: reported, deleted by `--prune`. */
  | 'prunable'
  /** Somebody else's: reported, never touched. */
  | 'unmanaged'
  /** The broker's own, protected, or the administrator's: never touched, never listed. */
  | 'internal';

export interface Ownership {
  readonly fate: Fate;
  /** The service that it is charged to, where one is known. */
  readonly service?: string | undefined;
  /** Why it goes, where it is not simply drift. */
  readonly why?: string | undefined;
}

export type Action = 'create' | 'update' | 'replace' | 'delete';

/** A step of a plan, as data: it can be printed, digested, saved and compared. */
export interface Change<R extends Resource = Resource> {
  readonly action: Action;
  readonly address: Address;
  readonly kind: R['kind'];
  readonly service?: string | undefined;
  readonly reason: string;
  /** The stored password is written again, whatever else changes. */
  readonly credential?: 'rewrite' | undefined;
  readonly before: R['spec'] | null;
  readonly after: R['spec'] | null;
  /** What it would lose or disturb now (messages, consumers, open connections). Never part of a digest. */
  readonly cost?: string | undefined;
}

/** What a live resource that differs from the desired one needs. */
export type Verdict =
  | { readonly is: 'update'; readonly why: string }
  | { readonly is: 'replace'; readonly why: string }
  | { readonly is: 'blocked'; readonly why: string; readonly hint: string };

/** The decision that a person must name on the command line before a change may run. */
export interface Hazard {
  readonly needs: 'data-loss' | 'widening';
  readonly why: string;
}
