import type { Plan } from '../../core/plan.ts';
import type { Change } from '../../core/resource.ts';
import { code } from './escape.ts';
import type { Piece } from './fit.ts';

const columns = ['create', 'update', 'replace', 'delete', 'blocked'] as const;
type Counts = Record<(typeof columns)[number], number>;

const mostRows = 50;

/** A row a service; where there are too many, those with the most to do, and the others as one. */
export function table(plan: Plan): string {
  const counts = countByService(plan);
  const byName = [...counts].sort(([a], [b]) => (a < b ? -1 : 1));
  const byWeight = [...byName].sort(([, a], [, b]) => total(b) - total(a));
  const shown = byName.length <= mostRows ? byName : byWeight.slice(0, mostRows);
  const others = byName.length <= mostRows ? [] : byWeight.slice(mostRows);
  return [
    `| service | ${columns.join(' | ')} |`,
    `|---|${columns.map(() => '--:|').join('')}`,
    ...shown.map(([service, of]) => row(service === '' ? '*the environment*' : code(service), of)),
    ...(others.length === 0 ? [] : [row(`*${others.length} more*`, sum(others.map(([, of]) => of)))]),
    ...(byName.length < 2 ? [] : [row('**all**', sum(byName.map(([, of]) => of)))]),
  ].join('\n');
}

function countByService({ changes, blocked }: Plan): Map<string, Counts> {
  const counts = new Map<string, Counts>();
  const add = (service: string | undefined, column: Change['action'] | 'blocked') => {
    const known = counts.get(service ?? '') ?? none();
    known[column] += 1;
    counts.set(service ?? '', known);
  };
  for (const { service, action } of changes) add(service, action);
  for (const { service } of blocked) add(service, 'blocked');
  return counts;
}

function none(): Counts {
  return { create: 0, update: 0, replace: 0, delete: 0, blocked: 0 };
}

function total(counts: Counts): number {
  return columns.reduce((all, column) => all + counts[column], 0);
}

function sum(all: readonly Counts[]): Counts {
  const summed = none();
  for (const counts of all) for (const column of columns) summed[column] += counts[column];
  return summed;
}

function row(name: string, counts: Counts): string {
  return `| ${name} | ${columns.map((column) => counts[column] || '').join(' | ')} |`;
}

const mostServices = 25;

/** What did not fit: how much of what, and whose. */
export function leftOut(left: readonly Piece[]): string {
  if (left.length === 0) return '';
  const what = [...Map.groupBy(left, ({ of }) => of)].map(([of, pieces]) => `${pieces.length} ${of}`);
  const services = [...Map.groupBy(left, ({ service }) => service)]
    .filter(([service]) => service !== '')
    .sort(([, a], [, b]) => b.length - a.length);
  const named = services.slice(0, mostServices).map(([name, { length }]) => `${code(name, 80)} ${length}`);
  const more = services.slice(mostServices);
  const others = more.reduce((all, [, { length }]) => all + length, 0);
  const whose = more.length === 0 ? named : [...named, `${more.length} more services ${others}`];
  const by = whose.length === 0 ? '' : ` By service: ${whose.join(', ')}.`;
  return `**Cut to fit**: ${what.join(', ')} not shown here.${by} \`mqwarden plan\` or \`mqwarden show\` prints all.`;
}
