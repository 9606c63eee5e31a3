import { stat } from 'node:fs/promises';
import { brokers as registry } from '../brokers/index.ts';
import type { Broker } from '../core/broker.ts';
import { type Position, type Problem, TopologyError, UsageError } from '../core/errors.ts';
import type { Finding } from '../core/finding.ts';
import type { RuleInfo, Spot } from '../core/rule.ts';
import { judge, type Results, type RuleSet, type Subject, type Trouble } from '../lint/engine.ts';
import { inconsistent, invalid, unreadable } from '../lint/own.ts';
import type { EnvironmentSite, LintFile } from '../lint/rule.ts';
import { rules } from '../lint/rules.ts';
import { maskedLine } from '../lint/secrets.ts';
import { checkEnvironments } from '../topology/check.ts';
import { parseFile } from '../topology/document.ts';
import { readFiles, type TextFile } from '../topology/files.ts';
import { topologyOf } from '../topology/load.ts';
import type { Topology } from '../topology/topology.ts';
import type { Variables } from '../topology/variables.ts';
import { type Site, siteOf } from './site.ts';

export interface LintScope {
  /** Only this environment; all if there is none. */
  readonly environment?: string | undefined;
  /** Only this broker. */
  readonly only?: string | undefined;
  /** Only what these services are about. */
  readonly services?: readonly string[] | undefined;
  readonly variables: Variables;
  /** `2026-11-24`: what was to be ignored until a day before it is no longer. */
  readonly today: string;
}

export interface LintOptions extends LintScope {
  /** A file or a folder. */
  readonly topology: string;
}

export interface Linted extends Results {
  /** The line that a finding is about, as it may be shown to anybody. */
  readonly lineAt: (position: Position) => string | undefined;
}

/** Looks at a topology without asking any broker or store. Throws where there is none to look at. */
export async function lint(options: LintOptions): Promise<Linted> {
  const { texts, troubles } = await readable(options.topology);
  const set = await ruleSet();
  const { findings, ignored } = lintTexts(texts, set, options);
  return { findings: [...troubles, ...findings], ignored, lineAt: linesOf(texts) };
}

function linesOf(texts: readonly TextFile[]): Linted['lineAt'] {
  const split = new Map<string, readonly string[]>();
  return ({ file, line }) => {
    const lines = split.get(file) ?? texts.find((one) => one.file === file)?.text.split(/\r?\n/);
    if (lines === undefined) return undefined;
    split.set(file, lines);
    const text = lines[line - 1];
    return text === undefined ? undefined : maskedLine(text);
  };
}

/** The rules of lint and of every broker. */
export async function ruleSet(): Promise<RuleSet> {
  const own = registry.map(async (broker) => [broker.name, await broker.rules()] as const);
  return { general: rules, brokers: new Map(await Promise.all(own)) };
}

/** A file that cannot be read is a finding; no topology at all is an error. */
async function readable(path: string): Promise<{ texts: readonly TextFile[]; troubles: readonly Finding[] }> {
  try {
    return { texts: await readFiles(path), troubles: [] };
  } catch (error) {
    if (!(error instanceof TopologyError)) throw error;
    const kinds = await Promise.all(error.problems.map(({ position }) => isFile(position?.file ?? path)));
    if (!kinds.every((file) => file)) throw error;
    const { id, name, severity } = unreadable;
    return {
      texts: [],
      troubles: error.problems.map((problem) => ({ rule: id, name, severity, ...problem })),
    };
  }
}

async function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isFile(),
    () => false,
  );
}

/** The same for text that was already read. Pure. */
export function lintTexts(texts: readonly TextFile[], set: RuleSet, scope: LintScope): Results {
  const files = texts.map(({ file, text }): LintFile => ({ ...parseFile(file, text), text }));
  const { services = [] } = scope;
  const whole = scope.environment === undefined && scope.only === undefined;
  const { findings, ignored } = judge(subjectOf(files, scope), set, { today: scope.today, whole });
  const isMeant = ({ service }: Finding) => services.length === 0 || services.includes(service ?? '');
  return { findings: findings.filter(isMeant), ignored };
}

function subjectOf(files: readonly LintFile[], scope: LintScope): Subject {
  const nothing = { files, topology: undefined, sites: [], warnings: [] };
  const broken = files.flatMap(({ problems }) => problems);
  if (broken.length > 0) return { ...nothing, troubles: asTroubles(unreadable, broken) };
  // Endpoints may come from variables, which nobody sets where lint runs: no environment is asked for by name.
  const { value: topology, troubles } = attempt(invalid, () =>
    topologyOf(files, registry, scope.variables, ''),
  );
  if (topology === undefined) return { ...nothing, troubles };
  const together = attempt(inconsistent, () => checkEnvironments(topology, registry));
  const placed = sitesOf(topology, scope);
  return {
    files,
    topology,
    sites: placed.flatMap(({ value }) => (value === undefined ? [] : value.map(({ seen }) => seen))),
    troubles: [...together.troubles, ...placed.flatMap((one) => one.troubles)],
    warnings: placed.flatMap(({ value = [] }) => value.flatMap(({ site }) => warningsOf(site))),
  };
}

interface Seen {
  readonly site: Site;
  readonly seen: EnvironmentSite;
}

interface Attempt<Value> {
  readonly value: Value | undefined;
  readonly troubles: readonly Trouble[];
}

function attempt<Value>(rule: RuleInfo, act: () => Value): Attempt<Value> {
  try {
    return { value: act(), troubles: [] };
  } catch (error) {
    if (!(error instanceof TopologyError)) throw error;
    return { value: undefined, troubles: asTroubles(rule, error.problems) };
  }
}

function asTroubles(rule: RuleInfo, problems: readonly Problem[]): Trouble[] {
  return problems.map((problem) => ({ rule, problem }));
}

function sitesOf(topology: Topology, { environment, only }: LintScope): Attempt<Seen[]>[] {
  const all = [...topology.environments.values(), ...topology.unplaced.values()];
  const wanted = all.filter(({ name }) => environment === undefined || name === environment);
  if (wanted.length === 0) {
    const names = all.map(({ name }) => name).join(', ');
    throw new UsageError(`the topology has no environment ${environment ?? ''}`, `it has: ${names}`);
  }
  const brokers = registry.filter(({ name }) => only === undefined || name === only);
  return wanted.flatMap((declared) =>
    brokers.map((broker) =>
      attempt(inconsistent, () =>
        siteOf(topology, declared, broker).map((site) => ({ site, seen: seenOf(site, broker) })),
      ),
    ),
  );
}

function seenOf({ landscape, compiled }: Site, port: Broker): EnvironmentSite {
  const { name, production } = landscape.environment;
  const { resources, principals } = compiled;
  return { broker: port.name, port, environment: name, production, landscape, resources, principals };
}

/** Where the service of what it is about speaks of the broker; what has none is the environment's. */
function warningsOf({ landscape, compiled }: Site): Spot[] {
  const { environment, services } = landscape;
  const serviceOf = new Map(compiled.resources.map(({ address, service }) => [address, service]));
  const byName = new Map(services.map((service) => [service.name, service]));
  const told: Told[] = [...compiled.warnings, ...compiled.blocked.map(asWarning)];
  return told.map(({ address, message, hint }) => {
    const service = byName.get(serviceOf.get(address) ?? '');
    const position = (service ?? environment).locate([]);
    return { position, message, address, service: service?.name, hint };
  });
}

interface Told extends Pick<Spot, 'message' | 'hint'> {
  readonly address: NonNullable<Spot['address']>;
}

function asWarning({ address, reason, hint }: Site['compiled']['blocked'][number]): Told {
  return { address, message: reason, hint };
}
