import type { Position, Problem } from '../../../core/errors.ts';
import { matchesAny } from '../../../core/glob.ts';
import type { KafkaGrant } from '../schema.ts';
import { targetLabel } from './acls.ts';
import type { PlacedService } from './landscape.ts';
import type { OwnedTopic, OwnedTopics } from './topics.ts';

/** Something that a service asks to do with topics, and where it asks. */
export interface Ask {
  readonly service: PlacedService;
  readonly use: 'publish' | 'consume';
  readonly verb: string;
  readonly topic?: string | undefined;
  readonly prefix?: string | undefined;
  readonly position: Position;
  /** What to do instead, where asking the owner would be wrong. */
  readonly hint?: string;
}

/** Everything that a service asks of topics, by intent or by a literal grant. */
export function asksOf(service: PlacedService): Ask[] {
  const { produces = [], consumes = [], grants = [] } = service.section;
  const produced = produces.map((intent, index): Ask => {
    const { topic, prefix } = intent;
    return {
      service,
      use: 'publish',
      verb: 'produces',
      topic,
      prefix,
      position: service.locate(['produces', index]),
    };
  });
  const consumed = consumes.map((intent, index): Ask => {
    const { topic, prefix } = intent;
    return {
      service,
      use: 'consume',
      verb: 'consumes',
      topic,
      prefix,
      position: service.locate(['consumes', index]),
    };
  });
  const granted = grants.flatMap((grant, index) =>
    grantAsks(service, grant, service.locate(['grants', index])),
  );
  return [...produced, ...consumed, ...streamed(service), ...granted];
}

/** The prefix of a Streams application must not reach into somebody else's topics. */
function streamed(service: PlacedService): Ask[] {
  const { streams } = service.section;
  if (streams === undefined) return [];
  const position = service.locate(['streams', 'applicationId']);
  const hint = 'use an application id that begins no topic of others: its prefix may create and delete them';
  const prefix = `${streams.applicationId}-`;
  const ask = { service, verb: 'has as an internal', prefix, position, hint } as const;
  return [
    { ...ask, use: 'consume' },
    { ...ask, use: 'publish' },
  ];
}

/** What reads is a consume; what changes the topic or its messages is a publish; DESCRIBE asks for neither. */
function grantAsks(service: PlacedService, grant: KafkaGrant, position: Position): Ask[] {
  if (grant.resource !== 'topic' || grant.permission === 'deny') return [];
  const everyTopic = grant.pattern === 'literal' && grant.name === '*';
  const target = everyTopic
    ? { prefix: '' }
    : grant.pattern === 'prefixed'
      ? { prefix: grant.name }
      : { topic: grant.name };
  const has = (...wanted: string[]) => grant.operations.some((operation) => wanted.includes(operation));
  const asks: Ask[] = [];
  if (has('all', 'read'))
    asks.push({ service, use: 'consume', verb: 'is granted reading of', ...target, position });
  if (has('all', 'write', 'delete', 'alter', 'alter_configs')) {
    asks.push({ service, use: 'publish', verb: 'is granted changes to', ...target, position });
  }
  return asks;
}

/** Both sides must agree: the owner's file grants by `allow`, the user's file asks. Without `allow` nothing is refused. */
export function consentProblems(topics: OwnedTopics, asks: readonly Ask[]): Problem[] {
  const problems = asks.flatMap((ask) =>
    reached(topics, ask)
      .filter((owned) => !consented(owned, ask))
      .map((owned) => refusal(owned, ask)),
  );
  // An application both reads and writes its own: that is said once.
  const keyOf = ({ message, hint, position }: Problem) => JSON.stringify([message, hint, position]);
  return [...new Map(problems.map((problem) => [keyOf(problem), problem])).values()];
}

function reached(topics: OwnedTopics, ask: Ask): OwnedTopic[] {
  const { topic, prefix } = ask;
  if (prefix !== undefined) return [...topics.values()].filter(({ name }) => name.startsWith(prefix));
  const owned = topics.get(topic ?? '');
  return owned === undefined ? [] : [owned];
}

function consented({ owner, topic }: OwnedTopic, ask: Ask): boolean {
  if (topic.allow === undefined || owner.name === ask.service.name) return true;
  return matchesAny(topic.allow[ask.use] ?? [], ask.service.name);
}

function refusal({ name, owner, topic }: OwnedTopic, ask: Ask): Problem {
  const written = topic.allow?.[ask.use] !== undefined;
  const allow = owner.locate(['topics', name, 'allow', ...(written ? [ask.use] : [])]);
  const through = ask.topic === name ? '' : ` (through ${targetLabel(ask)})`;
  return {
    message: `${ask.service.name} ${ask.verb} topic ${name}${through}, but ${owner.name}, which owns it, does not allow that`,
    position: ask.position,
    hint:
      ask.hint ??
      `add ${ask.service.name} to \`allow: { ${ask.use}: […] }\` of topic ${name}, in the file of ${owner.name}`,
    related: [{ message: `${owner.name} says who may ${ask.use}`, position: allow }],
  };
}
