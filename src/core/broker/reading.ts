import type { Address } from '../address.ts';
import type { JsonObject } from '../json.ts';
import type { Change, Resource } from '../resource.ts';

/** What comes of a topology, and what is live: the two sides of a plan. */

export interface Refusal {
  readonly address: Address;
  readonly action: Change['action'];
  readonly reason: string;
  readonly hint: string;
  /** The service that it is for, where one is known. */
  readonly service?: string | undefined;
  /** What it would lose or disturb now, as on a change. Never part of a digest. */
  readonly cost?: string | undefined;
}

export interface Warning {
  readonly address: Address;
  readonly message: string;
}

export interface Compiled<R extends Resource> {
  readonly resources: readonly R[];
  /** What cannot be said to any broker: counted as declared, so that what lives there is left alone. */
  readonly blocked: readonly Refusal[];
  readonly warnings: readonly Warning[];
  /** Which service a principal (RabbitMQ user, Kafka principal name without `User:`) belongs to. */
  readonly principals: ReadonlyMap<string, string>;
  /** Principals that services were known as before, with their service: `resources` has their grants, and nothing else. */
  readonly former?: ReadonlyMap<string, string>;
}

export interface Reading<R extends Resource> {
  readonly resources: readonly R[];
  /** What this very broker would refuse of the desired (version limits, policies, replication factors). */
  readonly refusals: readonly Refusal[];
  /** What no decision lets go, since more than this environment's would go with it. Told where its deletion is asked for. */
  readonly kept?: readonly Refusal[];
  readonly warnings: readonly Warning[];
  /** What only a live broker tells, as sentences: there is some where the reading comes from a snapshot. */
  readonly unknown?: readonly string[];
  /** What answers about access leave out, as sentences: by what messages go ways that no resource tells of. */
  readonly beyond?: readonly string[];
}

/** The live state by itself, as plain data that a snapshot can keep: enough for any topology of the environment. No secret. */
export interface Observation<R extends Resource = Resource> {
  /** Of the broker, in its own words. */
  readonly version: string;
  readonly resources: readonly R[];
  /** Worth telling whoever declares the resource. */
  readonly warnings: readonly Warning[];
  /** Whatever else `recall` needs. */
  readonly facts: JsonObject;
}

export interface Scope<R extends Resource> {
  /** What the topology wants: the reader looks at these names in particular. */
  readonly desired: readonly R[];
}

/** What import knows when it asks a broker for the words for what is live. */
export interface Decompiling<Place, R extends Resource> {
  /** The landscape, without services. */
  readonly landscape: Place;
  readonly live: readonly R[];
  /** The environment's section for this broker as it is written. */
  readonly written: JsonObject;
  /** Whether a service of this name is asked for. */
  readonly wanted: (service: string) => boolean;
}
