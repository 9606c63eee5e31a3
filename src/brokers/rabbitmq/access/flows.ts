import { type Address, partOf } from '../../../core/address.ts';
import type { Flow } from '../../../core/access/model.ts';
import type { Json, JsonObject } from '../../../core/json.ts';
import { namePattern } from '../patterns/names.ts';
import { topicPattern } from '../patterns/topic.ts';
import {
  type Binding,
  builtInExchanges,
  type Exchange,
  exchangeAddress,
  type Policy,
  type Queue,
  queueAddress,
  type RabbitResource,
} from '../resources.ts';
import { type Policies, ruledBy } from '../ruling.ts';

/** The ways that messages take by bindings, dead letters, alternate exchanges and the default exchange. Pure. */

export function flowsIn(resources: readonly RabbitResource[]): Flow[] {
  const types = new Map<Address, string>();
  const policies = new Map<string, Policy[]>();
  for (const one of resources) {
    if (one.kind === 'rabbitmq:exchange') types.set(one.address, one.spec.type);
    if (one.kind === 'rabbitmq:policy') {
      const vhost = partOf(one.address, 0);
      policies.set(vhost, [...(policies.get(vhost) ?? []), one]);
    }
  }
  const policiesFor = (target: Exchange | Queue): Policies =>
    new Map((policies.get(partOf(target.address, 0)) ?? []).map(({ address, spec }) => [address, spec]));
  return resources.flatMap((one): Flow[] => {
    switch (one.kind) {
      case 'rabbitmq:binding':
        return bindingFlow(one, types);
      case 'rabbitmq:queue':
        return [defaultFlow(one), ...deadLetters(one, policiesFor(one))];
      case 'rabbitmq:exchange':
        return unrouted(one, policiesFor(one));
      default:
        return [];
    }
  });
}

function bindingFlow({ address, spec }: Binding, types: ReadonlyMap<Address, string>): Flow[] {
  const { source, destinationType, destination, routingKey } = spec;
  // Those of the default exchange are told for each queue.
  if (source === '') return [];
  const vhost = partOf(address, 0);
  const from = exchangeAddress(vhost, source);
  const to = destinationType === 'queue' ? queueAddress : exchangeAddress;
  const type = types.get(from) ?? builtInExchanges.get(source);
  return [{ from, to: to(vhost, destination), ...routed(type, routingKey) }];
}

/** Which keys an exchange of this type lets through by a binding with this one. */
function routed(type: string | undefined, key: string): Pick<Flow, 'by' | 'passes' | 'doubt'> {
  switch (type) {
    case 'topic':
      return { by: `binding ${shown(key)}`, passes: topicPattern([key]) };
    case 'direct':
      return { by: `binding ${shown(key)}`, passes: namePattern([key]) };
    case 'fanout':
      return { by: 'binding' };
    case 'headers':
      return { by: 'binding by headers' };
    case undefined:
      return { by: `binding ${shown(key)}`, doubt: 'the type of the exchange is not known' };
    default:
      return { by: `binding ${shown(key)} of type ${type}` };
  }
}

function shown(key: string): string {
  return key === '' ? '(no key)' : key;
}

/** Every queue is bound to the default exchange by its own name. */
function defaultFlow({ address }: Queue): Flow {
  const [vhost, name] = [partOf(address, 0), partOf(address, 1)];
  return {
    from: exchangeAddress(vhost, ''),
    to: address,
    by: 'its name as the key',
    passes: namePattern([name]),
  };
}

/** What is rejected, expires or does not fit. An argument of the queue has precedence over a policy; streams have none. */
function deadLetters(queue: Queue, policies: Policies): Flow[] {
  const { address, spec } = queue;
  if (spec.type === 'stream') return [];
  const vhost = partOf(address, 0);
  const own = textOf(spec.arguments['x-dead-letter-exchange']);
  const ownKey = textOf(spec.arguments['x-dead-letter-routing-key']);
  const flow = (target: string, key: string | undefined, by: string, doubt?: string): Flow => ({
    from: address,
    to: exchangeAddress(vhost, target),
    by,
    ...(key === undefined ? {} : { rekeys: namePattern([key]) }),
    ...(doubt === undefined ? {} : { doubt }),
  });
  const ruling = ruledBy(policies, queue);
  const keyOf = (definition: JsonObject) => ownKey ?? textOf(definition['dead-letter-routing-key']);
  if (own !== undefined) {
    const keys = ruling.length === 0 ? [ownKey] : ruling.map(({ spec: { definition } }) => keyOf(definition));
    return [...new Set(keys)].map((key) => flow(own, key, 'dead letters'));
  }
  return ruling.flatMap(({ address: by, spec: { definition }, doubt }) => {
    const target = textOf(definition['dead-letter-exchange']);
    if (target === undefined) return [];
    return [flow(target, keyOf(definition), `dead letters, by policy ${partOf(by, 1)}`, doubt)];
  });
}

/** How the way to an alternate exchange is called. */
export const unroutedWay = 'what matches no binding';

/** What matches no binding. */
function unrouted(exchange: Exchange, policies: Policies): Flow[] {
  const { address, spec } = exchange;
  const vhost = partOf(address, 0);
  const own = textOf(spec.arguments['alternate-exchange']);
  if (own !== undefined) return [{ from: address, to: exchangeAddress(vhost, own), by: unroutedWay }];
  return ruledBy(policies, exchange).flatMap(({ address: by, spec: { definition }, doubt }) => {
    const target = textOf(definition['alternate-exchange']);
    if (target === undefined) return [];
    const how = `${unroutedWay}, by policy ${partOf(by, 1)}`;
    return [{ from: address, to: exchangeAddress(vhost, target), by: how, ...(doubt && { doubt }) }];
  });
}

function textOf(value: Json | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
