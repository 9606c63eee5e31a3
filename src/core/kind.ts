import type { Address } from './address.ts';
import type { Change, Hazard, Ownership, Resource, Verdict } from './resource.ts';
import type { Setting } from './setting.ts';

/** What ownership is judged by. */
export interface Ground {
  readonly principals: ReadonlyMap<string, string>;
  readonly former?: ReadonlyMap<string, string>;
  /** Principals that a tombstone names, without generations, with the service that they were. */
  readonly removed?: ReadonlyMap<string, string>;
  /** Services that are to have no grants. */
  readonly suspended?: ReadonlySet<string>;
  /**
   * What a credential is that lives under a declared principal and is not declared: `refused` must not be there, `external` is
   * made and unmade elsewhere.
   */
  readonly credentials?: ReadonlyMap<string, 'refused' | 'external'>;
  /** Whether a name of this sort (`user`, `topic`) can be this environment's, which may share the broker with others. */
  readonly isOurs?: (sort: string, name: string) => boolean;
  readonly claims: readonly string[];
  readonly protected: readonly string[];
  /** The administrator that mqwarden logs in as. */
  readonly admin: string;
  /** Addresses of the containers that the topology declares: RabbitMQ's vhosts. */
  readonly containers: ReadonlySet<string>;
}

/** What a change is weighed against when its hazards are looked for. */
export interface View<R extends Resource> {
  readonly live: ReadonlyMap<Address, R>;
  readonly desired: ReadonlyMap<Address, R>;
  /** Addresses that the plan would delete or replace. */
  readonly going: ReadonlySet<Address>;
}

/** Everything that the planner and the applier need to know of one kind of resource. All of it is pure. */
export interface Kind<R extends Resource = Resource> {
  /** How plan output calls it: `topic permission`. */
  readonly label: string;
  /** Where it stands in a listing, and the order of creation; deletion goes the other way. */
  readonly order: number;
  readonly holdsData: boolean;
  /** For kinds with a credential in the secret store: whether this change needs it. */
  credential?(change: Change<R>): boolean;
  /** Whether this one has no credential that a new one would take the place of. */
  isBare?(live: R['spec']): boolean;
  ownership(live: R, ground: Ground): Ownership;
  /** For identities and their grants: the principal that it shows to be there. */
  principal?(live: R): string | undefined;
  /** For what shows no principal to be there and still goes with one: a quota. */
  about?(live: R): string | undefined;
  /** The same of another principal, where it is a principal's. */
  as?(live: R, principal: string): R;
  /** The desired resource with what the topology leaves open taken from the live one. */
  settle?(live: R, desired: R): R;
  /** Called only when the settled specs differ. */
  judge(live: R, desired: R): Verdict;
  /** What must exist before this can: a queue needs its vhost. */
  needs(resource: R): readonly Address[];
  hazard?(change: Change<R>, view: View<R>): Hazard | undefined;
  /** Changes run by rising phase: up first, then grants, then down. */
  phase(change: Change<R>): number;
  /** Further changes that must have succeeded before this one may run, beyond `needs`. */
  after?(change: Change<R>, others: readonly Change[]): readonly Address[];
  /** True if somebody loses a right by this change, done beside `others`: their sessions are closed after it. */
  narrows?(change: Change<R>, others: readonly Change[]): boolean;
  /** The blocked change without which this one must not run either: alone it would give a right instead of taking one. */
  tiedTo?(change: Change<R>, blocked: ReadonlySet<Address>): Address | undefined;
  /** How a person names it, with the others of its row; without one, the parts of its address. */
  title?(at: Address, spec: R['spec'], row: readonly R['spec'][]): string;
  /** What is equal here is told to a person in one row: ACLs that differ in the operation only. */
  row?(spec: R['spec']): string;
  /** The spec for a person to read, beyond what the title says. */
  show(spec: R['spec']): readonly Setting[];
}
