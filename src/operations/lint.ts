import { fingerprintsOf } from '../core/fingerprint.ts';
import type { Finding } from '../core/finding.ts';
import type { RuleInfo } from '../core/rule.ts';
import { compare } from './lint/baseline.ts';
import type { Linted, LintOptions, Part } from './lint/scope.ts';

export type { Linted, LintOptions } from './lint/scope.ts';

/** Looks at a topology, at source code, or at both, without asking any broker or store. Throws where there is none to look at. */
export async function lint(options: LintOptions): Promise<Linted> {
  const { topology, code } = options;
  const parts = [
    ...(topology === undefined ? [] : [await lintTopology(topology, options)]),
    ...(code === undefined ? [] : [await lintCode(code, options)]),
  ].map(told);
  const findings = parts.flatMap((part) => part.findings);
  const all = parts.map(({ root, findings, silenced }) =>
    fingerprintsOf([...findings, ...silenced.map(({ finding }) => finding)], root),
  );
  const fingerprints = new Map(all.flatMap((some) => [...some]));
  const roots = new Map(parts.flatMap(({ root, findings }) => findings.map((one) => [one, root])));
  const how = {
    rootOf: (finding: Finding) => roots.get(finding) ?? '',
    isFirm: (finding: Finding) => parts.some(({ firm }) => firm.has(finding)),
  };
  const compared = await compare(findings, fingerprints, how, options);
  return {
    findings: compared.kept,
    silenced: [...parts.flatMap(({ silenced }) => silenced), ...compared.silenced],
    fingerprints,
    rules: byId(new Set(parts.flatMap(({ rules }) => rules))),
    leftOut: parts.flatMap(({ leftOut }) => leftOut),
    fixed: parts.reduce((sum, { fixed }) => sum + fixed, 0),
    lineAt: (position) => parts.map(({ lineAt }) => lineAt(position)).find((line) => line !== undefined),
  };
}

/** What reads topologies is loaded for a topology, and what reads code for code. */
async function lintTopology(path: string, options: LintOptions): Promise<Part> {
  return (await import('./lint/topology.ts')).lintTopology(path, options);
}

async function lintCode(paths: readonly string[], options: LintOptions): Promise<Part> {
  return (await import('./lint/code.ts')).lintCode(paths, options);
}

/** Without what only lint itself needs. */
function told(part: Part): Omit<Part, 'findings'> & {
  readonly findings: readonly Finding[];
  readonly firm: ReadonlySet<Finding>;
} {
  const findings: readonly Finding[] = part.findings.map(asTold);
  return {
    ...part,
    findings,
    firm: new Set(findings.filter((_, at) => part.findings[at]?.firm === true)),
    silenced: part.silenced.map((one) => ({ ...one, finding: asTold(one.finding) })),
  };
}

function byId(rules: Iterable<RuleInfo>): readonly RuleInfo[] {
  return [...rules].sort((a, b) => (a.id < b.id ? -1 : 1));
}

function asTold(finding: Finding & { readonly fix?: unknown; readonly firm?: unknown }): Finding {
  const told: Finding & { fix?: unknown; firm?: unknown } = { ...finding };
  delete told.fix;
  delete told.firm;
  return told;
}
