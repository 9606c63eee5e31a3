import { append } from '../core/append.ts';
import { digest } from '../core/json.ts';
import { type Position, type Problem, TopologyError } from '../core/errors.ts';
import { type Data, type DataObject, type ParsedFile, parseFile } from './document.ts';
import { readFiles, type TextFile } from './files.ts';
import { type EnvironmentOutput, environmentOf, serviceOf } from './declarations.ts';
import { dataOf, digestible } from './digest.ts';
import { check, type Issue, nearest } from './issues.ts';
import { isMapping, type Merged, mergeFiles, type Unit } from './merge.ts';
import { byPosition, type Path, placeAt, positionAt, showPath } from './places.ts';
import { type BrokerSections, unitSchemas } from './schema.ts';
import type { EnvironmentDeclaration, ServiceDeclaration, ServiceKey, Topology } from './topology.ts';
import { strayVariables, substitute, type Variables } from './variables.ts';

export type { EnvironmentDeclaration, Topology } from './topology.ts';

export interface LoadOptions {
  readonly withoutServices?: boolean;
}

/**
 * Reads the topology at `path`, a file or a folder, and checks it against the schemas of `brokers`; `variables` fills in the
 * `${MQWARDEN_X}` of endpoints. With an `environment`, the variables of the others need not be set: those that lack one are
 * left out. Throws TopologyError with every problem found, each with its place.
 *
 * With `withoutServices`, environments are enough: import is what finds the services.
 */
export async function loadTopology(
  path: string,
  brokers: readonly BrokerSections[],
  variables: Variables,
  environment?: string,
  options: LoadOptions = {},
): Promise<Topology> {
  return parseTopology(await readFiles(path), brokers, variables, environment, options);
}

/** The same for text that was already read. Pure. */
export function parseTopology(
  texts: readonly TextFile[],
  brokers: readonly BrokerSections[],
  variables: Variables,
  environment?: string,
  options: LoadOptions = {},
): Topology {
  const files = texts.map(({ file, text }) => parseFile(file, text));
  return topologyOf(files, brokers, variables, environment, options);
}

/** The same for files that were already parsed. Pure. */
export function topologyOf(
  files: readonly ParsedFile[],
  brokers: readonly BrokerSections[],
  variables: Variables,
  environment?: string,
  { withoutServices = false }: LoadOptions = {},
): Topology {
  // A file that could not be parsed may hold what the others seem to lack: nothing else is judged before it is right.
  refuse(files.flatMap((file) => file.problems));
  const merged = mergeFiles(files, { withoutServices });
  const drafts = checkUnits(merged, brokers, variables, environment, withoutServices);
  refuse([...merged.problems, ...drafts.problems]);
  return assemble(merged, drafts, files);
}

function refuse(problems: readonly Problem[]): void {
  if (problems.length > 0) throw new TopologyError([...problems].sort(byPosition));
}

interface Drafts {
  readonly environments: ReadonlyMap<string, EnvironmentDeclaration>;
  readonly unplaced: ReadonlyMap<string, EnvironmentDeclaration>;
  readonly services: ReadonlyMap<string, ServiceDeclaration>;
  /** The environments' data with their variables filled in: what the digest covers. */
  readonly landed: ReadonlyMap<string, Data>;
  readonly problems: readonly Problem[];
}

function checkUnits(
  merged: Merged,
  brokers: readonly BrokerSections[],
  variables: Variables,
  wanted: string | undefined,
  withoutServices: boolean,
): Drafts {
  const schemas = unitSchemas(brokers);
  const declare = (unit: Unit, output: EnvironmentOutput): EnvironmentDeclaration => {
    const declared = environmentOf(unit, output, brokers);
    // Sizes are about services, too.
    return withoutServices ? { ...declared, override: new Map(), sizes: new Map() } : declared;
  };
  const checked = checkEnvironments(merged, schemas, brokers, variables, wanted, declare);
  const { services, problems } = checkServices(merged, schemas, brokers);
  const related = [...checked.environments.values()].flatMap(({ name, sizes }) =>
    strangers(merged, name, sizes, services),
  );
  return {
    ...checked,
    services,
    problems: [...checked.problems, ...problems, ...formerProblems(merged, services), ...related],
  };
}

type Schemas = ReturnType<typeof unitSchemas>;

function checkEnvironments(
  merged: Merged,
  schemas: Schemas,
  brokers: readonly BrokerSections[],
  variables: Variables,
  wanted: string | undefined,
  declare: (unit: Unit, output: EnvironmentOutput) => EnvironmentDeclaration,
): Omit<Drafts, 'services'> {
  const problems: Problem[] = [];
  const environments = new Map<string, EnvironmentDeclaration>();
  const unplaced = new Map<string, EnvironmentDeclaration>();
  const landed = new Map<string, Data>();
  for (const [name, unit] of merged.environments) {
    const { data, issues, unset } = substitute(unit.data, brokers, variables);
    const asked = wanted === undefined || wanted === name;
    const refused = [...issues, ...(asked ? unset : [])];
    append(problems, placed('environments', unit, refused));
    landed.set(name, data);
    const checked = check(schemas.environment, data);
    if (!asked && unset.length > 0) {
      const placeless = check(schemas.environment, withoutEndpoints(data, brokers));
      if (placeless.ok) unplaced.set(name, declare(unit, placeless.value));
    } else if (checked.ok) environments.set(name, declare(unit, checked.value));
    else append(problems, placed('environments', unit, checked.issues.filter(unlessAt([...issues, ...unset]))));
  }
  return { environments, unplaced, landed, problems };
}

function checkServices(
  merged: Merged,
  schemas: Schemas,
  brokers: readonly BrokerSections[],
): Pick<Drafts, 'services' | 'problems'> {
  const problems: Problem[] = [];
  const services = new Map<string, ServiceDeclaration>();
  for (const under of ['services', 'principals'] as const) {
    for (const [name, unit] of merged[under]) {
      append(problems, placed(under, unit, strayVariables(unit.data)));
      const checked = check(schemas.service, unit.data);
      if (checked.ok) services.set(name, serviceOf(name, under, checked.value, brokers));
      else append(problems, placed(under, unit, checked.issues));
    }
  }
  return { services, problems };
}

/** The sections with endpoints that stand for any. */
function withoutEndpoints(data: Data, brokers: readonly BrokerSections[]): Data {
  if (!isMapping(data)) return data;
  const changed = brokers.flatMap(({ name, schema }) => {
    const section = data[name];
    if (!isMapping(section)) return [];
    return [[name, { ...section, ...(schema.unknownEndpoints as DataObject | undefined) }] as const];
  });
  return { ...data, ...Object.fromEntries(changed) };
}

/** Sizes of services that there are not. */
function strangers(
  merged: Merged,
  environment: string,
  sizes: EnvironmentDeclaration['sizes'],
  services: ReadonlyMap<string, ServiceDeclaration>,
): Problem[] {
  const unit = merged.environments.get(environment);
  if (unit === undefined) return [];
  const unknown = [...sizes.keys()].filter((name) => !services.has(name) && !merged.services.has(name) && !merged.principals.has(name));
  return unknown.flatMap((name) => {
    const near = nearest(name, [...services.keys()]);
    const hint = near === undefined ? 'an environment sets sizes of services that are declared' : `did you mean "${near}"?`;
    return placed('environments', unit, [
      { path: ['services', name], message: 'there is no such service', hint, atKey: true },
    ]);
  });
}

/** What a schema says of an endpoint whose variable was already refused is only a consequence. */
function unlessAt(issues: readonly Issue[]): (issue: Issue) => boolean {
  const refused = new Set(issues.map(({ path }) => showPath(path)));
  return ({ path }) => !refused.has(showPath(path));
}

/** Issues of a unit, which begin at the unit, as problems of the file that it stands in. */
function placed(kind: 'environments' | ServiceKey, unit: Unit, issues: readonly Issue[]): Problem[] {
  return issues.map((issue) => {
    const { path, message, atKey = false } = issue;
    const hint = hintFor(kind, issue);
    const place = placeAt(unit.place, path);
    const position = positionAt(unit.file.source, atKey ? place.key : place.at);
    return { message: `${showPath([kind, unit.name, ...path])}: ${message}`, position, hint };
  });
}

/** An environment cannot give a right to anybody: what services may do is the same everywhere. */
function hintFor(kind: 'environments' | ServiceKey, { path, hint, atKey = false }: Issue): string | undefined {
  if (kind !== 'environments' || !atKey || (path[0] !== 'services' && path[0] !== 'override')) return hint;
  if (path.length < 3) return hint;
  const only = 'an environment sets sizes and certificates, never grants or names';
  return hint === undefined ? only : `${only}; ${hint}`;
}

/** A name that a service had is nobody's now, and was one service's. */
function formerProblems(merged: Merged, services: ReadonlyMap<string, ServiceDeclaration>): Problem[] {
  const owners = new Map<string, string>();
  const problems: Problem[] = [];
  for (const { name, under, formerly } of services.values()) {
    const unit = merged[under].get(name);
    formerly.forEach((former, at) => {
      const path = ['formerly', at];
      const why = services.has(former)
        ? `${former} is declared, too`
        : merged.removed.has(former)
          ? `${former} is removed, too`
          : owners.has(former)
            ? `${former} is given for ${owners.get(former) ?? ''}, too`
            : undefined;
      owners.set(former, name);
      if (why === undefined || unit === undefined) return;
      const hint = 'name only what this service itself was called, and nothing else is';
      append(problems, placed(under, unit, [{ path, message: why, hint }]));
    });
  }
  return problems;
}

/** What stands under `principals` is found under `services` too: those who ask mostly mean both. */
function unitOf(merged: Merged, kind: string | number | undefined, name: string): Unit | undefined {
  switch (kind) {
    case 'environments':
      return merged.environments.get(name);
    case 'services':
      return merged.services.get(name) ?? merged.principals.get(name);
    case 'principals':
      return merged.principals.get(name);
    default:
      return undefined;
  }
}

function assemble(merged: Merged, { environments, unplaced, services, landed }: Drafts, files: readonly ParsedFile[]): Topology {
  const start: Position = { file: files[0]?.source.file ?? '', line: 1, column: 1 };
  const locate = (path: Path): Position => {
    const [kind, name, ...rest] = path;
    const unit = unitOf(merged, kind, String(name));
    if (unit !== undefined) return positionAt(unit.file.source, placeAt(unit.place, rest).at);
    return merged.head.get(String(kind)) ?? start;
  };
  return {
    name: merged.name,
    files: files.map(({ source }) => source.file),
    environments,
    unplaced,
    services,
    removed: merged.removed,
    locate,
    digest: (environment) =>
      digest({
        version: 1,
        name: merged.name,
        environment: { name: environment, data: digestible(landed.get(environment) ?? null) },
        services: dataOf(merged.services),
        ...(merged.principals.size === 0 ? {} : { principals: dataOf(merged.principals) }),
        ...(merged.removed.size === 0 ? {} : { removed: [...merged.removed.keys()].sort() }),
      }),
  };
}
