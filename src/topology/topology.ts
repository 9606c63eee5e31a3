import type { Mode } from '../core/rotation/words.ts';
import type { Position } from '../core/errors.ts';
import type { Data } from './document.ts';
import type { Path } from './places.ts';

/** An environment as its file declares it, checked against the schemas of the brokers. */
export interface EnvironmentDeclaration {
  readonly name: string;
  /** Said outright, or implied by the names `production` and `prod`. */
  readonly production: boolean;
  /** By broker name: what that broker's schema made of the section. */
  readonly sections: ReadonlyMap<string, unknown>;
  /** By broker name: what it sets for all services. */
  readonly override: ReadonlyMap<string, unknown>;
  /** By service, then by broker name: what it sets for one. Sizes, never grants. */
  readonly sizes: ReadonlyMap<string, ReadonlyMap<string, unknown>>;
  /** The store of the services' credentials, such as `file:credentials`; relative to the file that names it. */
  readonly secrets?: string | undefined;
  /** By broker name: globs over whole principal names. */
  readonly claims: ReadonlyMap<string, readonly string[]>;
  /** By broker name: globs over principals that are never touched. */
  readonly protected: ReadonlyMap<string, readonly string[]>;
  /** As it is written, before variables are filled in. */
  readonly written: Data;
}

export type ServiceKey = 'services' | 'principals';

/** A service, or another principal: the same blocks, and the same rules. */
export interface ServiceDeclaration {
  readonly name: string;
  readonly owner?: string | undefined;
  readonly description?: string | undefined;
  /** The key that it stands under: `principals` are those that are no services, such as an exporter. */
  readonly under: ServiceKey;
  /** The emergency stop. */
  readonly suspended: boolean;
  /** Names that it had before. */
  readonly formerly: readonly string[];
  readonly rotation?: Mode | undefined;
  readonly sections: ReadonlyMap<string, unknown>;
}

/** A topology that was read and holds to its schema, with the way back from every value to its place in the files. */
export interface Topology {
  readonly name: string;
  /** The files that it was read from, sorted. */
  readonly files: readonly string[];
  readonly environments: ReadonlyMap<string, EnvironmentDeclaration>;
  /** Those whose endpoints are not known, since variables are not set, and that were not asked for: they may be anywhere. */
  readonly unplaced: ReadonlyMap<string, EnvironmentDeclaration>;
  /** What stands under `services`, then under `principals`; a name stands under one of them only. */
  readonly services: ReadonlyMap<string, ServiceDeclaration>;
  /** Services that are no more, with the place of their tombstone. */
  readonly removed: ReadonlyMap<string, Position>;
  /** The place of `services.X.…`, `environments.X.…`, `name` or `version`, or the nearest one around it. */
  locate(path: Path): Position;
  /** `sha256:…` over everything that a plan for this environment depends on; other environments do not count. */
  digest(environment: string): string;
}
