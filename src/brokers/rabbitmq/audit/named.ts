import type { Point } from '../../../core/audit.ts';
import type { RabbitFacts } from './facts.ts';

/** Whether anybody is whom a certificate names: by EXTERNAL, and by which part of it no listener tells. */
export function namedPoints({ knocked, mechanisms }: Pick<RabbitFacts, 'knocked' | 'mechanisms'>): Point[] {
  const nodes = mechanisms.is === 'told' ? [...mechanisms.value.values()].flat() : [];
  const offered = [...nodes, ...knocked.flatMap((one) => one.mechanisms ?? [])];
  if (offered.length === 0) return [];
  return offered.includes('EXTERNAL')
    ? [{ is: 'manual', says: 'RabbitMQ offers EXTERNAL: somebody is whom their certificate names' }]
    : [{ is: 'na', says: 'RabbitMQ offers no EXTERNAL: nobody is whom their certificate names' }];
}
