import type { Position } from '../../../core/errors.ts';
import type { ExchangeSection, GrantSection, QueueSection } from '../schema.ts';
import { bindingsInto, exchangeArguments, queueArguments, textArgument } from './declared.ts';
import { nothing } from '../patterns/names.ts';
import { compile, type Reach, reach } from '../patterns/pattern.ts';
import type { Path, PlacedService } from './landscape.ts';
import { type Owned, thoseOf } from './owned.ts';
import type { Rights } from './rights.ts';
import type { Member } from './vhosts.ts';
import type { World } from './world.ts';

/**
 * A service that uses what another may own. mqwarden declares bindings, dead-letter and alternate exchanges with its own
 * rights, so it must ask on the service's behalf: a binding is a consume of its source, each of the others a publish.
 */
export interface Ask {
  readonly service: PlacedService;
  readonly what: 'exchange' | 'queue';
  readonly name: string;
  /** Nobody can be allowed to configure what another owns. */
  readonly verb: 'publish' | 'consume' | 'configure';
  /** How the service put it: `binds order.queue.payments to`. */
  readonly says: string;
  readonly path: Path;
  /** Where it stands, if not at `path` in the service. */
  readonly position?: Position;
  /** What keeps its pattern from being judged: `a look-around`. */
  readonly doubt?: string | undefined;
  /** It is not meant, but cannot be kept from it. */
  readonly isNamesake?: boolean;
}

/** What it does with the names of others. */
export function intentAsks({ service, publishes, consumes, sends, temporary = [], calls }: Member): Ask[] {
  return [
    ...publishes.map(({ exchange, path }): Ask => {
      return { service, what: 'exchange', name: exchange, verb: 'publish', says: 'publishes to', path };
    }),
    ...consumes.map(({ queue, path }): Ask => {
      return { service, what: 'queue', name: queue, verb: 'consume', says: 'consumes', path };
    }),
    ...sends.map(({ queue, path }): Ask => {
      return { service, what: 'queue', name: queue, verb: 'publish', says: 'sends to', path };
    }),
    ...temporary.map(({ exchange, path }): Ask => {
      const says = 'binds temporary queues to';
      return { service, what: 'exchange', name: exchange, verb: 'consume', says, path };
    }),
    // A call ends in the queue of requests, whatever is in between.
    ...calls
      .filter(({ served }) => served.allow === undefined)
      .map(({ served, path }): Ask => {
        return { service, what: 'queue', name: served.queue, verb: 'publish', says: 'calls', path };
      }),
  ];
}

/** What is declared on its behalf. */
export function declarationAsks(world: World, service: PlacedService): Ask[] {
  const exchanges = thoseOf(world.exchanges, service);
  const queues = thoseOf(world.queues, service);
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
  if (textArgument(given, 'x-dead-letter-exchange') !== '') return [];
  if (queue === undefined || queue === '') {
    world.problems.push({
      message: `queue ${owned.name} dead-letters to the default exchange without a routing key: whoever publishes to it chooses the queue`,
      position: owned.service.locate(owned.path),
      hint: 'name the queue in deadLetter.routingKey, or dead-letter to an exchange of its own',
    });
    return [];
  }
  const says = `dead-letters ${owned.name} to`;
  const path = [...owned.path, 'deadLetter'];
  return [{ service: owned.service, what: 'queue', name: queue, verb: 'publish', says, path }];
}

const verbs = { configure: 'configure', write: 'publish', read: 'consume' } as const;

/** Literal grants, expanded against the names that owners guard; those of routing keys are for one exchange by its name. */
export function grantAsks(world: World, { service, grants }: Member): Ask[] {
  const rows = grants.flatMap(({ exchange: name, path, ...grant }) =>
    name === undefined
      ? []
      : rowRights(grant).map((right): Ask => {
          const says = `is granted ${right} with routing keys on`;
          return { service, what: 'exchange', name, verb: verbs[right], says, path: [...path, right] };
        }),
  );
  const patterns = grants
    .filter(({ exchange }) => exchange === undefined)
    .flatMap((grant) =>
      everything(world).flatMap(({ what, name }) =>
        rightsOn(grant, what, name).map(([right, found]): Ask => {
          const says = `${found === 'yes' ? 'is' : 'may be'} granted ${right} on`;
          const path = [...grant.path, right];
          return { service, what, name, verb: verbs[right], says, path, doubt: doubtOf(grant[right] ?? '') };
        }),
      ),
    );
  return [...rows, ...patterns];
}

function rowRights(row: Pick<GrantSection, 'write' | 'read'>): ('write' | 'read')[] {
  return (['write', 'read'] as const).filter((right) => ![undefined, '', nothing].includes(row[right]));
}

/**
 * RabbitMQ knows a right by a name alone: one on a queue is one on the exchange of that name, and the other way round. For each right
 * that intent gives on what another may own, beyond what is asked for already.
 */
export function namesakeAsks(world: World, { service }: Member, rights: Rights): Ask[] {
  return (['configure', 'write', 'read'] as const).flatMap((right) =>
    [...rights[right]].flatMap((name) =>
      (['exchange', 'queue'] as const).map((what): Ask => {
        const other = what === 'exchange' ? 'queue' : 'exchange';
        const own = (other === 'exchange' ? world.exchanges : world.queues).get(name);
        const says = `gets ${right} on ${other} ${name}, and with it on`;
        const path = own?.service === service ? own.path : [];
        return { service, what, name, verb: verbs[right], says, path, isNamesake: true };
      }),
    ),
  );
}

/** All that has an owner in the vhost. */
function everything(world: World): { what: Ask['what']; name: string }[] {
  return [
    ...[...world.exchanges.keys()].map((name) => ({ what: 'exchange' as const, name })),
    ...[...world.queues.keys()].map((name) => ({ what: 'queue' as const, name })),
  ];
}

/** Write on the default exchange is write on every queue. */
function rightsOn(
  grant: GrantSection,
  what: Ask['what'],
  name: string,
): (readonly [right: keyof typeof verbs, found: Reach])[] {
  return (['configure', 'write', 'read'] as const).flatMap((right) => {
    const pattern = grant[right];
    if (pattern === undefined) return [];
    const ways = what === 'queue' && right === 'write' ? [name, 'amq.default'] : [name];
    const found = ways.map((way) => reach(pattern, way)).sort(surestFirst)[0] ?? 'no';
    return found === 'no' ? [] : [[right, found] as const];
  });
}

const sureness: readonly Reach[] = ['yes', 'perhaps', 'no'];

function surestFirst(a: Reach, b: Reach): number {
  return sureness.indexOf(a) - sureness.indexOf(b);
}

/** Why a pattern is not judged, if it is not. */
export function doubtOf(pattern: string): string | undefined {
  const found = compile(pattern);
  return found.kind === 'undecidable' ? found.why : undefined;
}
