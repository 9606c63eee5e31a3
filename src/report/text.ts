import pc from 'picocolors';
import type { Refusal } from '../core/broker.ts';
import type { Plan } from '../core/plan.ts';
import type { Action, Change } from '../core/resource.ts';
import {
  byService,
  countsText,
  describe,
  rowsOf,
  type DescribedSetting,
  type KindsShown,
  unmanagedText,
} from './described.ts';
import { gainsTold } from './access.ts';
import { againstWhat, asDeclared } from './notes.ts';
import { printable } from './printable.ts';

type Colors = ReturnType<typeof pc.createColors>;

const marks: Readonly<Record<Action, string>> = { create: '+', update: '~', replace: '±', delete: '-' };

/** A plan for a person: grouped by service, each group of changes under what it is for. */
export function planAsText(plan: Plan, kinds: KindsShown, color: boolean): string {
  const colors = pc.createColors(color);
  const against = againstWhat(plan);
  const parts = [
    ...(against === undefined ? [] : [`${colors.yellow('snapshot')} ${printable(against)}`]),
    ...(plan.unknown ?? []).map((one) => `${colors.yellow('unknown')} ${printable(one)}`),
    ...plan.warnings.map(
      (warning) =>
        `${colors.yellow('warning')} ${printable(warning.message)} ${colors.dim(`(${printable(warning.address)})`)}`,
    ),
    ...(plan.changes.length + plan.blocked.length === 0 ? [] : [body(plan, kinds, colors)]),
    summaryLine(plan, colors),
  ];
  return `${parts.join('\n')}\n`;
}

function body(plan: Plan, kinds: KindsShown, colors: Colors): string {
  const heading = `${colors.bold(`Plan for ${printable(plan.topology)}, environment ${printable(plan.environment)}`)}\n`;
  const sections = byService(plan.changes).map(([service, changes]) => {
    const title = colors.bold(
      service === '' ? `environment ${printable(plan.environment)}` : printable(service),
    );
    return `${title}\n${changeGroups(changes, kinds, colors).join('\n')}\n`;
  });
  const access = plan.access === undefined ? [] : [accessSection(plan.access, colors)];
  const blocked = plan.blocked.length === 0 ? [] : [blockedSection(plan.blocked, colors)];
  const unmanaged = plan.unmanaged.length === 0 ? [] : [unmanagedSection(plan.unmanaged, colors)];
  return [heading, ...sections, ...access, ...blocked, ...unmanaged].join('\n');
}

/** Changes with one purpose stand together under it: "produces orders" over its two ACLs. */
function changeGroups(changes: readonly Change[], kinds: KindsShown, colors: Colors): string[] {
  const groups = Map.groupBy(changes, (change) => change.reason);
  return [...groups].map(([reason, group]) =>
    [
      `  ${printable(shortened(reason))}`,
      ...rowsOf(group, kinds).flatMap((row) => rowLines(row, kinds, colors)),
    ].join('\n'),
  );
}

/** Reasons of one change that fit on a line; a group of twelve topics has twelve. */
const reasonWidth = 120;

function shortened(reason: string): string {
  const parts = reason.split('; ');
  if (reason.length <= reasonWidth || parts.length < 4) return reason;
  return `${parts.slice(0, 3).join('; ')}; and ${parts.length - 3} more`;
}

function rowLines(row: readonly [Change, ...Change[]], kinds: KindsShown, colors: Colors): string[] {
  const [change] = row;
  const { what, name, settings, cost: said } = describe(change, kinds, row);
  const head = `    ${paint(change.action, colors)(marks[change.action])} ${what} ${colors.bold(name)}`;
  const cost = said === undefined ? [] : [`        ${colors.yellow(said)}`];
  const lines = settings.map(({ label, ...value }) => ({ label, value: valueText(value, colors) }));
  const inline = lines.map(({ label, value }) => `${label} ${value}`).join(', ');
  if (change.action !== 'update' && lines.length < 3 && inline.length < inlineWidth) {
    return [inline === '' ? head : `${head}  ${inline}`, ...cost];
  }
  const width = Math.max(0, ...lines.map(({ label }) => label.length));
  return [head, ...lines.map(({ label, value }) => `        ${label.padEnd(width)}  ${value}`), ...cost];
}

function valueText({ from, to }: Omit<DescribedSetting, 'label'>, colors: Colors): string {
  return from === undefined ? to : `${colors.red(from)} → ${colors.green(to)}`;
}

/** Settings that are no longer than this stand behind the name. */
const inlineWidth = 60;

/** So many lines for each of so many. */
const mostTold = { principals: 15, lines: 6 };

function accessSection(access: NonNullable<Plan['access']>, colors: Colors): string {
  const all = gainsTold(access);
  const told = all.slice(0, mostTold.principals).flatMap(({ who, lines }) => {
    const shown = lines.slice(0, mostTold.lines).map(({ sign, text }) => {
      const paint = sign === '+' ? colors.green : colors.red;
      return `    ${paint(sign)} ${printable(text)}`;
    });
    const more = lines.length - shown.length;
    return [`  ${printable(who)}`, ...shown, ...(more > 0 ? [`      and ${more} more`] : [])];
  });
  const more = all.length - mostTold.principals;
  const rest = more > 0 ? [`  and ${more} more: --format json lists all`] : [];
  return `${colors.bold('who gains or loses access')}\n${[...told, ...rest].join('\n')}\n`;
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
  const unmanaged = unmanagedText(plan.unmanaged);
  if (plan.changes.length + plan.blocked.length === 0) {
    return `${colors.green('No changes')}: ${printable(plan.environment)} ${asDeclared(plan)}${unmanaged}.`;
  }
  return `${colors.bold('Plan:')} ${countsText(plan.summary)}${unmanaged}.`;
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
