import type { ZodType } from 'zod';
import type { Address } from '../address.ts';
import type { Broker } from '../broker.ts';
import type { Landscape, Placed } from '../landscape.ts';
import { diff } from '../diff.ts';
import { type Position, TopologyError } from '../errors.ts';
import type { JsonObject } from '../json.ts';
import type { Resource } from '../resource.ts';
import type { Way } from './imported.ts';

/**
 * What import leans on: a draft of services is right when it compiles to exactly what is live. That is for the schema, the
 * compiler and the planner to say, not for import to guess.
 */

/** Something in a draft that the schema or the compiler refuses. */
export interface Objection {
  readonly service: string;
  /** Below the service's section. */
  readonly path: Way;
  readonly message: string;
}

export interface Verdict<R extends Resource> {
  readonly objections: readonly Objection[];
  /** What a plan right after would change. Only looked for where there are no objections. */
  readonly differing: readonly Address[];
  readonly desired: ReadonlyMap<Address, R>;
}

type Judging<E, S, R extends Resource> = Pick<
  Broker<E, S, R>,
  'kinds' | 'land' | 'compile' | 'ground' | 'schema'
>;

/** Compiles the sections, as they would be written, and compares what comes of it with what is live. */
export function judge<E, S, R extends Resource>(
  broker: Judging<E, S, R>,
  landscape: Landscape<E, S>,
  sections: ReadonlyMap<string, JsonObject>,
  live: readonly R[],
): Verdict<R> {
  const services: Placed<S>[] = [];
  const objections: Objection[] = [];
  for (const [name, section] of sections) {
    const parsed = (broker.schema.service as ZodType<S>).safeParse(section);
    if (parsed.success) services.push(traced(name, parsed.data));
    else
      objections.push(
        ...parsed.error.issues.map(({ path, message }) => ({ service: name, path: path as Way, message })),
      );
  }
  if (objections.length > 0) return { objections, differing: [], desired: new Map() };
  try {
    return compared(broker, broker.land({ ...landscape, services }), live);
  } catch (error) {
    if (!(error instanceof TopologyError)) throw error;
    return {
      objections: error.problems.map((one) => objection(one, error)),
      differing: [],
      desired: new Map(),
    };
  }
}

function compared<E, S, R extends Resource>(
  broker: Judging<E, S, R>,
  landscape: Landscape<E, S>,
  live: readonly R[],
): Verdict<R> {
  const compiled = broker.compile(landscape);
  const reading = { resources: live, refusals: [], warnings: [] };
  const ground = broker.ground(landscape, compiled);
  const { changes, blocked, desired } = diff({ kinds: broker.kinds, compiled, reading, ground });
  return { objections: [], differing: [...changes, ...blocked].map(({ address }) => address), desired };
}

/** The way to a place, carried as the name of its file: a draft is not in any. */
function traced<S>(name: string, section: S): Placed<S> {
  return {
    name,
    section,
    locate: (path) => draftPosition(name, path),
  };
}

/** Where something stands in a draft; an objection there is for the draft to put right. */
export function draftPosition(name: string, path: Way): Position {
  return { file: mark + JSON.stringify([name, ...path]), line: 1, column: 1 };
}

const mark = 'draft:';

function objection(
  { message, position }: { readonly message: string; readonly position?: Position | undefined },
  error: TopologyError,
): Objection {
  // What is wrong with the environment itself is not for import to put right.
  if (position?.file.startsWith(mark) !== true) throw error;
  const [service = '', ...path] = JSON.parse(position.file.slice(mark.length)) as (string | number)[];
  return { service: String(service), path, message };
}
