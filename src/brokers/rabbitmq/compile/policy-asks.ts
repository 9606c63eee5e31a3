import type { JsonObject } from '../../../core/json.ts';
import { mayReach } from '../patterns/pattern.ts';
import { policyAddress } from '../resources.ts';
import type { QueueSection } from '../schema.ts';
import { type Ask, doubtOf } from './asks.ts';
import { exchangeArguments, queueArguments, textArgument } from './declared.ts';
import type { Owned } from './owned.ts';
import type { PlacedPolicy } from './policies.ts';
import { mentionExchange, warn, type World } from './world.ts';

/**
 * A policy is the environment's, but what it forwards is what the owner of a queue or exchange was given: it asks for each owner
 * that its pattern reaches, or may reach.
 */
export function policyAsks(world: World, policy: PlacedPolicy): Ask[] {
  const { pattern, applyTo, definition } = policy.section;
  const reached = <S>(all: ReadonlyMap<string, Owned<S>>) =>
    [...all.values()].filter(({ name }) => mayReach(pattern, name));
  const queues = applyTo === 'exchanges' ? [] : reached(world.queues);
  const exchanges = applyTo === 'exchanges' || applyTo === 'all' ? reached(world.exchanges) : [];
  const dead = textArgument(definition, 'dead-letter-exchange');
  const alternate = textArgument(definition, 'alternate-exchange');
  const doubt = dead === undefined && alternate === undefined ? undefined : doubtOf(pattern);
  if (doubt !== undefined) {
    const message = `which queues and exchanges it reaches cannot be told of its pattern (it has ${doubt}): it counts as reaching all`;
    warn(world, policyAddress(policy.kind, world.vhost, policy.name), message);
  }
  const ask = (setting: string, does: string, { service, name }: Owned<unknown>, target: string): Ask => ({
    service,
    what: 'exchange',
    name: target,
    verb: 'publish',
    says: `${does} ${name}, by policy ${policy.name}, to`,
    path: [],
    position: policy.locate(setting),
    doubt,
  });
  // Dead letters may go to the default exchange, which is always there.
  mention(world, policy, 'dead-letter-exchange', dead === '' ? undefined : dead);
  mention(world, policy, 'alternate-exchange', alternate);
  return [
    ...(dead === undefined ? [] : queues.flatMap((owned) => deadLetterAsks(world, policy, owned, dead, ask))),
    ...(alternate === undefined
      ? []
      : exchanges
          .filter((owned) => exchangeArguments(world, owned)['alternate-exchange'] === undefined)
          .map((owned) => ask('alternate-exchange', 'forwards', owned, alternate))),
  ];
}

function mention(world: World, policy: PlacedPolicy, setting: string, exchange: string | undefined): void {
  if (exchange === undefined) return;
  mentionExchange(world, exchange, { locate: () => policy.locate(setting) }, []);
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
