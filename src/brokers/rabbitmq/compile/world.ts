import type { Warning } from '../../../core/broker.ts';
import type { Address } from '../../../core/address.ts';
import type { Problem } from '../../../core/errors.ts';
import { matchesAny } from '../../../core/glob.ts';
import { isReserved, nameProblem } from '../names.ts';
import { builtInExchanges, exchangeAddress, queueAddress } from '../resources.ts';
import type { ExchangeSection, QueueSection } from '../schema.ts';
import type { Path, PlacedService, RabbitLandscape } from './landscape.ts';
import { conversations, provided, withWays } from './calls.ts';
import {
  declaredExchanges,
  declaredQueues,
  type Owned,
  ownersOf,
  related,
  reservedProblem,
} from './owned.ts';
import { type PlacedPolicy, policiesOf } from './policies.ts';
import { locateAll, type Member, membersIn, vhostsOf } from './vhosts.ts';

/**
 * What all services say together of one vhost, and what was found wrong or odd on the way. Names, consent and grants never
 * reach beyond a vhost; the problems and warnings are one list for all vhosts of an environment.
 */
export interface World {
  readonly vhost: string;
  readonly defaultQueueType: string;
  readonly policies: readonly PlacedPolicy[];
  readonly members: readonly Member[];
  readonly exchanges: ReadonlyMap<string, Owned<ExchangeSection>>;
  readonly queues: ReadonlyMap<string, Owned<QueueSection>>;
  readonly problems: Problem[];
  readonly warnings: Map<Address, Warning>;
}

/** The user that a service logs in as: that of the generation in use, where any is known. */
export function userOf(service: PlacedService): string {
  return service.generations?.inUse ?? service.section.user ?? service.name;
}

/** The service under each user that it has while it is rotated; the one in use first. */
export function generationsOf(service: PlacedService): readonly PlacedService[] {
  return [service, ...[...(service.generations?.others.keys() ?? [])].map((user) => knownAs(service, user))];
}

/** The service as one that has this user. */
export function knownAs(service: PlacedService, user: string): PlacedService {
  return { ...service, generations: undefined, section: { ...service.section, user } };
}

/** Sizes are filled in before. */
type Surveyed = Pick<RabbitLandscape, 'environment' | 'services' | 'protected'>;

/** A world for each vhost of the environment. */
export function survey(
  landscape: Surveyed,
  problems: Problem[],
  warnings: Map<Address, Warning>,
): readonly World[] {
  checkUsers(landscape, problems);
  const located = locateAll(landscape, problems);
  const talk = conversations(located, problems);
  return [...vhostsOf(landscape.environment.section)].map(([alias, { section, path }]) => {
    const living = located.filter(({ home }) => home === alias).map(({ service }) => service);
    const made = provided(talk, alias);
    return {
      vhost: section.name,
      defaultQueueType: section.defaultQueueType ?? 'classic',
      policies: policiesOf(landscape.environment, section, path),
      members: membersIn(alias, located, talk),
      exchanges: ownersOf('exchange', [...declaredExchanges(living), ...made.exchanges], problems),
      queues: ownersOf('queue', withWays(declaredQueues(living), made), problems),
      problems,
      warnings,
    };
  });
}

/** One user a service, and none of those that have another purpose. */
function checkUsers(landscape: Surveyed, problems: Problem[]): void {
  const admin = landscape.environment.section.admin.username;
  const first = new Map<string, PlacedService>();
  for (const service of landscape.services) {
    checkFormerUsers(service, admin, landscape.protected, problems);
    const user = userOf(service);
    const position = service.locate(service.section.user === undefined ? [] : ['user']);
    const problem = userProblem(user, admin, landscape.protected);
    if (problem !== undefined) {
      problems.push({
        message: `user "${user}" of ${service.name} ${problem}`,
        position,
        hint: 'name another with "user"',
      });
    }
    const other = first.get(user);
    if (other === undefined) first.set(user, service);
    else {
      problems.push({
        message: `user "${user}" belongs to both ${other.name} and ${service.name}`,
        position,
        hint: 'each service needs a user of its own',
        related: [
          related(
            `first used by ${other.name}`,
            other.locate(other.section.user === undefined ? [] : ['user']),
          ),
        ],
      });
    }
  }
}

function checkFormerUsers(
  service: PlacedService,
  admin: string,
  protectedUsers: readonly string[],
  problems: Problem[],
): void {
  for (const user of service.formerly ?? []) {
    const problem = userProblem(user, admin, protectedUsers);
    if (problem === undefined) continue;
    problems.push({
      message: `former user "${user}" of ${service.name} ${problem}`,
      position: service.locate([]),
    });
  }
}

function userProblem(user: string, admin: string, protectedUsers: readonly string[]): string | undefined {
  if (user === 'guest') return 'is the default user, which every installation knows';
  if (user === admin) return 'is the administrator of the environment';
  if (matchesAny(protectedUsers, user)) return 'is protected in the environment';
  return nameProblem(user);
}

/**
 * An exchange that a service speaks of: warned of where nobody owns it, refused where it is a reserved name that no vhost
 * has.
 */
export function mentionExchange(world: World, name: string, service: Locating, path: Path): void {
  if (world.exchanges.has(name) || builtInExchanges.has(name)) return;
  if (isReserved(name)) {
    world.problems.push({ ...reservedExchange(name), position: service.locate(path) });
    return;
  }
  const at = exchangeAddress(world.vhost, name);
  world.warnings.set(at, {
    address: at,
    message: `no service owns exchange ${name}; it must exist on the broker`,
  });
}

function reservedExchange(name: string): Pick<Problem, 'message' | 'hint'> {
  if (name === 'amq.default') {
    const hint = 'every queue is bound to it by its own name: to publish through it, write "sends: [QUEUE]"';
    return { message: '"amq.default" is the default exchange, which cannot be named here', hint };
  }
  const message = `exchange "${name}" is not one of those that RabbitMQ comes with`;
  return {
    message,
    hint: `names that begin with amq. are the broker's; it has ${[...builtInExchanges.keys()].join(', ')}`,
  };
}

/** There is one warning an address: what else is told of it is added. */
export function warn(world: World, address: Address, message: string): void {
  const before = world.warnings.get(address)?.message;
  world.warnings.set(address, { address, message: before === undefined ? message : `${before}; ${message}` });
}

/** Who speaks: a service, or the environment with a policy. */
type Locating = Pick<PlacedService, 'locate'>;

export function mentionQueue(world: World, name: string, service: Locating, path: Path): void {
  if (world.queues.has(name)) return;
  if (isReserved(name)) {
    const message = `queue "${name}" ${reservedProblem(name) ?? ''}`;
    const hint = 'for queues that the server names, write "temporaryQueues: true"';
    world.problems.push({ message, position: service.locate(path), hint });
    return;
  }
  const at = queueAddress(world.vhost, name);
  world.warnings.set(at, {
    address: at,
    message: `no service owns queue ${name}; it must exist on the broker`,
  });
}

/** The type of an exchange as far as the topology and RabbitMQ's own tell. */
export function exchangeType(world: World, name: string): string | undefined {
  return world.exchanges.get(name)?.section.type ?? builtInExchanges.get(name);
}
