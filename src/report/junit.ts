import { type Finding, reaches } from '../core/finding.ts';
import type { FindingsReport } from './findings-report.ts';
import { printable } from './printable.ts';

/** Findings as a test report, which most build servers show: a test for each rule, and one for each thing that it found. Pure. */
export function findingsAsJunit({ command, rules, findings, failOn }: FindingsReport): string {
  const by = Map.groupBy(findings, ({ rule }) => rule);
  const known = new Set(rules.map(({ id }) => id));
  const cases = [
    ...rules.flatMap(({ id, name }) => {
      const found = by.get(id) ?? [];
      return found.length === 0 ? [passed(`${id} ${name}`)] : found.map((one) => caseOf(one, failOn));
    }),
    ...findings.filter(({ rule }) => !known.has(rule)).map((one) => caseOf(one, failOn)),
  ];
  const failures = findings.filter((one) => reaches([one], failOn)).length;
  const counts = `name="mqwarden ${command}" tests="${cases.length}" failures="${failures}" errors="0"`;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites ${counts}>`,
    `  <testsuite ${counts} skipped="0">`,
    ...cases,
    '  </testsuite>',
    '</testsuites>',
    '',
  ].join('\n');
}

function passed(name: string): string {
  return `    <testcase classname="mqwarden" name="${xml(name)}"/>`;
}

/** What is milder than what lint fails on passes, with what it says. */
function caseOf(finding: Finding, failOn: FindingsReport['failOn']): string {
  const { rule, name, severity, message, hint, position, address } = finding;
  const place = position === undefined ? address : `${position.file}:${position.line}:${position.column}`;
  const head = `    <testcase classname="${xml(position?.file ?? 'mqwarden')}" name="${xml(`${rule} ${name}: ${message}`)}"${
    position === undefined ? '' : ` file="${xml(position.file)}" line="${position.line}"`
  }>`;
  const text = [...(place === undefined ? [] : [place]), message, ...(hint === undefined ? [] : [hint])];
  const body = xml(text.join('\n'));
  const inside = reaches([finding], failOn)
    ? `      <failure type="${severity}" message="${xml(message)}">${body}</failure>`
    : `      <system-out>${severity}: ${body}</system-out>`;
  return [head, inside, '    </testcase>'].join('\n');
}

/** XML knows no control characters at all. */
function xml(text: string): string {
  return text
    .split('\n')
    .map(printable)
    .join('\n')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
