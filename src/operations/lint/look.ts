import { brokers as registry } from '../../brokers/index.ts';
import type { Broker } from '../../core/broker.ts';
import { type Problem, TopologyError, UsageError } from '../../core/errors.ts';
import type { Finding } from '../../core/finding.ts';
import type { LintFinding, RuleInfo, Spot } from '../../core/rule.ts';
import { judge, type Results, type RuleSet, type Subject, type Trouble } from '../../lint/engine.ts';
import { inconsistent, invalid, unreadable } from '../../lint/own.ts';
import type { EnvironmentSite, LintFile } from '../../lint/rule.ts';
import { checkEnvironments } from '../../topology/check.ts';
import { parseFile } from '../../topology/document.ts';
import type { TextFile } from '../../topology/files.ts';
import { topologyOf } from '../../topology/load.ts';
import type { Topology } from '../../topology/topology.ts';
import { type Site, siteOf } from '../site.ts';
import { isWhole, type LintScope } from './scope.ts';

/** From text to findings. Pure. */

export function lintTexts(texts: readonly TextFile[], set: RuleSet, scope: LintScope): Results {
  const files = texts.map(({ file, text }): LintFile => ({ ...parseFile(file, text), text }));
  const { findings, silenced } = judge(subjectOf(files, scope), set, {
    today: scope.today,
    whole: isWhole(scope),
  });
  const { services = [] } = scope;
  const isMeant = ({ service }: Finding) => services.length === 0 || services.includes(service ?? '');
  return { findings: findings.filter(isMeant), silenced: silenced.filter(({ finding }) => isMeant(finding)) };
}

/** Problems of the files as such, such as that they cannot be read. */
export function asFindings(problems: readonly Problem[], file: string): LintFinding[] {
  const { id, name, severity } = unreadable;
  const start = { file, line: 1, column: 1 };
  return problems.map((problem) => ({
    ...problem,
    rule: id,
    name,
    severity,
    position: problem.position ?? start,
  }));
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

/** What is asked for must be there: nothing is found in what is not. */
function requireKnown(topology: Topology, { only, services = [] }: LintScope): void {
  const names = registry.map(({ name }) => name);
  if (only !== undefined && !names.includes(only)) {
    throw new UsageError(`there is no broker ${only}`, `choose one: --only ${names.join(' | --only ')}`);
  }
  const stranger = services.find((name) => !topology.services.has(name));
  if (stranger === undefined) return;
  throw new UsageError(`the topology has no service ${stranger}`, 'see the names under services:');
}

function sitesOf(topology: Topology, scope: LintScope): Attempt<Seen[]>[] {
  requireKnown(topology, scope);
  const { environment, only } = scope;
  const all = [...topology.environments.values(), ...topology.unplaced.values()];
  const wanted = all.filter(({ name }) => environment === undefined || name === environment);
  if (wanted.length === 0) {
    const names = all.map(({ name }) => name).join(', ');
    throw new UsageError(
      `the topology has no environment ${JSON.stringify(environment)}`,
      `it has: ${names}`,
    );
  }
  const brokers = registry.filter(({ name }) => only === undefined || name === only);
  return wanted.flatMap((declared) =>
    brokers.map((broker) =>
      attempt(inconsistent, () =>
        siteOf(topology, declared, broker).map((site) => {
          const placed = topology.environments.has(declared.name);
          return { site, seen: { ...seenOf(site, broker), placed } };
        }),
      ),
    ),
  );
}

function seenOf({ landscape, compiled }: Site, port: Broker): Omit<EnvironmentSite, 'placed'> {
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
