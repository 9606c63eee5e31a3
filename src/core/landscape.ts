import type { Position } from './errors.ts';
import type { Mode } from './rotation/words.ts';

/** A part of the topology with the way back to its place in the files. */
export interface Placed<Section> {
  /** The name of the service or environment. */
  readonly name: string;
  readonly section: Section;
  /** Where the value at `path` below the section stands; the nearest enclosing place if it is not written out. */
  locate(path: readonly (string | number)[]): Position;
}

interface Who {
  readonly username: string;
  readonly password: string;
}

/** An environment for whoever only looks: as its auditor, where it has one. */
export function asAuditor<Section extends { readonly admin: Who; readonly auditor?: Who | undefined }>(
  placed: Placed<Section>,
): Placed<Section> {
  const { auditor } = placed.section;
  if (auditor === undefined) return placed;
  return {
    ...placed,
    section: { ...placed.section, admin: auditor },
    locate: ([key, ...rest]) =>
      placed.locate(key === undefined ? [] : [key === 'admin' ? 'auditor' : key, ...rest]),
  };
}

/** Whom an environment logs in as, for messages: the administrator, or the auditor that stands in its place. */
export function whoLogsIn({
  section,
  locate,
}: Pick<Placed<{ readonly admin: Who; readonly auditor?: Who | undefined }>, 'section' | 'locate'>): {
  readonly title: string;
  readonly key: 'admin' | 'auditor';
  readonly position: Position;
} {
  const isAuditor = section.admin === section.auditor;
  return {
    title: isAuditor ? 'the auditor' : 'the administrator',
    key: isAuditor ? 'auditor' : 'admin',
    position: locate(['admin', 'username']),
  };
}

/**
 * How a generation beside the one in use is kept while a rotation is under way. `level`: as the one in use, while it lives;
 * `found`: what it has stays, and what it lacks is not made, since it is being made or unmade; `made`: as the one in use.
 */
export type Keep = 'level' | 'found' | 'made';

/** The principals that a service has at a time: more than one only while its credential is rotated. */
export interface Generations {
  /** The one whose credential services are given. */
  readonly inUse: string;
  readonly others: ReadonlyMap<string, Keep>;
}

/** A service, or another principal, with what holds for it on every broker. */
export interface PlacedService<Section> extends Placed<Section> {
  /** The emergency stop: no grants, and a credential that is refused. */
  readonly suspended?: boolean;
  /** The principals that it was known as before: kept level with it while they live, until `--prune` deletes them. */
  readonly formerly?: readonly string[];
  /** Absent where nothing is known of any: it has the principal that the topology names. */
  readonly generations?: Generations | undefined;
  /** How its credential is rotated; `dual` if not said. */
  readonly rotation?: Mode | undefined;
}

/** A service that is no more. */
interface Tombstone {
  readonly service: string;
  /** What it was known as; its generations (`.g2`) are meant too. */
  readonly principal: string;
  readonly position: Position;
}

/** What a topology says of one environment on one broker. */
export interface Landscape<Environment, Service, Override = unknown, Sizes = unknown> {
  readonly environment: Placed<Environment> & { readonly production: boolean };
  /** The services, and other principals, that have a section for this broker. */
  readonly services: readonly PlacedService<Service>[];
  readonly removed?: readonly Tombstone[];
  /** What the environment sets for all services, and for each: sizes, never grants. */
  readonly override?: Placed<Override> | undefined;
  readonly sizes?: ReadonlyMap<string, Placed<Sizes>>;
  readonly claims: readonly string[];
  /** Principals or users that are never touched and never listed. */
  readonly protected: readonly string[];
}
