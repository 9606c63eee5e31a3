import type { Position } from '../core/errors.ts';
import { type Finding, type Related, severities, type Severity, type Silenced } from '../core/finding.ts';
import type { RuleInfo } from '../core/rule.ts';
import type { FindingsReport } from './findings-report.ts';
import { asJson } from './json.ts';
import { printable } from './printable.ts';

/** Findings as SARIF 2.1.0, which code scanning takes. Pure. */

const levels: Readonly<Record<Severity, string>> = { error: 'error', warning: 'warning', note: 'note' };

export function findingsAsSarif(report: FindingsReport): string {
  const { findings, silenced, rules, version, fingerprints } = report;
  const indexes = new Map(rules.map(({ id }, at) => [id, at]));
  const result = (finding: Finding) => resultOf(finding, indexes, fingerprints.get(finding));
  const all = [...findings.map((finding): Told => ({ finding })), ...silenced];
  const told = mostSevere(all);
  const log = {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'mqwarden',
            semanticVersion: version,
            rules: rules.map(descriptorOf),
          },
        },
        automationDetails: { id: `mqwarden/${report.command}/` },
        columnKind: 'utf16CodeUnits',
        ...(told.length === all.length ? {} : { invocations: [cutTo(told.length, all.length)] }),
        results: told.map((one) =>
          one.by === undefined
            ? result(one.finding)
            : { ...result(one.finding), suppressions: [suppressionOf(one)] },
        ),
      },
    ],
  };
  return `${asJson(log)}\n`;
}

/** GitHub refuses a run that has more, whole. */
const mostResults = 25_000;

type Told = Silenced | { readonly finding: Finding; readonly by?: undefined };

/** In the order that they had; of too many, those that are silenced go first, then the mildest. */
function mostSevere(all: readonly Told[]): readonly Told[] {
  if (all.length <= mostResults) return all;
  const weigh = ({ by, finding: { severity } }: Told) =>
    by === undefined ? severities.indexOf(severity) : severities.length;
  const kept = new Set([...all].sort((a, b) => weigh(a) - weigh(b)).slice(0, mostResults));
  return all.filter((one) => kept.has(one));
}

function cutTo(shown: number, all: number): object {
  const text = `${all - shown} of ${all} findings are left out: code scanning takes no more than ${shown}`;
  return {
    executionSuccessful: true,
    toolExecutionNotifications: [{ level: 'warning', message: { text } }],
  };
}

function descriptorOf({ id, name, severity, summary, why, instead, link }: RuleInfo): object {
  return {
    id,
    name,
    shortDescription: { text: plain(summary) },
    fullDescription: { text: plain(why) },
    ...(link === undefined ? {} : { helpUri: link }),
    help: { text: plain(instead), markdown: `${why}\n\n${instead}` },
    defaultConfiguration: { level: levels[severity] },
  };
}

function plain(markdown: string): string {
  return markdown.replaceAll('`', '').replace(/\[([^\]]*)\]\([^)]*\)/g, '$1');
}

function resultOf(
  finding: Finding,
  indexes: ReadonlyMap<string, number>,
  fingerprint: string | undefined,
): object {
  const { rule, severity, message, hint, related = [] } = finding;
  const ruleIndex = indexes.get(rule);
  const placed = related.filter(({ position }) => position !== undefined);
  return {
    ruleId: rule,
    ...(ruleIndex === undefined ? {} : { ruleIndex }),
    level: levels[severity],
    message: { text: [message, ...(hint === undefined ? [] : [hint])].map(unlinked).join('\n') },
    locations: [locationOf(finding)],
    ...(placed.length === 0 ? {} : { relatedLocations: placed.map(relatedOf) }),
    ...(fingerprint === undefined ? {} : { partialFingerprints: { 'mqwarden/v1': fingerprint } }),
  };
}

/** `[text](target)` is a link in a message; a name that looks like one must lead nobody anywhere. Viewers take the backslashes away. */
function unlinked(text: string): string {
  const shown = printable(text);
  return shown.includes('](') ? shown.replace(/[\\[\]]/g, '\\$&') : shown;
}

function locationOf({ position, address, service }: Finding): object {
  const name = address ?? service;
  return {
    ...(position === undefined ? {} : { physicalLocation: physicalOf(position) }),
    ...(name === undefined ? {} : { logicalLocations: [{ fullyQualifiedName: name }] }),
  };
}

function relatedOf({ message, position }: Related, at: number): object {
  return {
    id: at + 1,
    message: { text: unlinked(message) },
    ...(position === undefined ? {} : { physicalLocation: physicalOf(position) }),
  };
}

function physicalOf({ file, line, column }: Position): object {
  return { artifactLocation: { uri: uriOf(file) }, region: { startLine: line, startColumn: column } };
}

/** Relative ones are looked up from the root of the repository, where pipelines call lint. */
function uriOf(file: string): string {
  const parts = file.replaceAll('\\', '/').split('/').map(encodeURIComponent);
  const path = parts.join('/').replace(/^(?:\.\/)+/, '');
  if (file.startsWith('/')) return `file://${path}`;
  return /^[A-Za-z]%3A\//.test(path) ? `file:///${path.replace('%3A', ':')}` : path;
}

function suppressionOf({ by, reason }: Silenced): object {
  const kind = by === 'comment' ? 'inSource' : 'external';
  return { kind, ...(reason === undefined ? {} : { justification: unlinked(reason) }) };
}
