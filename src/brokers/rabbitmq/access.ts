import { type Address, encodePart, partsOf } from '../../core/address.ts';
import type { Compiled } from '../../core/broker.ts';
import type { Expectation, Identity, Question } from '../../core/proof.ts';
import { type Keys, keysOf, topicKeys } from './access/keys.ts';
import type { PlacedService, RabbitLandscape } from './compile/landscape.ts';
import { vhostsOf } from './compile/vhosts.ts';
import { userOf } from './compile/world.ts';
import { namesOf } from './patterns/parse.ts';
import { reach } from './patterns/pattern.ts';
import {
  builtInExchanges,
  exchangeAddress,
  type Permission,
  queueAddress,
  type RabbitResource,
  type TopicPermission,
  vhostAddress,
} from './resources.ts';

/** Who may do what: the questions that verify asks, and what permissions say to them. Pure. */

export function identity(service: PlacedService): Identity {
  return {
    principal: userOf(service),
    by: service.section.auth,
    hasCertificate: service.section.tls?.cert !== undefined,
  };
}

/** What every vhost has from the start and a client could publish to; `amq.match` is `amq.headers` by another name. */
const common = ['', 'amq.topic', 'amq.direct', 'amq.fanout', 'amq.headers'];

/** Each right on all that the vhosts of the environment hold; where a service may not even enter, only that. */
export function questions(
  { environment, services }: RabbitLandscape,
  { resources }: Compiled<RabbitResource>,
): (service: string) => Question[] {
  const vhosts = [...vhostsOf(environment.section).values()].map(({ section }) =>
    surveyed(section.name, resources),
  );
  const users = new Map(services.map((service) => [service.name, userOf(service)]));
  return (service) => {
    const principal = users.get(service);
    if (principal === undefined) return [];
    return vhosts.flatMap(({ at, members, exchanges, queues }) => {
      const enter = { service, principal, at, right: 'enter', common: true };
      if (!members.has(principal)) return [enter];
      return [
        enter,
        ...exchanges.flatMap((exchange) => onExchange(exchange, service, principal)),
        ...queues.flatMap((queue) =>
          ['read', 'write', 'configure'].map((right) => ({ service, principal, at: queue, right })),
        ),
      ];
    });
  };
}

interface Vhost {
  readonly at: Address;
  /** Who has a permission there. */
  readonly members: ReadonlySet<string>;
  readonly exchanges: readonly Exchange[];
  readonly queues: readonly Address[];
}

interface Exchange {
  readonly name: string;
  readonly at: Address;
  /** Of whom it has rows, if it is a topic exchange. */
  readonly keys: readonly Keys[] | undefined;
}

/** What is declared there, and what somebody only speaks of. */
function surveyed(vhost: string, resources: readonly RabbitResource[]): Vhost {
  const here = resources
    .map((one) => ({ one, parts: partsOf(one.address) }))
    .filter(({ parts }) => parts[0] === vhost);
  const named = (kind: string) =>
    here.filter(({ one }) => one.kind === kind).map(({ parts }) => parts[1] ?? '');
  const queues = new Set(named('rabbitmq:queue'));
  const types = new Map<string, string | undefined>(common.map((name) => [name, builtInExchanges.get(name)]));
  const rows: (Keys & { readonly on: string })[] = [];
  for (const { one, parts } of here) {
    const [, name = '', on = ''] = parts;
    if (one.kind === 'rabbitmq:exchange') types.set(name, one.spec.type);
    if (one.kind === 'rabbitmq:topic-permission') rows.push({ on, ...keysOf(name, one.spec) });
  }
  for (const { one } of here) {
    if (one.kind !== 'rabbitmq:permission') continue;
    const unknown = (pattern: string) =>
      [...(namesOf(pattern) ?? [])].filter(
        (name) => !['', 'amq.default'].includes(name) && !types.has(name) && !queues.has(name),
      );
    for (const name of unknown(one.spec.write)) types.set(name, undefined);
    for (const name of unknown(one.spec.read)) queues.add(name);
  }
  const byExchange = Map.groupBy(rows, ({ on }) => on);
  return {
    at: vhostAddress(vhost),
    members: new Set(named('rabbitmq:permission')),
    exchanges: [...types].map(([name, type]) => ({
      name,
      at: exchangeAddress(vhost, name),
      keys: type === 'topic' ? (byExchange.get(name) ?? []) : undefined,
    })),
    queues: [...queues].map((name) => queueAddress(vhost, name)),
  };
}

function onExchange({ name, at, keys }: Exchange, service: string, principal: string): Question[] {
  const asked = { service, principal, at, ...(common.includes(name) ? { common: true } : {}) };
  const keyed = (right: 'write' | 'read') =>
    keys === undefined
      ? [{ ...asked, right }]
      : topicKeys(keys, right, principal).map((key) => ({ ...asked, right, key }));
  // Nothing can be bound to the default exchange, and nobody declares what the broker comes with.
  const bound = name === '' ? [] : keyed('read');
  const configured = builtInExchanges.has(name) ? [] : [{ ...asked, right: 'configure' }];
  return [...keyed('write'), ...bound, ...configured];
}

/** By the broker's own rules: no permission, no access; no topic permission, any key. */
export function allows(grants: readonly RabbitResource[]): (question: Question) => Expectation {
  const permissions = new Map<string, Permission['spec']>();
  const rows = new Map<string, TopicPermission['spec']>();
  const types = new Map<string, string>();
  // The same things are asked about for each service.
  const parts = new Map<Address, readonly string[]>();
  for (const one of grants) {
    if (one.kind === 'rabbitmq:permission') permissions.set(one.address, one.spec);
    if (one.kind === 'rabbitmq:topic-permission') rows.set(one.address, one.spec);
    if (one.kind === 'rabbitmq:exchange') types.set(one.address, one.spec.type);
  }
  return ({ principal, at, right, key }) => {
    const known = parts.get(at);
    const [vhost = '', name = ''] = known ?? partsOf(at);
    if (known === undefined) parts.set(at, [vhost, name]);
    const of = (...parts: string[]) => parts.map(encodePart).join('/');
    const permission = permissions.get(`rabbitmq:permission:${of(vhost, principal)}`);
    if (permission === undefined) return 'no';
    if (right === 'enter') return 'yes';
    const may = reach(patternOf(permission, right), name === '' ? 'amq.default' : name);
    const isTopic = (types.get(at) ?? builtInExchanges.get(name)) === 'topic';
    if (may !== 'yes' || key === undefined || !isTopic) return may;
    const row = rows.get(`rabbitmq:topic-permission:${of(vhost, principal, name)}`);
    return row === undefined ? 'yes' : reach(patternOf(row, right), key);
  };
}

type Patterns = { readonly configure?: string; readonly write: string; readonly read: string };

function patternOf({ configure = '^$', write, read }: Patterns, right: string): string {
  return right === 'configure' ? configure : right === 'write' ? write : read;
}
