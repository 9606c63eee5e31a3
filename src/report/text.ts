import pc from 'picocolors';
import { brokerOf, partsOf } from '../core/address.ts';
import type { Kind, Refusal } from '../core/broker.ts';
import type { Plan, Summary } from '../core/plan.ts';
import type { Action, Change } from '../core/resource.ts';
import { printable } from './printable.ts';

type Kinds = Readonly<Record<string, Kind>>;
type Colors = ReturnType<typeof pc.createColors>;

const marks: Readonly<Record<Action, string>> = { create: '+', update: '~', replace: '±', delete: '-' };

/** A plan for a person: grouped by service, each group of changes under what it is for. */
export function planAsText(plan: Plan, kinds: Kinds, color: boolean): string {
  const colors = pc.createColors(color);
  const parts = [
    ...plan.warnings.map(
      (warning) =>
        `${colors.yellow('warning')} ${printable(warning.message)} ${colors.dim(`(${printable(warning.address)})`)}`,
    ),
    ...(plan.changes.length + plan.blocked.length === 0 ? [] : [body(plan, kinds, colors)]),
    summaryLine(plan, colors),
  ];
  return `${parts.join('\n')}\n`;
}

function body(plan: Plan, kinds: Kinds, colors: Colors): string {
  const heading = `${colors.bold(`Plan for ${printable(plan.topology)}, environment ${printable(plan.environment)}`)}\n`;
  const groups = [...Map.groupBy(plan.changes, (change) => change.service ?? '')].sort(([a], [b]) =>
    a < b ? -1 : 1,
  );
  const sections = groups.map(([service, changes]) => {
    const title = colors.bold(
      service === '' ? `environment ${printable(plan.environment)}` : printable(service),
    );
    return `${title}\n${changeGroups(changes, kinds, colors).join('\n')}\n`;
  });
  const blocked = plan.blocked.length === 0 ? [] : [blockedSection(plan.blocked, colors)];
  const unmanaged = plan.unmanaged.length === 0 ? [] : [unmanagedSection(plan.unmanaged, colors)];
  return [heading, ...sections, ...blocked, ...unmanaged].join('\n');
}

/** Changes with one purpose stand together under it: "produces orders" over its two ACLs. */
function changeGroups(changes: readonly Change[], kinds: Kinds, colors: Colors): string[] {
  const groups = Map.groupBy(changes, (change) => change.reason);
  return [...groups].map(([reason, group]) =>
    [
      `  ${printable(reason)}`,
      ...group.flatMap((change) => changeLines(change, kinds[change.kind], colors)),
    ].join('\n'),
  );
}

function changeLines(change: Change, kind: Kind | undefined, colors: Colors): string[] {
  const what = printable(`${brokerOf(change.address)} ${kind?.label ?? change.kind}`);
  const spec = change.after ?? change.before ?? {};
  const name = printable(kind?.title?.(change.address, spec) ?? partsOf(change.address).join('/'));
  const head = `    ${paint(change.action, colors)(marks[change.action])} ${what} ${colors.bold(name)}`;
  const settings =
    change.before !== null && change.after !== null ? changed(change, kind, colors) : said(spec, kind);
  const cost = change.cost === undefined ? [] : [`        ${colors.yellow(printable(change.cost))}`];
  const inline = settings.map(({ label, value }) => `${label} ${value}`).join(', ');
  if (change.action !== 'update' && settings.length < 3 && inline.length < inlineWidth) {
    return [inline === '' ? head : `${head}  ${inline}`, ...cost];
  }
  const width = Math.max(0, ...settings.map(({ label }) => label.length));
  return [head, ...settings.map(({ label, value }) => `        ${label.padEnd(width)}  ${value}`), ...cost];
}

/** Settings that are no longer than this stand behind the name. */
const inlineWidth = 60;

interface Line {
  readonly label: string;
  readonly value: string;
}

/** What is made or goes: everything but what goes without saying. */
function said(spec: NonNullable<Change['after']>, kind: Kind | undefined): Line[] {
  return (kind?.show(spec) ?? [])
    .filter(([, , usual]) => usual === undefined)
    .map(([label, value]) => ({ label: printable(label), value: printable(value) }));
}

/** What changes: old and new, and nothing that stays. */
function changed(change: Change, kind: Kind | undefined, colors: Colors): Line[] {
  const show = (spec: Change['before']) =>
    new Map(spec === null ? [] : (kind?.show(spec) ?? []).map(([label, value]) => [label, value]));
  const before = show(change.before);
  const after = show(change.after);
  return [...new Set([...before.keys(), ...after.keys()])]
    .filter((label) => before.get(label) !== after.get(label))
    .map((label) => {
      const left = colors.red(printable(before.get(label) ?? 'none'));
      return {
        label: printable(label),
        value: `${left} → ${colors.green(printable(after.get(label) ?? 'none'))}`,
      };
    });
}

function blockedSection(blocked: readonly Refusal[], colors: Colors): string {
  const lines = blocked.map((refusal) => {
    const cost = refusal.cost === undefined ? '' : ` (${refusal.cost})`;
    return [
      `  ${colors.red(`! ${refusal.action}`)} ${printable(refusal.address)}`,
      `      ${printable(refusal.reason + cost)}`,
      `      ${colors.dim(printable(refusal.hint))}`,
    ].join('\n');
  });
  return `${colors.bold('blocked')}\n${lines.join('\n')}\n`;
}

/** So many are named; `--format json` lists all. */
const namedAtMost = 10;

function unmanagedSection(unmanaged: Plan['unmanaged'], colors: Colors): string {
  const sorted = [...unmanaged].sort((a, b) => Number(b.claimed) - Number(a.claimed));
  const lines = sorted
    .slice(0, namedAtMost)
    .map(({ address, claimed }) => `  ${printable(address)}${claimed ? ' (claimed)' : ''}`);
  const more = sorted.length - lines.length;
  const rest = more > 0 ? [`  and ${more} more: --format json lists all`] : [];
  return `${colors.bold('unmanaged')}, left as it is\n${[...lines, ...rest].join('\n')}\n`;
}

function summaryLine(plan: Plan, colors: Colors): string {
  const { summary } = plan;
  const claimed = plan.unmanaged.filter((one) => one.claimed).length;
  const unmanaged =
    summary.unmanaged === 0
      ? ''
      : `; ${summary.unmanaged} unmanaged${claimed > 0 ? ` (${claimed} claimed)` : ''}`;
  if (plan.changes.length + plan.blocked.length === 0) {
    return `${colors.green('No changes')}: ${printable(plan.environment)} is as declared${unmanaged}.`;
  }
  return `${colors.bold('Plan:')} ${counts(summary)}${unmanaged}.`;
}

/** `2 to create, 1 to delete, 1 blocked`. */
function counts(summary: Summary): string {
  const parts = [
    [summary.create, 'to create'],
    [summary.update, 'to update'],
    [summary.replace, 'to replace'],
    [summary.delete, 'to delete'],
    [summary.blocked, 'blocked'],
  ] as const;
  const said = parts.filter(([count]) => count > 0).map(([count, what]) => `${count} ${what}`);
  return said.length === 0 ? 'nothing to do' : said.join(', ');
}

function paint(action: Action, colors: Colors): (text: string) => string {
  switch (action) {
    case 'create':
      return colors.green;
    case 'delete':
      return colors.red;
    case 'update':
    case 'replace':
      return colors.yellow;
  }
}
