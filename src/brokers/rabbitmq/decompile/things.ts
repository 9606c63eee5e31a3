import { canonical, compareText, type JsonObject } from '../../../core/json.ts';
import type { BindingSpec } from '../resources.ts';
import type { Concessions } from './concessions.ts';
import { isText, type Live } from './live.ts';

/** Exchanges and queues as a service's file says them, each with the bindings into it. */

export function exchangeSection(live: Live, name: string, conceded: Concessions): JsonObject {
  const spec = live.exchanges.get(name);
  if (spec === undefined) return {};
  const { 'alternate-exchange': alternate, ...rest } = spec.arguments;
  const taken = isText(alternate) && alternate !== '';
  return {
    type: spec.type,
    ...(spec.durable ? {} : { durable: false }),
    ...(spec.autoDelete ? { autoDelete: true } : {}),
    ...(spec.internal ? { internal: true } : {}),
    ...(taken ? { alternateExchange: alternate } : {}),
    ...argumentsOf(taken ? rest : spec.arguments),
    ...bindingsOf(bindingGroups(live, 'exchange', name, conceded)),
  };
}

export function queueSection(live: Live, name: string, conceded: Concessions): JsonObject {
  const spec = live.queues.get(name);
  if (spec === undefined) return {};
  const {
    'x-dead-letter-exchange': exchange,
    'x-dead-letter-routing-key': routingKey,
    ...rest
  } = spec.arguments;
  const taken = isText(exchange) && (routingKey === undefined || isText(routingKey));
  return {
    type: spec.type,
    ...(spec.durable ? {} : { durable: false }),
    ...(taken ? { deadLetter: { exchange, ...(routingKey === undefined ? {} : { routingKey }) } } : {}),
    ...argumentsOf(taken ? rest : spec.arguments),
    ...bindingsOf(bindingGroups(live, 'queue', name, conceded)),
  };
}

function argumentsOf(given: JsonObject): JsonObject {
  return Object.keys(given).length === 0 ? {} : { arguments: given };
}

/** The bindings that are written as one: the same source and arguments. In the order in which they are written. */
export function bindingGroups(
  live: Live,
  type: BindingSpec['destinationType'],
  name: string,
  conceded: Concessions,
): readonly (readonly BindingSpec[])[] {
  const into = live
    .bindingsInto(type, name)
    .filter((binding) => !conceded.leavesOutBinding(binding))
    .sort((a, b) => compareText(a.routingKey, b.routingKey));
  const groups = Map.groupBy(into, ({ source, arguments: given }) => canonical([source, given]));
  return [...groups].sort(([a], [b]) => compareText(a, b)).map(([, group]) => group);
}

function bindingsOf(groups: readonly (readonly BindingSpec[])[]): JsonObject {
  const bindings = groups.flatMap((group): JsonObject[] => {
    const [first, ...more] = group;
    if (first === undefined) return [];
    return [
      {
        exchange: first.source,
        ...(more.length > 0 ? { routingKeys: group.map(({ routingKey }) => routingKey) } : {}),
        ...(more.length === 0 && first.routingKey !== '' ? { routingKey: first.routingKey } : {}),
        ...argumentsOf(first.arguments),
      },
    ];
  });
  return bindings.length === 0 ? {} : { bindings };
}
