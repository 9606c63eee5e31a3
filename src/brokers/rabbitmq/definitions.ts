import type { Json } from '../../core/json.ts';

/**
 * `GET /api/definitions` as the broker sends it, in what mqwarden reads of it. Fields differ between 3.10 and 4.3: each may be
 * missing, and some have two forms.
 */
export interface Definitions {
  readonly rabbit_version?: string;
  readonly rabbitmq_version?: string;
  readonly vhosts?: readonly LiveVhost[];
  readonly users?: readonly LiveUser[];
  readonly permissions?: readonly LivePermission[];
  readonly topic_permissions?: readonly LiveTopicPermission[];
  readonly policies?: readonly LivePolicy[];
  readonly parameters?: readonly LiveParameter[];
  readonly exchanges?: readonly LiveExchange[];
  readonly queues?: readonly LiveQueue[];
  readonly bindings?: readonly LiveBinding[];
}

export interface LiveVhost {
  readonly name: string;
  readonly description?: string;
  readonly tags?: readonly string[] | string;
  readonly default_queue_type?: string;
  /** Where 4.x keeps the same three. */
  readonly metadata?: {
    readonly description?: string;
    readonly tags?: readonly string[] | string;
    readonly default_queue_type?: string;
  };
}

export interface LiveUser {
  readonly name: string;
  readonly password_hash?: string;
  readonly hashing_algorithm?: string;
  readonly tags?: readonly string[] | string;
  /** `[]` where there are none. */
  readonly limits?: Readonly<Record<string, Json>> | readonly [];
}

export interface LivePermission {
  readonly user: string;
  readonly vhost: string;
  readonly configure: string;
  readonly write: string;
  readonly read: string;
}

export interface LiveTopicPermission {
  readonly user: string;
  readonly vhost: string;
  readonly exchange: string;
  readonly write: string;
  readonly read: string;
}

export interface LivePolicy {
  readonly name: string;
  readonly vhost: string;
  readonly pattern: string;
  readonly 'apply-to'?: string;
  readonly priority?: number;
  readonly definition: Readonly<Record<string, Json>>;
}

interface LiveParameter {
  readonly vhost?: string;
  readonly component: string;
  readonly name: string;
  readonly value: Json;
}

interface WithArguments {
  readonly arguments?: Readonly<Record<string, Json>> | readonly [];
}

export interface LiveExchange extends WithArguments {
  readonly name: string;
  readonly vhost: string;
  readonly type: string;
  readonly durable: boolean;
  readonly auto_delete: boolean;
  readonly internal?: boolean;
}

export interface LiveQueue extends WithArguments {
  readonly name: string;
  readonly vhost: string;
  readonly type?: string;
  readonly durable: boolean;
  readonly auto_delete: boolean;
}

export interface LiveBinding extends WithArguments {
  readonly source: string;
  readonly vhost: string;
  readonly destination: string;
  readonly destination_type: string;
  readonly routing_key: string;
  /** In lists of bindings only. */
  readonly properties_key?: string;
}
