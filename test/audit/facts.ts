/** What the cases of both brokers' checks of audit share: an environment, one service, and a table's row. */
import type { KafkaSubject } from '../../src/brokers/kafka/audit/facts.ts';
import type { RabbitSubject } from '../../src/brokers/rabbitmq/audit/facts.ts';
import { type Check, judge, type Told } from '../../src/core/audit.ts';
import type { Finding } from '../../src/core/finding.ts';

export const told = <T>(value: T): Told<T> => ({ is: 'told', value });
export const lacked = { is: 'lacked', why: 'admin lacks the right', needs: 'give it' } as const;
export const shown = { subject: 'CN=b', issuer: 'CN=ca', names: 'DNS:b', until: '2027-06-01T00:00:00.000Z' };
const now = new Date('2026-11-01T00:00:00Z');

export const environment = {
  name: 'test',
  production: false,
  locate: () => ({ file: 'f', line: 1, column: 1 }),
};
export const shop = { name: 'shop', section: { auth: 'password' }, locate: environment.locate };
export const common = {
  principals: new Set<string>(),
  neighbours: [],
  secrets: told({ found: ['rabbitmq/shop', 'kafka/shop'], missing: [], shared: [], ages: [] }),
  stored: () => undefined,
  now,
  ground: {
    principals: new Map([['shop', 'shop']]),
    claims: [],
    protected: ['broker'],
    admin: 'admin',
    containers: new Set(),
  },
};
export const noServices = (of: { landscape: object }) => ({ landscape: { ...of.landscape, services: [] } });

export type Case = readonly [
  string,
  Check<never>,
  RabbitSubject | KafkaSubject,
  'pass' | 'fail' | 'manual' | 'na',
];

export type Seen = readonly [...Case, says: string];

export function judged(check: Check<never>, subject: RabbitSubject | KafkaSubject): Finding | undefined {
  return judge([check as unknown as Check<RabbitSubject | KafkaSubject>], subject)[0];
}
