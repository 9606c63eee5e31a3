import { protocolErrorsCodesById } from '@platformatic/kafka';
import type { Answer } from '../../../core/proof.ts';
import { codeOf, operations } from '../words.ts';

/** What the protocol's numbers say to a question. */

export const allowed: Answer = { is: 'allowed' };
export const refused: Answer = { is: 'refused' };
export const absent: Answer = { is: 'absent' };
export const noWay: Answer = { is: 'unknown', why: 'Kafka has no question about it that has no effect' };

export function errorName(code: number): string {
  return code === 0 ? 'NONE' : (protocolErrorsCodesById[code] ?? `error ${code}`);
}

export function unknown(code: number): Answer {
  return { is: 'unknown', why: `Kafka answered with ${errorName(code)}`, missed: true };
}

/** A bit for each operation; the smallest number where the broker was not asked, or says nothing. */
export function isIn(field: number, right: string): boolean {
  return field > 0 && (field & (1 << codeOf(operations, right))) !== 0;
}
