import { type Address, partsOf } from '../../core/address.ts';
import type { Compiled } from '../../core/broker.ts';
import type { Identity, Question } from '../../core/proof.ts';
import { type Keys, keysOf, topicKeys } from './access/keys.ts';
import type { PlacedService, RabbitLandscape } from './compile/landscape.ts';
import { vhostsOf } from './compile/vhosts.ts';
import { userOf } from './compile/world.ts';
import { namesOf } from './patterns/parse.ts';
import {
  builtInExchanges,
  exchangeAddress,
  queueAddress,
  type RabbitResource,
  vhostAddress,
} from './resources.ts';

/** Who may do what: the questions that verify asks, and what permissions say to any. Pure. */

export { access } from './access/model.ts';

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
