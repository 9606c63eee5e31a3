import type { Point } from './audit.ts';
import { compareText } from './json.ts';

/** Published advisories about a broker's versions, from a dated list in its folder. Pure. */

interface Advisory {
  readonly id: string;
  readonly link: string;
  /** `2026-08-18` */
  readonly published: string;
  readonly severity: (typeof grades)[number];
  /** The part of the broker, or the plugin: where it is not in use, the advisory does not matter. */
  readonly part: string;
  readonly affected: readonly Range[];
}

/** From this version on, and before that one. */
interface Range {
  readonly from: Version;
  readonly before: Version;
}

type Version = readonly [major: number, minor: number, patch: number];

const grades = ['critical', 'high', 'medium', 'low'] as const;

export interface Advisories {
  readonly product: string;
  /** The day of the list. */
  readonly known: string;
  /** The newest series that there was on that day. */
  readonly newest: string;
  readonly all: readonly Advisory[];
  /** By series, the day on which its fixes ended. */
  readonly ended: ReadonlyMap<string, string>;
}

interface Written extends Pick<Advisories, 'product' | 'known' | 'newest'> {
  readonly list: string;
  readonly ended: string;
}

/** Throws for a line that is none: the list is part of the program. */
export function parseAdvisories({ list, ended, ...of }: Written): Advisories {
  return {
    ...of,
    all: linesIn(list).map(parseLine),
    ended: new Map(linesIn(ended).map((line) => line.split(' ') as [string, string])),
  };
}

function linesIn(text: string): string[] {
  return text.split('\n').filter((line) => line !== '');
}

const shape =
  /^(CVE-\d{4}-\d{4,7}|-) (GHSA(?:-[0-9a-z]{4}){3}|-) (\d{4}-\d\d-\d\d) (critical|high|medium|low) ([a-z0-9.-]+)((?: \d+\.\d+\.\d+\.\.\d+\.\d+\.\d+)+)$/;

function parseLine(line: string): Advisory {
  const match = shape.exec(line);
  if (match === null) throw new Error(`not a line of advisories: ${line}`);
  const [, cve = '', ghsa = '', published = '', severity = '', part = '', ranges = ''] = match;
  return {
    id: cve === '-' ? ghsa : cve,
    link: ghsa === '-' ? `https://www.cve.org/CVERecord?id=${cve}` : `https://github.com/advisories/${ghsa}`,
    published,
    severity: grades.find((grade) => grade === severity) ?? 'low',
    part,
    affected: ranges
      .trim()
      .split(' ')
      .map((range) => {
        const [from = '', before = ''] = range.split('..');
        return { from: requireVersion(from), before: requireVersion(before) };
      }),
  };
}

function requireVersion(text: string): Version {
  const version = versionIn(text);
  if (version === undefined) throw new Error(`not a version: ${text}`);
  return version;
}

/** `4.0.5` of `4.0.5-rc.1`; undefined where there is none. */
function versionIn(text: string): Version | undefined {
  const match = /^(\d+)\.(\d+)\.(\d+)/.exec(text);
  return match === null ? undefined : [Number(match[1]), Number(match[2]), Number(match[3])];
}

function compareVersions(a: Version, b: Version): number {
  return a[0] - b[0] || a[1] - b[1] || a[2] - b[2];
}

/** Undefined where one of them is no version. */
export function isBefore(version: string, other: string): boolean | undefined {
  const [a, b] = [versionIn(version), versionIn(other)];
  return a === undefined || b === undefined ? undefined : compareVersions(a, b) < 0;
}

/** What is known to be running: a version, or, where the broker tells no more, a series. */
type Running = { readonly version: string } | { readonly series: string };

/** What the list says of a broker, with the list's day: it knows nothing of what was found later. */
export function* advisoryPoints(list: Advisories, running: Running): Iterable<Point> {
  const { product, known } = list;
  const told = 'version' in running ? running.version : running.series;
  const series = /^\d+\.\d+/.exec(told)?.[0];
  if (series === undefined) {
    yield { is: 'manual', says: `the version of ${product} was not told: ${told}` };
    return;
  }
  yield* supportPoints(list, series);
  const affecting = list.all.map((one) => ({ ...one, how: hits(one, running, series) }));
  const name = 'version' in running ? `${product} ${told}` : `${product} ${series}`;
  for (const grade of grades) {
    const graded = affecting.filter(({ severity }) => severity === grade);
    const sure = graded.filter(({ how }) => how === 'yes');
    if (sure.length > 0)
      yield {
        is: 'fail',
        says: `${name} has ${sure.length} ${grade} ${sure.length === 1 ? 'advisory' : 'advisories'}, as known on ${known}: ${named(sure)}`,
        hint: hintFor(list, series),
      };
    const perhaps = graded.filter(({ how }) => how === 'perhaps');
    if (perhaps.length > 0)
      yield {
        is: 'manual',
        says: `some versions of ${name} have ${grade} advisories, as known on ${known}: ${named(perhaps)}`,
        hint: `see which version runs: the broker tells its series alone. ${hintFor(list, series)}`,
      };
  }
  yield {
    is: 'pass',
    says: `${list.all.length} advisories looked at, as known on ${known}${affecting.some(({ how }) => how !== 'no') ? '' : `: none is about ${name}`}`,
  };
}

function named(some: readonly Advisory[]): string {
  return some.map(({ id, part }) => `${id} (${part})`).join(', ');
}

function* supportPoints({ product, known, newest, ended }: Advisories, series: string): Iterable<Point> {
  const until = ended.get(series);
  if (until !== undefined)
    yield {
      is: 'manual',
      says: `${product} ${series} has had no support from the community since ${until}: what was found later may not be listed for it`,
      hint: `see who makes fixes for it, or upgrade: on ${known}, ${newest} was the newest series`,
    };
}

function hintFor({ product, known, newest, all }: Advisories, series: string): string {
  const ends = all
    .flatMap(({ affected }) => affected)
    .filter(({ before }) => before.slice(0, 2).join('.') === series)
    .map(({ before }) => before)
    .sort(compareVersions);
  const last = ends.at(-1);
  const own = last === undefined ? '' : `${last.join('.')}, or `;
  return `upgrade to ${product} ${own}the newest of a later series (${newest} on ${known})`;
}

/** A series is hit for sure only where a range goes on past it. */
function hits({ affected }: Advisory, running: Running, series: string): 'yes' | 'no' | 'perhaps' {
  const version = 'version' in running ? versionIn(running.version) : undefined;
  if (version !== undefined) {
    const is = affected.some(
      ({ from, before }) => compareVersions(from, version) <= 0 && compareVersions(version, before) < 0,
    );
    return is ? 'yes' : 'no';
  }
  const [first, after] = boundsOf(series);
  const touching = affected.filter(
    ({ from, before }) => compareVersions(from, after) < 0 && compareVersions(first, before) < 0,
  );
  const whole = touching.some(
    ({ from, before }) => compareVersions(from, first) <= 0 && compareVersions(after, before) <= 0,
  );
  return whole ? 'yes' : touching.length > 0 ? 'perhaps' : 'no';
}

function boundsOf(series: string): readonly [Version, Version] {
  const [major = 0, minor = 0] = series.split('.').map(Number);
  return [
    [major, minor, 0],
    [major, minor + 1, 0],
  ];
}

/** What of the list is not as it must be; for the test that reads it. */
export function faultsOf({ all, known, ended, newest }: Advisories): string[] {
  const ids = all.map(({ id }) => id);
  return [
    ...ids.filter((id, at) => ids.indexOf(id) !== at).map((id) => `${id} is there twice`),
    ...all.flatMap(({ id, published, affected }) => [
      ...(compareText(published, known) > 0 ? [`${id} is from after the list`] : []),
      ...(affected.some(({ from, before }) => compareVersions(from, before) >= 0)
        ? [`${id} has a range that is empty`]
        : []),
    ]),
    ...(all.some((one, at) => compareText(all[at - 1]?.published ?? '', one.published) > 0)
      ? ['not in the order of days']
      : []),
    ...[...ended].flatMap(([series, day]) =>
      /^\d+\.\d+$/.test(series) && /^\d{4}-\d\d-\d\d$/.test(day) ? [] : [`${series} ${day}`],
    ),
    ...(ended.has(newest) ? [`${newest} is the newest, and has ended`] : []),
  ];
}
