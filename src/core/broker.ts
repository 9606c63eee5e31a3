import type { ZodType } from 'zod';
import type { AccessModel } from './access/model.ts';
import type { Address } from './address.ts';
import type { Auditor } from './broker/audit.ts';
import type { Client } from './broker/client.ts';
import type { Context, Credential, CredentialDrift, Credentials } from './broker/context.ts';
import type { Compiled, Decompiling, Observation, Reading, Scope } from './broker/reading.ts';
import type { Rotator } from './broker/rotator.ts';
import type { Permit, Watch, Writer } from './broker/writer.ts';
import type { Imported } from './import/imported.ts';
import type { Ground, Kind } from './kind.ts';
import type { Landscape, Placed, PlacedService } from './landscape.ts';
import type { Lock, LockRequest } from './lock.ts';
import type { Realms } from './naming.ts';
import type { Identity, Login, Prover, Question } from './proof.ts';
import type { Change, Resource } from './resource.ts';
import type { BrokerRule } from './rule.ts';

/** The port; what is asked and answered by it stands in broker/, a file a subject. */

export type { AuditRequest, Auditor } from './broker/audit.ts';
export type { Client, ClientPlace, Shape, Use } from './broker/client.ts';
export type { Context, Credential, CredentialDrift, Credentials } from './broker/context.ts';
export type {
  Compiled,
  Decompiling,
  Observation,
  Reading,
  Refusal,
  Scope,
  Warning,
} from './broker/reading.ts';
export type { Rotator } from './broker/rotator.ts';
export type { Deed, Outcome, Permit, Watch, Writer } from './broker/writer.ts';

/** Schemas of a broker's sections; the topology's schema is composed from these. */
export interface BrokerSchema {
  readonly environment: ZodType;
  readonly service: ZodType;
  /** Of `override.<broker>` and of `services.S.<broker>` in an environment: sizes alone. */
  readonly override?: ZodType;
  readonly sizes?: ZodType;
  /** Endpoints to stand in for those whose variables are not set, where another environment is asked for. */
  readonly unknownEndpoints?: Readonly<Record<string, unknown>>;
  /** The key under `claims.<broker>` and `protected.<broker>`: `users` or `principals`. */
  readonly principals: string;
  /** Keys of the environment section that hold endpoints: only these may use `${MQWARDEN_X}`. */
  readonly endpointKeys: readonly string[];
}

/**
 * One message broker: the port that everything above sees. Methods (not function properties) so that a broker of one
 * concrete resource type fits the registry's list.
 */
export interface Broker<Environment = unknown, Service = unknown, R extends Resource = Resource> {
  readonly name: string;
  /** How a person calls it: `RabbitMQ`. */
  readonly title: string;
  readonly schema: BrokerSchema;
  readonly kinds: Readonly<Record<string, Kind<R>>>;
  /** Identity of the endpoints (lower-case host:port), to see that two environments share a broker. Pure. */
  endpoints(environment: Environment): readonly string[];
  /**
   * The landscape as its environment wants it: services with their names and sizes there. Everything below sees only this. Pure.
   * Throws TopologyError with every problem found.
   */
  land(landscape: Landscape<Environment, Service>): Landscape<Environment, Service>;
  /** What lint looks for on this broker alone; loaded when it is asked for. */
  rules(): Promise<readonly BrokerRule<Environment, Service, R>[]>;
  /** The names that a landed landscape gives, by their sorts. Pure. */
  realms(landscape: Landscape<Environment, Service>): Realms;
  /** Intent to resources. Pure. Throws TopologyError with every problem found. */
  compile(landscape: Landscape<Environment, Service>): Compiled<R>;
  /**
   * Live resources to what a topology would say of them: intent where it compiles to exactly that, literal grants for the rest. A plan
   * of what comes of it changes nothing. Pure.
   */
  decompile(asked: Decompiling<Landscape<Environment, Service>, R>): Imported;
  /**
   * How this service connects, and what it does, in a landed landscape; undefined where it has no section for this broker. Pure.
   * Throws TopologyError where the environment does not say how.
   */
  client(landscape: Landscape<Environment, Service>, service: string): Client | undefined;
  /** What ownership is judged by. Pure. */
  ground(landscape: Landscape<Environment, Service>, compiled: Compiled<R>): Ground;
  /** The whole live state in scope. Throws PartialView rather than leave something out. */
  read(target: Placed<Environment>, scope: Scope<R>, context: Context): Promise<Reading<R>>;
  /** For snapshots and import: more than `read` looks at, all that a topology could declare. Throws PartialView likewise. */
  observe(target: Placed<Environment>, scope: Scope<R>, context: Context): Promise<Observation<R>>;
  /** What `read` would answer, as far as an observation tells. Pure. Throws PartialView where it does not tell enough. */
  recall(observed: Observation<R>, target: Placed<Environment>, scope: Scope<R>): Reading<R>;
  /**
   * Returns when the broker shows the last of these changes, which were done in this order, or after `patienceMs`; asks for far
   * less than `read` does, which must still be asked what is there. Absent where a write shows at once.
   */
  shown?(
    target: Placed<Environment>,
    done: readonly Change<R>[],
    patienceMs: number,
    context: Context,
  ): Promise<void>;
  /** What the changes would lose or disturb now, by address: messages, consumers, log size, connections. */
  weigh(
    target: Placed<Environment>,
    changes: readonly Change<R>[],
    context: Context,
  ): Promise<ReadonlyMap<Address, string>>;
  /** Who a service is to the broker. Pure. */
  identity(service: PlacedService<Service>): Identity;
  /**
   * All that could be asked as a service: each right on everything that the topology names, whoever it belongs to, and on what every
   * broker has. Pure.
   */
  questions(
    landscape: Landscape<Environment, Service>,
    compiled: Compiled<R>,
  ): (service: string) => Question[];
  /** Who reaches what by these resources, desired or live ones. Pure. */
  access(resources: readonly R[]): AccessModel;
  /**
   * Which of these users, all of them live, the broker would not let in with the password that is stored, or keeps it too weakly:
   * `live` says how they are kept. Changes nothing, and says nothing of what a password or its hash is.
   */
  drift(
    target: Placed<Environment>,
    stored: ReadonlyMap<Address, Credential>,
    live: readonly R[],
    context: Context,
  ): Promise<CredentialDrift>;
  /** How it is audited; loaded when it is asked for. */
  auditor(): Promise<Auditor<Environment, Service, R>>;
  /** Logs in as a service. Throws LoginRefused where the broker does not take the credential. */
  prove(target: Placed<Environment>, as: Login<Service, R>, context: Context): Promise<Prover>;
  /** Only apply and rotate ask for one. */
  writer(
    target: Placed<Environment>,
    context: Context,
    credentials: Credentials,
    watch: Watch,
  ): Promise<Writer<R>>;
  /** Only rotate asks for one. */
  rotator(target: Placed<Environment>, context: Context, permit: Permit): Promise<Rotator>;
  /** The lock of the whole cluster, whatever the environment: users and topics of one are global. Throws LockError. */
  lock(target: Placed<Environment>, context: Context, request: LockRequest): Promise<Lock>;
}
