import type { Problem, Position } from '../core/errors.ts';
import type { Finding, Silenced } from '../core/finding.ts';
import { compareText } from '../core/json.ts';
import type { LintFinding, RuleInfo, Spot } from '../core/rule.ts';
import { byPosition } from '../topology/places.ts';
import type { Topology } from '../topology/topology.ts';
import { ignoresIn } from './comments.ts';
import { type Ignoring, withIgnores } from './ignores.ts';
import { warned } from './own.ts';
import type { EnvironmentSite, LintFile, Rule, View } from './rule.ts';
import { servicesIn } from './services.ts';

/** A problem of loading, with the rule that it is told as. */
export interface Trouble {
  readonly rule: RuleInfo;
  readonly problem: Problem;
}

/** What there is to look at: as much as could be loaded. */
export interface Subject {
  readonly files: readonly LintFile[];
  /** Undefined where the files make no topology: then `troubles` says why. */
  readonly topology: Topology | undefined;
  readonly sites: readonly EnvironmentSite[];
  readonly troubles: readonly Trouble[];
  /** What the compiler warns of. */
  readonly warnings: readonly Spot[];
}

/** By the name of a broker, its own rules are asked on that broker only. */
export interface RuleSet {
  readonly general: readonly Rule[];
  readonly brokers: ReadonlyMap<string, readonly Rule[]>;
  /** Those that somebody brings along: asked last, so that whatever they do to what they look at keeps nothing from being found. */
  readonly own?: RuleSet;
}

export function allRules({ general, brokers, own }: RuleSet): readonly Rule[] {
  return [...general, ...[...brokers.values()].flat(), ...(own === undefined ? [] : allRules(own))];
}

export interface Results {
  /** In the order of a reader. */
  readonly findings: readonly LintFinding[];
  readonly silenced: readonly Silenced[];
}

/** What there is to tell of a subject. Pure. */
export function judge(subject: Subject, rules: RuleSet, how: Omit<Ignoring, 'rules'>): Results {
  const ignores = subject.files.flatMap(ignoresIn);
  const { kept, silenced } = withIgnores(findingsIn(subject, rules), ignores, {
    today: how.today,
    rules: [warned, ...allRules(rules)],
    whole: how.whole && subject.troubles.length === 0,
  });
  const serviceAt = servicesIn(subject.files);
  const findings = kept.map((one) => ({ ...one, service: one.service ?? serviceAt(one.position) }));
  return { findings: findings.sort(inOrder), silenced };
}

/** Everything that the rules find, each thing once. */
function findingsIn(subject: Subject, rules: RuleSet): LintFinding[] {
  const { files } = subject;
  const start: Position = { file: files[0]?.source.file ?? '', line: 1, column: 1 };
  const found = [...foundBy(rules, subject), ...(rules.own === undefined ? [] : foundBy(rules.own, subject))];
  const troubled = new Set(
    subject.troubles.flatMap(({ problem: { position } }) => position ?? []).map(placeOf),
  );
  // A milder one would let pass what cannot be loaded.
  const standsFor = ({ severity, position }: LintFinding) =>
    severity === 'error' && troubled.has(placeOf(position));
  const told = new Set(found.filter(standsFor).map(({ position }) => placeOf(position)));
  const troubles = subject.troubles
    .filter(({ problem }) => problem.position === undefined || !told.has(placeOf(problem.position)))
    .map(({ rule, problem }) => findingOf(rule, { ...problem, position: problem.position ?? start }));
  const about = new Set(found.map(({ address }) => address));
  const warnings = subject.warnings
    .filter(({ address }) => !about.has(address))
    .map((warning) => findingOf(warned, warning));
  return distinct([
    ...troubles,
    ...found.map((one) => (standsFor(one) ? { ...one, firm: true as const } : one)),
    ...warnings,
  ]);
}

function foundBy({ general, brokers }: RuleSet, subject: Subject): LintFinding[] {
  return [
    ...general.flatMap((rule) => asked(rule, subject)),
    ...[...brokers].flatMap(([broker, theirs]) => {
      const here = { ...subject, sites: subject.sites.filter((site) => site.broker === broker) };
      return theirs.flatMap((rule) => asked(rule, here));
    }),
  ];
}

/** What one rule finds in all that it is about. */
function asked(rule: Rule, { files, topology, sites }: Subject): LintFinding[] {
  const spots = (): Iterable<Spot>[] => {
    if ('inFile' in rule) return files.map((file) => rule.inFile(file));
    if ('onSite' in rule) return sites.map((site) => rule.onSite(site));
    if ('acrossSites' in rule) return [rule.acrossSites(sites)];
    return topology === undefined ? [] : [rule.inTopology(viewOf(topology, files, sites))];
  };
  return spots().flatMap((some) => [...some].map((spot) => findingOf(rule, spot)));
}

function viewOf(topology: Topology, files: View['files'], sites: View['sites']): View {
  const environments = [...topology.environments.values(), ...topology.unplaced.values()];
  return { topology, environments, files, sites };
}

function findingOf({ id, name, severity }: RuleInfo, spot: Spot): LintFinding {
  return { rule: id, name, ...spot, severity: spot.severity ?? severity };
}

function placeOf({ file, line, column }: Position): string {
  return `${line}:${column}:${file}`;
}

/** A service is the same in every environment: what is wrong with it is told once. */
function distinct(findings: readonly LintFinding[]): LintFinding[] {
  const key = ({ rule, message, position }: LintFinding) => `${rule} ${placeOf(position)} ${message}`;
  return [...new Map([...findings].reverse().map((one) => [key(one), one])).values()];
}

function inOrder(a: Finding, b: Finding): number {
  return byPosition(a, b) || compareText(a.rule, b.rule) || compareText(a.message, b.message);
}
