import type { PlacedService } from '../../../core/landscape.ts';
import type { Problem } from '../../../core/errors.ts';
import { fill, type Template, templateOf } from '../../../core/naming.ts';
import { principalOfService } from '../compile/principals.ts';
import { isDistinguishedName, isInternalTopic, topicNameProblem } from '../names.ts';
import type { KafkaEnvironment, KafkaGrant, KafkaService } from '../schema.ts';

/** How an environment names each sort of things. */
export interface Names {
  user(name: string): string;
  readonly topic: Template;
  readonly group: Template;
  readonly transactionalId: Template;
}

export function namesOf({ naming }: KafkaEnvironment): Names {
  const user = templateOf(naming?.user);
  return {
    // The name in a certificate is whole as it is: what stands after it would be another certificate's.
    user: (name) => (isDistinguishedName(name) ? name : fill(user, name)),
    topic: templateOf(naming?.topic),
    group: templateOf(naming?.group),
    transactionalId: templateOf(naming?.transactionalId),
  };
}

type Path = readonly (string | number)[];
type Refuse = (path: Path, message: string, hint: string) => undefined;

/** A service with all names in its section as the environment gives them; what cannot be said so is a problem. */
export function renamed(
  names: Names,
  service: PlacedService<KafkaService>,
  report: (problem: Problem) => void,
): PlacedService<KafkaService> {
  const refuse: Refuse = (path, message, hint) => {
    report({ message: `${service.name}: ${message}`, position: service.locate(path), hint });
    return undefined;
  };
  const { section, formerly = [] } = service;
  const topics = new Map(Object.keys(section.topics ?? {}).map((name) => [fill(names.topic, name), name]));
  for (const [landed, name] of topics) {
    const problem = topicNameProblem(landed);
    if (problem !== undefined)
      refuse(['topics', name], `topic ${landed} ${problem}`, 'see naming.topic of the environment');
  }
  return {
    ...service,
    // Names lead back to the place where they are written.
    locate: ([first, name, ...rest]) => {
      if (first === undefined) return service.locate([]);
      if (name === undefined) return service.locate([first]);
      return service.locate([first, (first === 'topics' && topics.get(String(name))) || name, ...rest]);
    },
    formerly: formerly.map((name) => names.user(name)),
    section: { ...landedSection(names, section, refuse), principal: names.user(principalOfService(service)) },
  };
}

function landedSection(names: Names, section: KafkaService, refuse: Refuse): KafkaService {
  const { topics, produces, consumes, streams, grants } = section;
  return {
    ...section,
    topics:
      topics &&
      Object.fromEntries(Object.entries(topics).map(([name, one]) => [fill(names.topic, name), one])),
    produces: produces?.map((intent, at) => ({
      ...intent,
      ...target(names, intent, refuse, ['produces', at]),
      transactionalId: intent.transactionalId && fill(names.transactionalId, intent.transactionalId),
    })),
    consumes: consumes?.map((intent, at) => ({
      ...intent,
      ...target(names, intent, refuse, ['consumes', at]),
      group: fill(names.group, intent.group),
    })),
    streams: streams && { applicationId: applicationId(names, streams.applicationId, refuse) },
    grants: grants?.map((grant, at) => landedGrant(names, grant, refuse, ['grants', at])),
  };
}

interface Target {
  readonly topic?: string | undefined;
  readonly prefix?: string | undefined;
}

function target(names: Names, { topic, prefix }: Target, refuse: Refuse, path: Path): Target {
  return {
    topic: topic === undefined ? undefined : fill(names.topic, topic),
    prefix:
      prefix === undefined ? undefined : begin(names.topic, prefix, 'topic', refuse, [...path, 'prefix']),
  };
}

/** What names begin with: a template with something after the name cannot be said by it. */
function begin(
  { before, after }: Template,
  prefix: string,
  sort: string,
  refuse: Refuse,
  path: Path,
): string {
  if (after !== '') {
    const why = `names that begin with a text reach other environments, as ${sort} names here end in ${JSON.stringify(after)}`;
    refuse(path, why, `put what the environment adds before the name: naming: { ${sort}: "staging.{name}" }`);
  }
  return before + prefix;
}

/** One text is the beginning of topics and of transactional ids, and a group. */
function applicationId(names: Names, id: string, refuse: Refuse): string {
  const { topic, group, transactionalId } = names;
  const given = new Set([topic, group, transactionalId].map((one) => fill(one, id)));
  if (given.size > 1) {
    const why =
      'an application id is the beginning of topics and transactional ids, and a group: they are named differently here';
    refuse(
      ['streams', 'applicationId'],
      why,
      'give naming.topic, naming.group and naming.transactionalId the same text',
    );
  }
  return begin(topic, id, 'topic', refuse, ['streams', 'applicationId']);
}

function landedGrant(names: Names, grant: KafkaGrant, refuse: Refuse, path: Path): KafkaGrant {
  const { resource, name } = grant;
  if (name === undefined) return grant;
  if (resource === 'user') {
    return name.startsWith('User:')
      ? { ...grant, name: `User:${names.user(name.slice('User:'.length))}` }
      : grant;
  }
  if (resource !== 'topic' && resource !== 'group' && resource !== 'transactional_id') return grant;
  const sort = resource === 'transactional_id' ? 'transactionalId' : resource;
  const template = names[sort];
  // The brokers' own topics have one name for all.
  if ((template.before === '' && template.after === '') || (sort === 'topic' && isInternalTopic(name)))
    return grant;
  // All of them are all of this environment's.
  if (grant.pattern === 'literal' && name === '*') {
    return { ...grant, pattern: 'prefixed', name: begin(template, '', sort, refuse, path) };
  }
  if (grant.pattern === 'prefixed') return { ...grant, name: begin(template, name, sort, refuse, path) };
  return { ...grant, name: fill(template, name) };
}
