import type { Told } from '../../../core/audit.ts';
import type { AuditRequest } from '../../../core/broker.ts';
import type { TriedDoor } from '../../../core/doors.ts';
import type { Definitions } from '../definitions.ts';
import type { RabbitResource } from '../resources.ts';
import type { RabbitEnvironment, RabbitService } from '../schema.ts';

/** What was seen of a RabbitMQ, for the checks to judge: plain data, without a secret. */

export interface Listener {
  readonly node?: string;
  /** `amqp`, `amqp/ssl`, `http`, `https`, `clustering` and more. */
  readonly protocol: string;
  readonly ip_address?: string;
  readonly port: number;
}

/** What was tried at one listener. */
export interface Knocked extends TriedDoor {
  /** Of the listener as the broker tells it; undefined for an endpoint of the topology that it does not tell of. */
  readonly protocol: string | undefined;
  /** As it offers them to a client; undefined where it speaks no AMQP. */
  readonly mechanisms: readonly string[] | undefined;
  /** A login that names nobody; undefined where none is offered, or no answer came. */
  readonly anonymous: 'let in' | 'refused' | undefined;
}

export interface Connected {
  readonly name: string;
  readonly user: string;
  readonly vhost: string;
  readonly ssl: boolean;
  /** The service that the client says it is. */
  readonly service?: string | undefined;
}

export interface QueueState {
  readonly vhost: string;
  readonly name: string;
  readonly messages: number;
  readonly consumers: number;
}

/** Who reads from a queue now. */
export interface Consuming {
  readonly vhost: string;
  readonly queue: string;
  readonly user: string;
}

export interface RabbitFacts {
  readonly admin: string;
  /** Of the node that was asked. */
  readonly version: Told<string>;
  readonly listeners: Told<readonly Listener[]>;
  /** By node. */
  readonly mechanisms: Told<ReadonlyMap<string, readonly string[]>>;
  /** Hashes are left out: `hash` says what is known of them. */
  readonly definitions: Told<Definitions>;
  readonly hashes: ReadonlyMap<string, 'empty' | 'md5' | 'guest' | 'sound'>;
  readonly connections: Told<readonly Connected[]>;
  readonly queues: Told<readonly QueueState[]>;
  readonly consumers: Told<readonly Consuming[]>;
  /** RabbitMQ before 3.13 keeps none. */
  readonly deprecated: Told<readonly string[]> | 'not kept';
  readonly guestLogin: 'accepted' | 'refused' | 'unknown';
  readonly knocked: readonly Knocked[];
}

export interface RabbitSubject extends AuditRequest<RabbitEnvironment, RabbitService, RabbitResource> {
  readonly facts: RabbitFacts;
}

/** Each as often as it is offered: by what nodes are set to, and by what listeners say. */
export function mechanismsOffered({
  mechanisms,
  knocked,
}: Pick<RabbitFacts, 'mechanisms' | 'knocked'>): readonly string[] {
  const nodes = mechanisms.is === 'told' ? [...mechanisms.value.values()].flat() : [];
  return [...nodes, ...knocked.flatMap((one) => one.mechanisms ?? [])];
}
