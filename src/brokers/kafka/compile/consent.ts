import type { Position, Problem } from '../../../core/errors.ts';
import { matchesAny } from '../../../core/glob.ts';
import type { KafkaGrant } from '../schema.ts';
import { targetLabel } from './acls.ts';
import type { PlacedService } from './landscape.ts';
import type { OwnedTopic, OwnedTopics } from './topics.ts';

/** Something that a service asks to do with topics, and where it asks. */
export interface Ask {
  readonly service: PlacedService;
  /** Nobody can be allowed to configure what another owns: that is to delete it, or what is in it. */
  readonly use: 'publish' | 'consume' | 'configure';
  readonly verb: string;
  readonly topic?: string | undefined;
  readonly prefix?: string | undefined;
  readonly position: Position;
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
  return [...produced, ...consumed, ...granted];
}

/** What reads is a consume, what writes a publish, what changes or deletes neither; DESCRIBE asks for nothing. */
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
  if (has('all', 'write')) {
    asks.push({ service, use: 'publish', verb: 'is granted writing to', ...target, position });
  }
  if (has('all', 'delete', 'alter', 'alter_configs')) {
    asks.push({ service, use: 'configure', verb: 'is granted changes to', ...target, position });
  }
  return asks;
}

/** Both sides must agree: the owner's file grants by `allow`, the user's file asks. Without `allow` nothing is refused. */
export function consentProblems(topics: OwnedTopics, asks: readonly Ask[]): Problem[] {
  return asks.flatMap((ask) =>
    reached(topics, ask)
      .filter((owned) => !consented(owned, ask))
      .map((owned) => refusal(owned, ask)),
  );
}

function reached(topics: OwnedTopics, ask: Ask): OwnedTopic[] {
  const { topic, prefix } = ask;
  if (prefix !== undefined) return [...topics.values()].filter(({ name }) => name.startsWith(prefix));
  const owned = topics.get(topic ?? '');
  return owned === undefined ? [] : [owned];
}

function consented({ owner, topic }: OwnedTopic, ask: Ask): boolean {
  if (topic.allow === undefined || owner.name === ask.service.name) return true;
  return ask.use !== 'configure' && matchesAny(topic.allow[ask.use] ?? [], ask.service.name);
}

function refusal({ name, owner, topic }: OwnedTopic, ask: Ask): Problem {
  const { service, verb, use, position } = ask;
  const written = use !== 'configure' && topic.allow?.[use] !== undefined;
  const allow = owner.locate(['topics', name, 'allow', ...(written ? [use] : [])]);
  const through = ask.topic === name ? '' : ` (through ${targetLabel(ask)})`;
  return {
    message: `${service.name} ${verb} topic ${name}${through}, but ${owner.name}, which owns it, does not allow that`,
    position,
    hint:
      use === 'configure'
        ? 'name narrower operations: whoever may change or delete a topic may delete what is in it'
        : `add ${service.name} to \`allow: { ${use}: […] }\` of topic ${name}, in the file of ${owner.name}`,
    related: [
      { message: `${owner.name} says who may ${use === 'configure' ? 'use it' : use}`, position: allow },
    ],
  };
}
