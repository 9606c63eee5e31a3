import type { Point } from '../../../core/audit.ts';
import { mechanismsOffered, type RabbitFacts } from './facts.ts';

/** Whether anybody is whom a certificate names: by EXTERNAL, and by which part of it no listener tells. */
export function namedPoints(facts: Pick<RabbitFacts, 'knocked' | 'mechanisms'>): Point[] {
  const offered = mechanismsOffered(facts);
  if (offered.length === 0) return [];
  return offered.includes('EXTERNAL')
    ? [{ is: 'manual', says: 'RabbitMQ offers EXTERNAL: somebody is whom their certificate names' }]
    : [{ is: 'na', says: 'RabbitMQ offers no EXTERNAL: nobody is whom their certificate names' }];
}
