import { append } from '../core/append.ts';
import type { Position, Problem } from '../core/errors.ts';
import type { Data, DataObject, ParsedFile } from './document.ts';
import { nearest } from './issues.ts';
import { type Place, placeAt, positionAt, showPath, type Path } from './places.ts';

/** An environment or a service where it is declared. */
export interface Unit {
  readonly name: string;
  readonly file: ParsedFile;
  readonly data: Data;
  readonly place: Place;
}

/** All files of a topology as one, before any schema. */
export interface Merged {
  readonly name: string;
  readonly environments: ReadonlyMap<string, Unit>;
  readonly services: ReadonlyMap<string, Unit>;
  readonly principals: ReadonlyMap<string, Unit>;
  /** The tombstones, with the place of each. */
  readonly removed: ReadonlyMap<string, Position>;
  /** Where `name` and `version` stand. */
  readonly head: ReadonlyMap<string, Position>;
  readonly problems: readonly Problem[];
}

export const topKeys = ['version', 'name', 'environments', 'services', 'principals', 'removed'];
const example = 'version: 1, name: my-platform, environments: …, services: …';

/** Joins the files; each environment and each service is declared in one place. */
export function mergeFiles(
  files: readonly ParsedFile[],
  { withoutServices = false }: { readonly withoutServices?: boolean } = {},
): Merged {
  const problems: Problem[] = [];
  const head = new Map<string, { readonly value: Data; readonly position: Position }>();
  const environments = new Map<string, Unit>();
  const services = new Map<string, Unit>();
  const principals = new Map<string, Unit>();
  const removed = new Map<string, Position>();
  for (const file of files) {
    if (!isMapping(file.data)) {
      const position = positionAt(file.source, file.root.at);
      problems.push({ message: 'a topology is a mapping', position, hint: `write ${example}` });
      continue;
    }
    for (const key of Object.keys(file.data)) {
      if (!topKeys.includes(key)) problems.push(unknownTopKey(file, key));
    }
    for (const key of ['version', 'name']) mergeHead(head, file, key, problems);
    mergeUnits(environments, file, 'environments', problems);
    mergeUnits(services, file, 'services', problems);
    mergeUnits(principals, file, 'principals', problems);
    mergeRemoved(removed, file, problems);
  }
  append(problems, [...declaredTwice(services, principals), ...undead(removed, [services, principals])]);
  const name = files.every(({ data }) => isMapping(data)) ? checkHead(head, files, problems) : '';
  if (problems.length === 0) append(problems, missing(files, environments, withoutServices || services.size > 0));
  const places = new Map([...head].map(([key, { position }]) => [key, position]));
  return { name, environments, services, principals, removed, head: places, problems };
}

export function isMapping(data: Data | undefined): data is DataObject {
  return typeof data === 'object' && data !== null && !Array.isArray(data);
}

function positionOf(file: ParsedFile, path: Path): Position {
  return positionAt(file.source, placeAt(file.root, path).at);
}

function keyPosition(file: ParsedFile, path: Path): Position {
  return positionAt(file.source, placeAt(file.root, path).key);
}

function unknownTopKey(file: ParsedFile, key: string): Problem {
  const near = nearest(key, topKeys);
  const meant = near === undefined ? '' : `did you mean "${near}"? `;
  const hint = `${meant}allowed here: ${topKeys.join(', ')}`;
  return { message: `${showPath([key])}: unknown key`, position: keyPosition(file, [key]), hint };
}

function mergeHead(
  head: Map<string, { readonly value: Data; readonly position: Position }>,
  file: ParsedFile,
  key: string,
  problems: Problem[],
): void {
  const value = isMapping(file.data) ? file.data[key] : undefined;
  if (value === undefined) return;
  const position = positionOf(file, [key]);
  const first = head.get(key);
  if (first === undefined) {
    head.set(key, { value, position });
  } else if (first.value !== value) {
    const related = [{ message: 'first here', position: first.position }];
    const hint = 'write it in one file, or the same everywhere';
    problems.push({ message: `${key}: not the same in all files`, position, hint, related });
  }
}

function mergeUnits(
  units: Map<string, Unit>,
  file: ParsedFile,
  key: 'environments' | 'services' | 'principals',
  problems: Problem[],
): void {
  const declared = isMapping(file.data) ? file.data[key] : undefined;
  if (declared === undefined) return;
  if (!isMapping(declared)) {
    const hint = `write a name and what belongs to it: ${key}: { NAME: { … } }`;
    problems.push({ message: `${key}: must be a mapping`, position: positionOf(file, [key]), hint });
    return;
  }
  for (const [name, data] of Object.entries(declared)) {
    const first = units.get(name);
    const position = keyPosition(file, [key, name]);
    const shown = showPath([key, name]);
    const why = nameProblem(name);
    if (why !== undefined) problems.push({ message: `${shown}: the name ${why}`, position });
    if (first === undefined) {
      units.set(name, { name, file, data, place: placeAt(file.root, [key, name]) });
      continue;
    }
    const related = [{ message: 'first here', position: keyPosition(first.file, [key, name]) }];
    const hint = `it is also declared at ${show(related[0]?.position)}; declare it in one file`;
    problems.push({ message: `${shown}: declared in two files`, position, hint, related });
  }
}

/** Tombstones of several files add up. */
function mergeRemoved(removed: Map<string, Position>, file: ParsedFile, problems: Problem[]): void {
  const listed = isMapping(file.data) ? file.data['removed'] : undefined;
  if (listed === undefined) return;
  if (!Array.isArray(listed)) {
    const hint = 'write the names of services that are no more: removed: [old-service]';
    problems.push({ message: 'removed: must be a list', position: positionOf(file, ['removed']), hint });
    return;
  }
  (listed as readonly Data[]).forEach((name, at) => {
    const position = positionOf(file, ['removed', at]);
    const why = typeof name === 'string' ? nameProblem(name) : 'must be text';
    if (why !== undefined) problems.push({ message: `removed[${at}]: the name ${why}`, position });
    else if (typeof name === 'string' && !removed.has(name)) removed.set(name, position);
  });
}

/** A name is a service or another principal, not both: users, credentials and `allow` know it by the name alone. */
function declaredTwice(services: ReadonlyMap<string, Unit>, principals: ReadonlyMap<string, Unit>): Problem[] {
  return [...principals.values()].flatMap(({ name, file, place }) => {
    const service = services.get(name);
    if (service === undefined) return [];
    const related = [{ message: 'the service is here', position: positionAt(service.file.source, service.place.key) }];
    return {
      message: `${showPath(['principals', name])}: declared as a service too`,
      position: positionAt(file.source, place.key),
      hint: `it is also declared at ${show(related[0]?.position)}; keep one of the two`,
      related,
    };
  });
}

function undead(
  removed: ReadonlyMap<string, Position>,
  declared: readonly ReadonlyMap<string, Unit>[],
): Problem[] {
  return [...removed].flatMap(([name, position]) => {
    const unit = declared.map((units) => units.get(name)).find((one) => one !== undefined);
    if (unit === undefined) return [];
    const related = [{ message: 'declared here', position: positionAt(unit.file.source, unit.place.key) }];
    const hint = 'take it out of `removed`, or delete what declares it';
    return { message: `removed: ${JSON.stringify(name)} is declared, too`, position, hint, related };
  });
}

function show(position: Position | undefined): string {
  return position === undefined ? '?' : `${position.file}:${position.line}:${position.column}`;
}

function nameProblem(name: string): string | undefined {
  if (name === '') return 'must not be empty';
  return /\p{Cc}/u.test(name) ? 'must not contain control characters' : undefined;
}

/** The topology's name, after `version` and `name` were found to be there and right. */
function checkHead(
  head: ReadonlyMap<string, { readonly value: Data; readonly position: Position }>,
  files: readonly ParsedFile[],
  problems: Problem[],
): string {
  const start = firstPosition(files);
  const version = head.get('version');
  if (version === undefined) {
    problems.push({ message: 'version: is missing', position: start, hint: 'write at the top: version: 1' });
  } else if (version.value !== 1) {
    const hint = 'this mqwarden reads version 1; write: version: 1';
    problems.push({ message: 'version: must be 1', position: version.position, hint });
  }
  const name = head.get('name');
  if (typeof name?.value === 'string') {
    const why = nameProblem(name.value);
    if (why !== undefined) problems.push({ message: `name: ${why}`, position: name.position });
    return name.value;
  }
  const hint = 'name the topology; plans and the audit log carry it: name: my-platform';
  const message = name === undefined ? 'name: is missing' : 'name: must be text';
  problems.push({ message, position: name?.position ?? start, hint });
  return '';
}

function missing(
  files: readonly ParsedFile[],
  environments: ReadonlyMap<string, Unit>,
  enough: boolean,
): Problem[] {
  const problems: Problem[] = [];
  const whereOf = (key: string) => {
    const file = files.find(({ data }) => isMapping(data) && key in data);
    return file === undefined ? firstPosition(files) : positionOf(file, [key]);
  };
  if (environments.size === 0) {
    const hint = 'declare where it lands: environments: { production: { rabbitmq: …, kafka: … } }';
    problems.push({ message: 'environments: there is none', position: whereOf('environments'), hint });
  }
  if (!enough) {
    const message = 'services: there is none';
    const hint = 'an empty topology would take every right away; declare at least one service';
    problems.push({ message, position: whereOf('services'), hint });
  }
  return problems;
}

function firstPosition(files: readonly ParsedFile[]): Position {
  return { file: files[0]?.source.file ?? '', line: 1, column: 1 };
}
