import type { ZodType } from 'zod';
import type { AccessModel } from './access/model.ts';
import type { Address } from './address.ts';
import type { AuditRule, StoredSecrets, Told } from './audit.ts';
import type { clientFiles } from './client-tls.ts';
import type { Position } from './errors.ts';
import type { Finding } from './finding.ts';
import type { Imported } from './import/imported.ts';
import type { JsonObject } from './json.ts';
import type { Ground, Kind } from './kind.ts';
import type { Landscape, Placed, PlacedService } from './landscape.ts';
import type { Lock, LockRequest } from './lock.ts';
import type { Realms } from './naming.ts';
import type { Identity, Login, Prover, Question } from './proof.ts';
import type { Change, Resource } from './resource.ts';
import type { BrokerRule } from './rule.ts';
import type { Mode } from './rotation/words.ts';

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
  /** By what messages go ways that no resource tells of, as sentences. */
  readonly elsewhere?: readonly string[];
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

export interface Credential {
  readonly username: string;
  readonly password: string;
}

export interface CredentialDrift {
  /** To be written again: why, and the spec that it is to have where that is another. */
  readonly drifted: ReadonlyMap<Address, { readonly why: string; readonly after?: JsonObject }>;
  /** What could not be told. */
  readonly unknown: readonly Warning[];
}

/** The services' credentials. Paths are `<broker>/<service>`. */
export interface Credentials {
  /** Undefined where the environment names no store. */
  has(path: string): Promise<boolean | undefined>;
  /** Undefined where nothing is stored, or the environment names no store. */
  read(path: string): Promise<Credential | undefined>;
  /** The stored credential, or a newly generated one that was stored before this returns. */
  ensure(path: string, username: string): Promise<Credential>;
}

/** What the shell gives to a broker. */
export interface Context {
  /** Resolves a reference such as `env:NAME`; what it returns is redacted from every output from then on. */
  secret(reference: string, at: Position): Promise<string>;
  /** Reads a file named in the topology, relative to the file that names it. */
  file(path: string, at: Position): Promise<string>;
  /** Hands a derived secret (a live hash) to the redaction. */
  conceal(secret: string): void;
  readonly timeoutMs: number;
  /** Sent to the broker where it can carry one (connection names), and in the audit log. */
  readonly correlationId: string;
  readonly progress: (text: string) => void;
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

export type Outcome =
  | { readonly status: 'done' }
  | { readonly status: 'failed'; readonly error: string; readonly hint?: string | undefined }
  | { readonly status: 'skipped'; readonly error: string };

/**
 * What a writer does, or sees done, beside the changes that it was given: a right that the administrator needs, a connection that
 * is closed. It goes on record as the changes do. Holds no secret.
 */
export interface Deed {
  readonly action: 'create' | 'close';
  /** What it is, or for a connection, the change for which it is closed. */
  readonly address: Address;
  readonly detail: string;
  readonly outcome: Outcome;
}

export interface Writer<R extends Resource> {
  /**
   * Carries out the changes of one phase, which do not depend on one another, in batches or concurrently, and reports each
   * one's own outcome. A failure of one is reported, not thrown; a throw means that nothing further can be done.
   */
  write(changes: readonly Change<R>[], report: (change: Change<R>, outcome: Outcome) => void): Promise<void>;
  /** Closes the sessions that a narrowing left open; returns what it could not close. */
  closeSessions(changes: readonly Change<R>[]): Promise<readonly Warning[]>;
  close(): Promise<void>;
}

/** What a rotation asks of a broker beside the changes of a plan. Every method throws where no answer came. */
export interface Rotator {
  /** A real login, which ends at once. */
  login(credential: Credential): Promise<'accepted' | 'refused'>;
  /** How many sessions of a principal are open; undefined where the broker does not tell. */
  sessions(principal: string): Promise<number | undefined>;
  /** Ends those that are open, as far as the broker can, and returns how many. */
  endSessions(principal: string): Promise<number>;
  /** Gives a user that lives another password. */
  setPassword(credential: Credential): Promise<void>;
  /** What is left when the old credential is refused, as a sentence; undefined where nothing is. */
  remainder(mode: Mode): Promise<string | undefined>;
  close(): Promise<void>;
}

/** Asked before every request that writes; throws where nothing more may be written. */
export type Permit = () => Promise<void>;

/** What an apply watches its writers by. */
export interface Watch {
  readonly permit: Permit;
  readonly record: (deed: Deed) => void;
}

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

/** Text with gaps that any text fills: `['order.', '']` is all that begins with `order.`. */
export type Shape = readonly string[];

/** What a service does on a broker, by its intent: for the types that are generated for it. */
export interface Use {
  /** The intent's own word: `publishes`, `consumes`. */
  readonly does: string;
  /** The name of the exchange, queue or topic; with a gap for a prefix. */
  readonly name: Shape;
  /** What belongs to it: routing keys, the group. Any text where it is left out. */
  readonly with?: readonly Shape[];
}

/** A place on a broker that a service connects to: most brokers are one; RabbitMQ has a vhost for each. */
export interface ClientPlace {
  /** What its factory is given beside the credentials: endpoints, names. */
  readonly options: Readonly<Record<string, unknown>>;
  readonly uses: readonly Use[];
}

/** A service's side of a broker: where it lives, and what it does there. */
export interface Client extends ClientPlace {
  /** What services call this place by. */
  readonly name: string;
  readonly auth: Identity['by'];
  /** The files that it connects with, as the topology names them, and the name to expect in the broker's certificate. */
  readonly tls: ReturnType<typeof clientFiles>;
  readonly serverName: string | undefined;
  /** The other places where it does something, by the names that services call them by. */
  readonly elsewhere: ReadonlyMap<string, ClientPlace>;
}

export interface AuditRequest<Environment = unknown, Service = unknown, R extends Resource = Resource> {
  readonly landscape: Landscape<Environment, Service>;
  readonly compiled: Compiled<R>;
  readonly ground: Ground;
  /** Names of the landscape that are no services: an exporter, an operator. */
  readonly principals: ReadonlySet<string>;
  /** The other environments of the topology that are on the same broker, landed. */
  readonly neighbours: readonly Landscape<Environment, Service>[];
  readonly secrets: Told<StoredSecrets>;
  /** The stored credential of a service. */
  readonly stored: (service: string) => Credential | undefined;
  readonly now: Date;
}

/** How a broker is audited: reading and connection attempts, and nothing that has an effect. */
export interface Auditor<Environment = unknown, Service = unknown, R extends Resource = Resource> {
  /** All that `audit` answers, one finding each. */
  readonly rules: readonly AuditRule[];
  /** Throws ConnectionError where the broker cannot be asked at all. */
  audit(request: AuditRequest<Environment, Service, R>, context: Context): Promise<readonly Finding[]>;
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
