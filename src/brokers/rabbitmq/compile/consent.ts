import { matchesAny } from '../../../core/glob.ts';
import { bindingsInto, exchangeArguments, queueArguments, textArgument } from './declared.ts';
import { grantReaches } from './grants.ts';
import {
  mentionExchange,
  mentionQueue,
  type Owned,
  type Path,
  type PlacedService,
  related,
  type World,
} from './world.ts';
import type { ExchangeSection, QueueSection } from '../schema.ts';

/**
 * A service that uses what another may own. mqwarden declares bindings, dead-letter and alternate exchanges with its own
 * rights, so it must ask on the service's behalf: a binding is a consume of its source, each of the others a publish.
 */
interface Ask {
  readonly service: PlacedService;
  readonly what: 'exchange' | 'queue';
  readonly name: string;
  readonly verb: 'publish' | 'consume';
  /** How the service put it: `binds order.queue.payments to`. */
  readonly says: string;
  readonly path: Path;
}

/** Checks each use against what the owner allows, and that what nobody owns is at least known to be missing. */
export function checkConsent(world: World): void {
  for (const service of world.services) {
    const asks = [...intentAsks(service), ...declarationAsks(world, service)];
    for (const ask of asks) {
      if (ask.what === 'exchange') mentionExchange(world, ask.name, service, ask.path);
      else mentionQueue(world, ask.name, service, ask.path);
    }
    for (const ask of [...asks, ...grantAsks(world, service)]) checkAsk(world, ask);
  }
}

function intentAsks(service: PlacedService): Ask[] {
  const { publishes = [], consumes = [], sends = [] } = service.section;
  return [
    ...publishes.map(({ exchange }, at): Ask => {
      const path = ['publishes', at];
      return { service, what: 'exchange', name: exchange, verb: 'publish', says: 'publishes to', path };
    }),
    ...consumes.map((name, at): Ask => {
      return { service, what: 'queue', name, verb: 'consume', says: 'consumes', path: ['consumes', at] };
    }),
    ...sends.map((name, at): Ask => {
      return { service, what: 'queue', name, verb: 'publish', says: 'sends to', path: ['sends', at] };
    }),
  ];
}

function declarationAsks(world: World, service: PlacedService): Ask[] {
  const exchanges = [...world.exchanges.values()].filter((owned) => owned.service === service);
  const queues = [...world.queues.values()].filter((owned) => owned.service === service);
  return [
    ...exchanges.flatMap((owned) => [
      ...bindingAsks(owned, 'exchange'),
      ...forwardAsk(
        owned,
        textArgument(exchangeArguments(world, owned), 'alternate-exchange'),
        'alternateExchange',
      ),
    ]),
    ...queues.flatMap((owned) => [
      ...bindingAsks(owned, 'queue'),
      ...forwardAsk(
        owned,
        textArgument(queueArguments(world, owned), 'x-dead-letter-exchange'),
        'deadLetter',
      ),
      ...deadLetterQueueAsk(world, owned),
    ]),
  ];
}

function bindingAsks(owned: Owned<ExchangeSection | QueueSection>, type: 'exchange' | 'queue'): Ask[] {
  return bindingsInto(owned, type).map(({ spec, path }) => ({
    service: owned.service,
    what: 'exchange',
    name: spec.source,
    verb: 'consume',
    says: `binds ${owned.name} to`,
    path,
  }));
}

function forwardAsk(
  owned: Owned<ExchangeSection | QueueSection>,
  target: string | undefined,
  key: 'alternateExchange' | 'deadLetter',
): Ask[] {
  if (target === undefined) return [];
  const says = key === 'deadLetter' ? `dead-letters ${owned.name} to` : `forwards ${owned.name} to`;
  const path = [...owned.path, key];
  return [{ service: owned.service, what: 'exchange', name: target, verb: 'publish', says, path }];
}

/** Dead-lettering through the default exchange ends in the queue that the routing key names. */
function deadLetterQueueAsk(world: World, owned: Owned<QueueSection>): Ask[] {
  const given = queueArguments(world, owned);
  const queue = textArgument(given, 'x-dead-letter-routing-key');
  if (textArgument(given, 'x-dead-letter-exchange') !== '' || queue === undefined || queue === '') return [];
  const says = `dead-letters ${owned.name} to`;
  const path = [...owned.path, 'deadLetter'];
  return [{ service: owned.service, what: 'queue', name: queue, verb: 'publish', says, path }];
}

/** Literal grants, expanded against the names that owners guard. */
function grantAsks(world: World, service: PlacedService): Ask[] {
  const path = ['grants'];
  const exchanges = [...world.exchanges.values()].flatMap(({ name }): Ask[] => [
    ...(grantReaches(service, 'write', name)
      ? [
          {
            service,
            what: 'exchange' as const,
            name,
            verb: 'publish' as const,
            says: 'is granted write on',
            path,
          },
        ]
      : []),
    ...(grantReaches(service, 'read', name)
      ? [
          {
            service,
            what: 'exchange' as const,
            name,
            verb: 'consume' as const,
            says: 'is granted read on',
            path,
          },
        ]
      : []),
  ]);
  const queues = [...world.queues.values()].flatMap(({ name }): Ask[] =>
    grantReaches(service, 'read', name)
      ? [{ service, what: 'queue', name, verb: 'consume', says: 'is granted read on', path }]
      : [],
  );
  return [...exchanges, ...queues];
}

function checkAsk(world: World, ask: Ask): void {
  const owned = (ask.what === 'exchange' ? world.exchanges : world.queues).get(ask.name);
  const allow = owned?.section.allow;
  if (owned === undefined || allow === undefined || owned.service === ask.service) return;
  if (matchesAny(allow[ask.verb] ?? [], ask.service.name)) return;
  const owner = owned.service.name;
  world.problems.push({
    message: `${ask.service.name} ${ask.says} ${ask.what} ${ask.name}, which ${owner} does not allow it to ${ask.verb}`,
    position: ask.service.locate(ask.path),
    hint: `ask ${owner}'s team to add ${ask.service.name} to "allow: { ${ask.verb}: […] }" of ${ask.name}`,
    related: [related(`${owner} says here who may use it`, owned.service.locate([...owned.path, 'allow']))],
  });
}
