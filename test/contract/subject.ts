import type { Action } from '../../src/core/resource.ts';
import type { Decisions } from '../../src/core/decisions.ts';

/** One step in the life of a topology: its services, the decisions it takes to get there, and what must come of it. */
export interface Stage {
  readonly name: string;
  readonly services: Readonly<Record<string, unknown>>;
  /** The environment's section, where it is not that of the subject. */
  readonly section?: Readonly<Record<string, unknown>>;
  readonly decisions?: Partial<Decisions>;
  /** `create rabbitmq:queue`, each at least once among the changes of this stage. */
  readonly does: readonly `${Action} ${string}`[];
}

/** Where a broker is, as an environment of a topology would say it. */
export interface Surroundings extends Pick<Subject, 'section' | 'files' | 'variables' | 'claims'> {
  /** Globs of principals that are never touched, whatever is claimed. */
  readonly protected?: Readonly<Record<string, string>>;
  /** The store of the services' credentials, if not a folder beside the topology. */
  readonly secrets?: string;
}

/** What the contract suite needs to know of a broker: where it is, and a life of a topology that touches every kind. */
export interface Subject {
  /** Stands in every name of this life: what others have on the broker does not count. */
  readonly run: string;
  /** The environment's section for the broker; files named in it stand beside the topology. */
  readonly section: Readonly<Record<string, unknown>>;
  readonly files: Readonly<Record<string, string>>;
  readonly variables: Readonly<Record<string, string>>;
  /** Globs of the principals that this life makes. */
  readonly claims: Readonly<Record<string, string>>;
  readonly stages: readonly Stage[];
  /** Changes that no stage can reach, each with the reason. */
  readonly unreachable: Readonly<Record<string, string>>;
}
