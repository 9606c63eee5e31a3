import { landTls } from '../../core/client-tls.ts';
import { type Position, type Problem, TopologyError } from '../../core/errors.ts';
import { type Realms, type Template, templateOf } from '../../core/naming.ts';
import { identity } from './access.ts';
import type { KafkaLandscape, PlacedService } from './compile/landscape.ts';
import { principalOfService } from './compile/principals.ts';
import { type Names, namesOf, renamed } from './land/names.ts';
import type { KafkaTopic } from './schema.ts';

/** Services with the sizes, then the names, that they have in this environment. Pure. */
export function land(given: KafkaLandscape): KafkaLandscape {
  const problems = strangers(given);
  const names = namesOf(given.environment.section);
  const services = given.services.map((service) =>
    renamed(names, certified(given, sized(given, service)), (problem) => problems.push(problem)),
  );
  if (problems.length > 0) throw new TopologyError(problems);
  const removed = (given.removed ?? []).map((one) => ({ ...one, principal: names.user(one.principal) }));
  return { ...given, services, removed };
}

/** What is more particular wins: the topic's own, the environment's for all topics, the environment's for this one. */
function sized({ override, sizes }: KafkaLandscape, service: PlacedService): PlacedService {
  const own = sizes?.get(service.name)?.section;
  const { topics, quota } = service.section;
  if (override === undefined && own === undefined) return service;
  const size = (name: string, topic: KafkaTopic): KafkaTopic =>
    [override?.section, own?.topics?.[name]].reduce<KafkaTopic>(onTop, topic);
  return {
    ...service,
    section: {
      ...service.section,
      topics:
        topics && Object.fromEntries(Object.entries(topics).map(([name, one]) => [name, size(name, one)])),
      quota: own?.quota === undefined ? quota : { ...quota, ...own.quota },
    },
  };
}

function certified({ environment, sizes }: KafkaLandscape, service: PlacedService): PlacedService {
  const { by } = identity(service);
  return landTls(service, environment, sizes?.get(service.name), by === 'certificate');
}

function onTop(below: KafkaTopic, above: Omit<KafkaTopic, 'allow'> | undefined): KafkaTopic {
  if (above === undefined) return below;
  const { partitions = below.partitions, replicationFactor = below.replicationFactor } = above;
  const config = below.config || above.config ? { ...below.config, ...above.config } : undefined;
  return { ...below, partitions, replicationFactor, config };
}

/** Sizes of what there is not. */
function strangers({ sizes, services, environment }: KafkaLandscape): Problem[] {
  return [...(sizes ?? [])].flatMap(([name, size]) => {
    const service = services.find((one) => one.name === name);
    if (service === undefined) {
      const message = `${name} has nothing on Kafka, whose size ${environment.name} would set`;
      return [{ message, position: size.locate([]), hint: `take it out, or give ${name} a section "kafka"` }];
    }
    const owned = service.section.topics ?? {};
    return Object.keys(size.section.topics ?? {})
      .filter((topic) => !Object.hasOwn(owned, topic))
      .map((topic) => ({
        message: `${name} owns no topic ${topic}, whose size ${environment.name} would set`,
        position: size.locate(['topics', topic]),
        hint: 'name it as its service does, without the naming of the environment',
      }));
  });
}

/** Everything on Kafka is global to the cluster. */
export function realms(landscape: KafkaLandscape): Realms {
  const { naming } = landscape.environment.section;
  const found = { user: new Map(), topic: new Map(), group: new Map(), transactionalId: new Map() } as const;
  const note = (sort: keyof Names, name: string | undefined, position: Position) => {
    if (name !== undefined && !found[sort].has(name)) found[sort].set(name, position);
  };
  for (const service of landscape.services) noteService(service, note);
  return (['user', 'topic', 'group', 'transactionalId'] as const).map((sort) => ({
    sort,
    template: templateOf(naming?.[sort]) satisfies Template,
    key: ['naming', sort],
    names: found[sort],
  }));
}

function noteService(
  service: PlacedService,
  note: (sort: keyof Names, name: string | undefined, position: Position) => void,
): void {
  const { topics = {}, produces = [], consumes = [], streams } = service.section;
  note('user', principalOfService(service), service.locate(['principal']));
  for (const name of service.formerly ?? []) note('user', name, service.locate([]));
  for (const name of Object.keys(topics)) note('topic', name, service.locate(['topics', name]));
  produces.forEach(({ topic, transactionalId }, at) => {
    note('topic', topic, service.locate(['produces', at]));
    note('transactionalId', transactionalId, service.locate(['produces', at]));
  });
  consumes.forEach(({ topic, group }, at) => {
    note('topic', topic, service.locate(['consumes', at]));
    note('group', group, service.locate(['consumes', at]));
  });
  note('group', streams?.applicationId, service.locate(['streams']));
}
