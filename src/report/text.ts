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
        `${colors.yellow('warning')} ${printable(warning.message)} ${colors.dim(`(${warning.address})`)}`,
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
  return [heading, ...sections, ...blocked].join('\n');
}

/** Changes of one kind with one purpose stand together: "produces orders" over its two ACLs. */
function changeGroups(changes: readonly Change[], kinds: Kinds, colors: Colors): string[] {
  const groups = Map.groupBy(changes, (change) => `${change.action} ${change.kind} ${change.reason}`);
  return [...groups.values()].map((group) => {
    const [first] = group;
    if (first === undefined) return '';
    const label = `${brokerOf(first.address)} ${kinds[first.kind]?.label ?? first.kind}`;
    const head = `  ${paint(first.action, colors)(`${marks[first.action]} ${label}`)}  ${printable(first.reason)}`;
    return [head, ...group.flatMap((change) => changeLines(change, kinds, colors))].join('\n');
  });
}

function changeLines(change: Change, kinds: Kinds, colors: Colors): string[] {
  const name = printable(partsOf(change.address).join(' '));
  const settings = settingLines(change, kinds[change.kind], colors).map((line) => `        ${line}`);
  const cost = change.cost === undefined ? [] : [`        ${colors.yellow(printable(change.cost))}`];
  return [`      ${name}`, ...settings, ...cost];
}

function settingLines(change: Change, kind: Kind | undefined, colors: Colors): string[] {
  const show = (spec: Change['before']) => new Map(spec === null ? [] : (kind?.show(spec) ?? []));
  const before = show(change.before);
  const after = show(change.after);
  const labels = [...new Set([...before.keys(), ...after.keys()])];
  const width = Math.max(0, ...labels.map((label) => label.length));
  return labels.flatMap((label) => {
    const [old, wanted] = [before.get(label), after.get(label)];
    if (change.action === 'delete') return [`${label.padEnd(width)}  ${printable(old ?? '')}`];
    if (change.action === 'create') return [`${label.padEnd(width)}  ${printable(wanted ?? '')}`];
    if (old === wanted) return [];
    const left = colors.red(printable(old ?? 'none'));
    return [`${label.padEnd(width)}  ${left} → ${colors.green(printable(wanted ?? 'none'))}`];
  });
}

function blockedSection(blocked: readonly Refusal[], colors: Colors): string {
  const lines = blocked.map((refusal) => {
    const cost = refusal.cost === undefined ? '' : ` (${refusal.cost})`;
    return [
      `  ${colors.red(`! ${refusal.action}`)} ${refusal.address}`,
      `      ${printable(refusal.reason + cost)}`,
      `      ${colors.dim(printable(refusal.hint))}`,
    ].join('\n');
  });
  return `${colors.bold('blocked')}\n${lines.join('\n')}\n`;
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
export function counts(summary: Summary): string {
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
