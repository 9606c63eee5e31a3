import type { Position } from '../../../core/errors.ts';
import type { JsonObject } from '../../../core/json.ts';
import { mayReach } from '../patterns/reach.ts';
import type { PlacedPolicy } from './policies.ts';
import { matchesAny } from '../../../core/glob.ts';
import { bindingsInto, exchangeArguments, queueArguments, textArgument } from './declared.ts';
import { grantReaches, inNamespace } from './grants.ts';
import type { Path, PlacedService } from './landscape.ts';
import { type Owned, related } from './owned.ts';
import { mentionExchange, mentionQueue, userOf, type World } from './world.ts';
import { permissionAddress } from '../resources.ts';
import type { ExchangeSection, QueueSection } from '../schema.ts';
import type { Member } from './vhosts.ts';

/**
 * A service that uses what another may own. mqwarden declares bindings, dead-letter and alternate exchanges with its own
 * rights, so it must ask on the service's behalf: a binding is a consume of its source, each of the others a publish.
 */
interface Ask {
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
}

/** Checks each use against what the owner allows, and that what nobody owns is at least known to be missing. */
export function checkConsent(world: World): void {
  for (const policy of world.policies) {
    for (const ask of policyAsks(world, policy)) checkAsk(world, ask);
  }
  for (const member of world.members) {
    const { service } = member;
    const asks = [...intentAsks(member), ...declarationAsks(world, service)];
    for (const ask of asks) {
      if (ask.what === 'exchange') mentionExchange(world, ask.name, service, ask.path);
      else mentionQueue(world, ask.name, service, ask.path);
    }
    for (const ask of [...asks, ...grantAsks(world, member)]) checkAsk(world, ask);
    checkCalls(world, member);
    checkNamespace(world, member);
    warnOfSends(world, member);
  }
}

function intentAsks({ service, publishes, consumes, sends, temporary = [], calls }: Member): Ask[] {
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

/** Where `serves` says who may call. */
function checkCalls(world: World, { service, calls }: Member): void {
  for (const { served, path } of calls) {
    const { allow, queue, service: server } = served;
    if (allow === undefined || matchesAny(allow, service.name)) continue;
    world.problems.push({
      message: `${service.name} calls ${queue} of ${server.name}, which does not allow it to`,
      position: service.locate(path),
      hint: `ask ${server.name}'s team to add ${service.name} to "allow" of what it serves`,
      related: [related(`${server.name} says here who may call`, server.locate([...served.path, 'allow']))],
    });
  }
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

type PolicyAsk = (setting: string, does: string, owned: Owned<unknown>, target: string) => Ask;

/** A dead-letter exchange of the queue itself has precedence; through the default exchange, letters end in the queue of their key. */
function deadLetterAsks(
  world: World,
  policy: PlacedPolicy,
  owned: Owned<QueueSection>,
  target: string,
  ask: PolicyAsk,
): Ask[] {
  const own = queueArguments(world, owned);
  if (own['x-dead-letter-exchange'] !== undefined) return [];
  const asked = ask('dead-letter-exchange', 'dead-letters', owned, target);
  if (target !== '') return [asked];
  const queue = textArgument({ ...policy.section.definition, ...keyOf(own) }, 'dead-letter-routing-key');
  if (queue !== undefined && queue !== '') return [{ ...asked, what: 'queue', name: queue }];
  world.problems.push({
    message: `policy ${policy.name} dead-letters queue ${owned.name} to the default exchange without a routing key: whoever publishes to it chooses the queue`,
    position: policy.locate('dead-letter-exchange'),
    hint: 'name the queue in dead-letter-routing-key, or dead-letter to an exchange of its own',
  });
  return [];
}

function keyOf(own: JsonObject): JsonObject {
  const key = own['x-dead-letter-routing-key'];
  return key === undefined ? {} : { 'dead-letter-routing-key': key };
}

/**
 * A policy is the environment's, but what it forwards is what the owner of a queue or exchange was given: it asks for each owner
 * that its pattern reaches, or may reach.
 */
function policyAsks(world: World, policy: PlacedPolicy): Ask[] {
  const { pattern, applyTo, definition } = policy.section;
  const reached = <S>(all: ReadonlyMap<string, Owned<S>>) =>
    [...all.values()].filter(({ name }) => mayReach(pattern, name));
  const queues = applyTo === 'exchanges' ? [] : reached(world.queues);
  const exchanges = applyTo === 'exchanges' || applyTo === 'all' ? reached(world.exchanges) : [];
  const dead = textArgument(definition, 'dead-letter-exchange');
  const alternate = textArgument(definition, 'alternate-exchange');
  const ask = (setting: string, does: string, { service, name }: Owned<unknown>, target: string): Ask => ({
    service,
    what: 'exchange',
    name: target,
    verb: 'publish',
    says: `${does} ${name}, by policy ${policy.name}, to`,
    path: [],
    position: policy.locate(setting),
  });
  const at = { locate: () => policy.locate('dead-letter-exchange') };
  if (dead !== undefined && dead !== '') mentionExchange(world, dead, at, []);
  if (alternate !== undefined)
    mentionExchange(world, alternate, { locate: () => policy.locate('alternate-exchange') }, []);
  return [
    ...(dead === undefined ? [] : queues.flatMap((owned) => deadLetterAsks(world, policy, owned, dead, ask))),
    ...(alternate === undefined
      ? []
      : exchanges
          .filter((owned) => exchangeArguments(world, owned)['alternate-exchange'] === undefined)
          .map((owned) => ask('alternate-exchange', 'forwards', owned, alternate))),
  ];
}

const verbs = { configure: 'configure', write: 'publish', read: 'consume' } as const;

/** Literal grants, expanded against the names that owners guard. */
function grantAsks(world: World, member: Member): Ask[] {
  if (member.grants.length === 0) return [];
  return everything(world).flatMap(({ what, name }) =>
    rightsOn(member, what, name).map((right): Ask => {
      const says = `is granted ${right} on`;
      return { service: member.service, what, name, verb: verbs[right], says, path: ['grants'] };
    }),
  );
}

function everything(world: World): { what: Ask['what']; name: string }[] {
  return [
    ...[...world.exchanges.keys()].map((name) => ({ what: 'exchange' as const, name })),
    ...[...world.queues.keys()].map((name) => ({ what: 'queue' as const, name })),
  ];
}

/** Write on the default exchange is write on every queue. */
function rightsOn(member: Member, what: Ask['what'], name: string): (keyof typeof verbs)[] {
  const reached = (['configure', 'write', 'read'] as const).filter((right) =>
    grantReaches(member, right, name),
  );
  const byDefault =
    what === 'queue' && !reached.includes('write') && grantReaches(member, 'write', 'amq.default');
  return byDefault ? [...reached, 'write'] : reached;
}

/** The default exchange reaches every queue, also those whose owners keep it from the service: that cannot be had otherwise. */
function warnOfSends(world: World, { service, sends }: Member): void {
  if (sends.length === 0) return;
  const kept = [...world.queues.values()].filter(
    ({ section: { allow }, service: owner }) =>
      allow !== undefined && owner !== service && !matchesAny(allow.publish ?? [], service.name),
  );
  if (kept.length === 0) return;
  const address = permissionAddress(world.vhost, userOf(service));
  const names = kept.map(({ name }) => name).join(', ');
  const message = `sends through the default exchange, and so could to queues whose owners do not allow it: ${names}`;
  world.warnings.set(address, { address, message });
}

/** A namespace brings configure, which deletes: it may hold nothing of another service, whatever that one allows. */
function checkNamespace(world: World, { service, namespace }: Member): void {
  if (namespace === undefined) return;
  for (const { what, name } of everything(world)) {
    const owned = (what === 'exchange' ? world.exchanges : world.queues).get(name);
    if (owned === undefined || owned.service === service || !inNamespace(namespace, 'configure', name))
      continue;
    world.problems.push({
      message: `the namespace ${namespace} of ${service.name} reaches ${what} ${name}, which ${owned.service.name} owns`,
      position: service.locate(['namespace']),
      hint: 'give each service a namespace of its own, or name what it uses without one',
      related: [related(`${owned.service.name} declares it here`, owned.service.locate(owned.path))],
    });
  }
}

function checkAsk(world: World, ask: Ask): void {
  const owned = (ask.what === 'exchange' ? world.exchanges : world.queues).get(ask.name);
  const allow = owned?.section.allow;
  if (owned === undefined || allow === undefined || owned.service === ask.service) return;
  if (ask.verb !== 'configure' && matchesAny(allow[ask.verb] ?? [], ask.service.name)) return;
  const owner = owned.service.name;
  world.problems.push({
    message: `${ask.service.name} ${ask.says} ${ask.what} ${ask.name}, which ${owner} does not allow it to ${ask.verb}`,
    position: ask.position ?? ask.service.locate(ask.path),
    hint:
      owned.provided === true
        ? 'it is made for requests and replies, and for those who take part: say "calls" instead'
        : ask.verb === 'configure'
          ? 'write a narrower pattern: to configure is to delete'
          : `ask ${owner}'s team to add ${ask.service.name} to "allow: { ${ask.verb}: […] }" of ${ask.name}`,
    related: [related(`${owner} says here who may use it`, owned.service.locate([...owned.path, 'allow']))],
  });
}
