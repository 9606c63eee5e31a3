import type { Broker } from '../core/broker.ts';
import { type Problem, TopologyError } from '../core/errors.ts';
import { globsOverlap } from '../core/glob.ts';
import { canGive, isWithin, overlap, type Realm, type Realms } from '../core/naming.ts';
import { landscape } from './landscape.ts';
import { showPath } from './places.ts';
import { storePlace } from './stores.ts';
import type { Topology } from './topology.ts';

type Sharing = Pick<Broker, 'name' | 'endpoints' | 'land' | 'realms'>;

/**
 * Users and everything on Kafka are global to a cluster: two environments on one endpoint would delete each other's, unless
 * they are told apart by their names, vhosts, claims and stores. Throws TopologyError that names both.
 */
export function checkEnvironments(topology: Topology, brokers: readonly Sharing[]): void {
  const problems = brokers.flatMap((broker) =>
    sharingPairs(topology, broker).flatMap((pair) => pairProblems(topology, broker, pair)),
  );
  if (problems.length > 0) throw new TopologyError(problems);
}

/** The names of the other environments on the same broker, those whose endpoints are not known among them. */
export function neighboursOf(topology: Topology, environment: string, broker: Sharing): readonly string[] {
  const pairs = sharingPairs(topology, broker).filter((pair) => pair.names.includes(environment));
  const shared = pairs.flatMap(({ names }) => names.filter((name) => name !== environment));
  const unplaced = [...topology.unplaced.values()].filter(({ sections }) => sections.has(broker.name));
  return [...shared, ...unplaced.map(({ name }) => name)];
}

export function realmsOf(topology: Topology, environment: string, broker: Sharing): Realms {
  const found = landscape(topology, environment, broker);
  return found === undefined ? [] : broker.realms(found);
}

interface Pair {
  readonly names: readonly [first: string, second: string];
  readonly endpoint: string;
}

function sharingPairs(topology: Topology, broker: Pick<Broker, 'name' | 'endpoints'>): Pair[] {
  const placed = [...topology.environments.values()].flatMap(({ name, sections }) => {
    const section = sections.get(broker.name);
    return section === undefined ? [] : [{ name, endpoints: new Set(broker.endpoints(section)) }];
  });
  return placed.flatMap((one, index) =>
    placed.slice(index + 1).flatMap((other): Pair[] => {
      const endpoint = [...other.endpoints].find((it) => one.endpoints.has(it));
      return endpoint === undefined ? [] : [{ names: [one.name, other.name], endpoint }];
    }),
  );
}

function pairProblems(topology: Topology, broker: Sharing, { names, endpoint }: Pair): Problem[] {
  const [first, second] = names;
  const [a, b] = [first, second].map((name) => realmsOf(topology, name, broker)) as [Realms, Realms];
  const alike = [...realmsAlike(a, b), ...sameStore(topology, names), ...sameClaims(topology, broker, names)];
  if (alike.length === 0) return collisions(names, a, b);
  const path = ['environments', second, broker.name];
  const related = [
    { message: `${first} is here`, position: topology.locate(['environments', first, broker.name]) },
  ];
  const message = `${showPath(path)}: the environments ${first} and ${second} share the endpoint ${endpoint}, but ${alike.join(', ')}`;
  const hint =
    'users, and everything on Kafka, are global to a cluster: tell them apart by `naming`, vhosts, claims and `secrets`, or use another endpoint';
  return [{ message, position: topology.locate(path), hint, related }];
}

/** One may name within the other's names: `{name}` has all that `staging.{name}` has not. */
function realmsAlike(a: Realms, b: Realms): string[] {
  return pairsOf(a, b).flatMap(([one, other]) => {
    if (one.template === undefined || other.template === undefined) {
      const [same] = [...one.names.keys()].filter((name) => other.names.has(name));
      return same === undefined ? [] : [`both use the ${one.sort} ${same}`];
    }
    const nested = isWithin(one.template, other.template) || isWithin(other.template, one.template);
    if (nested || !overlap(one.template, other.template)) return [];
    return [`nothing in ${one.key.join('.')} tells their names apart`];
  });
}

function pairsOf(a: Realms, b: Realms): [Realm, Realm][] {
  return a.flatMap((one) => b.filter(({ sort }) => sort === one.sort).map((other): [Realm, Realm] => [one, other]));
}

function sameStore(topology: Topology, names: readonly string[]): string[] {
  const [one, other] = names
    .flatMap((name) => topology.environments.get(name) ?? [])
    .map((environment) => storePlace(topology, environment));
  return one !== undefined && one === other ? ['both keep their credentials in one store'] : [];
}

function sameClaims(topology: Topology, broker: Sharing, names: readonly string[]): string[] {
  const [a = [], b = []] = names.map((name) => topology.environments.get(name)?.claims.get(broker.name));
  const clash = a.flatMap((one) => b.filter((other) => globsOverlap(one, other)).map((other) => [one, other]));
  const [first] = clash;
  return first === undefined ? [] : [`their claims ${first.join(' and ')} overlap`];
}

/** Names that one environment has and the other has, or would give, too. */
function collisions([first, second]: Pair['names'], a: Realms, b: Realms): Problem[] {
  return pairsOf(a, b).flatMap(([one, other]) => [
    ...intruders(first, one, second, other),
    ...intruders(second, other, first, one).filter(({ message }) => !message.endsWith(twice)),
  ]);
}

const twice = 'which has it, too';

function intruders(name: string, realm: Realm, neighbour: string, theirs: Realm): Problem[] {
  const { template } = theirs;
  const narrower = template !== undefined && realm.template !== undefined && isWithin(template, realm.template);
  return [...realm.names].flatMap(([given, position]) => {
    const same = theirs.names.has(given);
    if (!same && !(narrower && canGive(template, given))) return [];
    const whose = same ? twice : 'which may name its own so';
    return [
      {
        message: `the ${realm.sort} ${given} of environment ${name} is in the names of ${neighbour}, ${whose}`,
        position,
        hint: 'environments on one broker never overlap: use another name, or another `naming`',
      },
    ];
  });
}
