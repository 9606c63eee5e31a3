import pc from 'picocolors';
import type { Age, Ages, AgeStatus } from '../core/rotation/ages.ts';
import { printable } from './printable.ts';

const colorsOf: Readonly<Record<AgeStatus, 'green' | 'yellow' | 'red' | 'dim'>> = {
  ok: 'green',
  due: 'yellow',
  overdue: 'red',
  none: 'dim',
  unknown: 'yellow',
};

/** A line a credential, the tally at the end. */
export function agesAsText({ credentials, summary }: Ages, color: boolean): string {
  const colors = pc.createColors(color);
  const lines = credentials.map((one) => {
    const { broker, service, status } = one;
    return `${colors[colorsOf[status]](status.padEnd(7))} ${broker} ${printable(service)}: ${factsOf(one)}\n`;
  });
  const tally = Object.entries(summary)
    .filter(([, number]) => number > 0)
    .map(([status, number]) => `${number} ${status}`);
  return tally.length === 0 ? 'No service has a password here.\n' : `${lines.join('')}${tally.join(', ')}.\n`;
}

function factsOf({ status, principal, generation, since, by, days, dueAt, limitAt, underWay }: Age): string {
  const facts = [
    ...(status === 'none' ? ['the store has no credential of it'] : []),
    ...(principal === undefined ? [] : [printable(principal)]),
    ...(generation === undefined ? [] : [`generation ${generation}`]),
    ...(status === 'unknown' ? ['the store does not tell how old it is'] : []),
    ...(days === undefined ? [] : [`${days} d old`]),
    ...(since === undefined
      ? []
      : [by === 'rotation' ? `rotated ${dateOf(since)}` : `stored ${dateOf(since)}, never rotated`]),
    ...(dueAt === undefined ? [] : [`due ${dateOf(dueAt)}`]),
    ...(limitAt === undefined ? [] : [`at the latest ${dateOf(limitAt)}`]),
    ...(underWay === undefined
      ? []
      : [`a rotation is under way (${underWay.step}) since ${underWay.startedAt}`]),
  ];
  return facts.join(', ');
}

function dateOf(iso: string): string {
  return iso.slice(0, 10);
}
