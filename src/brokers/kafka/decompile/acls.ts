import { importedReason, type Remark } from '../../../core/import/imported.ts';
import { canonical, compareText, type JsonObject } from '../../../core/json.ts';
import { topicNameProblem, topicPrefixProblem } from '../names.ts';
import type { AclSpec } from '../resources.ts';
import { clusterName } from '../words.ts';

/** The ACLs of one principal as what it does, and the rest as literal grants. */

export interface Meant {
  readonly section: JsonObject;
  readonly remarks: readonly Remark[];
}

/** A resource as an ACL names it. */
interface Target {
  readonly resource: string;
  readonly pattern: string;
  readonly name: string;
}

/** What is allowed from the hosts that most is allowed from; what intent explains is ticked off. */
class Pool {
  private readonly left = new Map<string, AclSpec>();
  private readonly all = new Set<string>();

  constructor(specs: readonly AclSpec[]) {
    for (const spec of specs) {
      this.left.set(keyOf(spec, spec.operation), spec);
      this.all.add(keyOf(spec, spec.operation));
    }
  }

  has(target: Target, operations: readonly string[]): boolean {
    return operations.every((operation) => this.all.has(keyOf(target, operation)));
  }

  tick(target: Target, operations: readonly string[]): void {
    for (const operation of operations) this.left.delete(keyOf(target, operation));
  }

  /** Every resource of a type that has all these operations, by name. */
  targets(resource: string, operations: readonly string[], pattern?: string): Target[] {
    const specs = [...this.left.values()].filter((spec) => spec.resource === resource);
    const found = new Map(specs.map((spec) => [canonical([spec.pattern, spec.name]), spec]));
    return [...found.values()]
      .filter((spec) => pattern === undefined || spec.pattern === pattern)
      .map(({ pattern: own, name }) => ({ resource, pattern: own, name }))
      .filter((target) => this.has(target, operations))
      .sort((a, b) => compareText(a.name, b.name) || compareText(a.pattern, b.pattern));
  }

  get rest(): readonly AclSpec[] {
    return [...this.left.values()];
  }
}

function keyOf({ resource, pattern, name }: Target, operation: string): string {
  return canonical([resource, pattern, name, operation]);
}

/** `literally`: without guessing at any intent. */
export function meaningOf(specs: readonly AclSpec[], literally: boolean): Meant {
  const { hosts, pooled, others } = byHosts(literally ? [] : specs);
  const pool = new Pool(pooled);
  const streams = streamsIn(pool);
  const { produces, creating, unsure } = producing(pool, streams);
  const consumed = consuming(pool, streams);
  const grants = [
    ...literalGrants(pool.rest, () => false),
    ...literalGrants(literally ? specs : others, (host) => host !== '*' || hosts !== undefined),
  ];
  const text = 'ACLs do not tell which of these belong together: put that right';
  return {
    section: {
      ...(hosts === undefined ? {} : { hosts }),
      ...(creating ? { grantStyle: 'kafka-acls' } : {}),
      ...filled({ produces, consumes: consumed.consumes, grants }),
      ...(streams === undefined ? {} : { streams: { applicationId: streams } }),
    },
    remarks: [
      ...(unsure ? [{ path: ['produces'], text }] : []),
      ...(consumed.unsure ? [{ path: ['consumes'], text }] : []),
      ...(grants.length > 0
        ? [
            {
              path: ['grants'],
              text: 'what no intent says in exactly these ACLs: narrow it, or say what it is for',
            },
          ]
        : []),
    ],
  };
}

interface ByHosts {
  /** Undefined where that is every host. */
  readonly hosts: readonly string[] | undefined;
  readonly pooled: readonly AclSpec[];
  readonly others: readonly AclSpec[];
}

/** A service has one list of hosts: the one that most of its ALLOW rules have. */
function byHosts(specs: readonly AclSpec[]): ByHosts {
  const allowed = specs.filter(({ permission }) => permission === 'allow');
  const rules = [...Map.groupBy(allowed, (spec) => keyOf(spec, spec.operation)).values()];
  const sets = Map.groupBy(rules, (rule) => canonical(rule.map(({ host }) => host).sort()));
  const [most] = [...sets].sort(([a, x], [b, y]) => y.length - x.length || compareText(a, b));
  if (most === undefined) return { hosts: undefined, pooled: [], others: specs };
  const hosts = JSON.parse(most[0]) as string[];
  const pooled = most[1].flatMap((rule) => rule.slice(0, 1));
  const kept = new Set(most[1].flat());
  return {
    hosts: hosts.join() === '*' ? undefined : hosts,
    pooled,
    others: specs.filter((spec) => !kept.has(spec)),
  };
}

/** A Kafka Streams application has exactly these rights on its prefix and its group. */
function streamsIn(pool: Pool): string | undefined {
  const own = ['read', 'write', 'describe', 'create', 'delete'];
  for (const topic of pool.targets('topic', own, 'prefixed')) {
    const id = topic.name.slice(0, -1);
    const transactional = { resource: 'transactional_id', pattern: 'prefixed', name: topic.name };
    const group = { resource: 'group', pattern: 'literal', name: id };
    const whole = pool.has(transactional, ['write', 'describe']) && pool.has(group, ['read']);
    if (!topic.name.endsWith('-') || !whole || topicPrefixProblem(id) !== undefined) continue;
    pool.tick(topic, own);
    pool.tick(transactional, ['write', 'describe']);
    pool.tick(group, ['read']);
    return id;
  }
  return undefined;
}

interface Producing {
  readonly produces: readonly (JsonObject | string)[];
  /** Everything that it writes to it may also create, as `kafka-acls --producer` has it. */
  readonly creating: boolean;
  readonly unsure: boolean;
}

function producing(pool: Pool, streams: string | undefined): Producing {
  const topics = pool.targets('topic', ['write', 'describe']).filter(isIntent);
  const ids = pool
    .targets('transactional_id', ['write', 'describe'], 'literal')
    .filter(({ name }) => name !== '*');
  if (topics.length === 0) return { produces: [], creating: false, unsure: false };
  const creating = topics.every((topic) => pool.has(topic, ['create']));
  const cluster = { resource: 'cluster', pattern: 'literal', name: clusterName };
  const idempotent = creating && pool.has(cluster, ['idempotent_write']);
  topics.forEach((topic) => pool.tick(topic, ['write', 'describe', ...(creating ? ['create'] : [])]));
  ids.forEach((id) => pool.tick(id, ['write', 'describe']));
  if (idempotent) pool.tick(cluster, ['idempotent_write']);
  const pairs = ids.length === 0 ? topics.map((topic) => [topic] as const) : together(topics, ids);
  return {
    produces: pairs.map(([topic, id]) => {
      if (id === undefined && !idempotent && topic.pattern === 'literal') return topic.name;
      return {
        ...targetOf(topic),
        ...(id === undefined ? {} : { transactionalId: id.name }),
        ...(idempotent ? { idempotent } : {}),
      };
    }),
    creating,
    unsure: topics.length > 1 && ids.length > 1 && streams === undefined,
  };
}

function consuming(
  pool: Pool,
  streams: string | undefined,
): { consumes: readonly JsonObject[]; unsure: boolean } {
  const topics = pool.targets('topic', ['read', 'describe']).filter(isIntent);
  const found = pool.targets('group', ['read'], 'literal').filter(({ name }) => name !== '*');
  const own = streams === undefined ? [] : [{ resource: 'group', pattern: 'literal', name: streams }];
  const groups = found.length > 0 ? found : own;
  if (topics.length === 0 || groups.length === 0) return { consumes: [], unsure: false };
  topics.forEach((topic) => pool.tick(topic, ['read', 'describe']));
  groups.forEach((group) => pool.tick(group, ['read']));
  return {
    consumes: together(topics, groups).map(([topic, group]) => ({ ...targetOf(topic), group: group.name })),
    unsure: topics.length > 1 && groups.length > 1,
  };
}

/** What intent has words for. */
function isIntent({ pattern, name }: Target): boolean {
  return (pattern === 'prefixed' ? topicPrefixProblem(name) : topicNameProblem(name)) === undefined;
}

function targetOf({ pattern, name }: Target): JsonObject {
  return pattern === 'prefixed' ? { prefix: name } : { topic: name };
}

/** Pairs in which each of both lists occurs; the last of the shorter one again and again. */
function together<A, B>(some: readonly A[], others: readonly B[]): (readonly [A, B])[] {
  const length = Math.max(some.length, others.length);
  return Array.from({ length }, (_, at) => {
    const one = some[Math.min(at, some.length - 1)] as A;
    return [one, others[Math.min(at, others.length - 1)] as B] as const;
  });
}

/** One grant for what differs only in the operation; without a host it is from those of the service. */
function literalGrants(specs: readonly AclSpec[], saysHost: (host: string) => boolean): JsonObject[] {
  const groups = Map.groupBy(specs, ({ resource, pattern, name, permission, host }) =>
    canonical([resource, name, pattern, permission, saysHost(host) ? host : '']),
  );
  return [...groups]
    .sort(([a], [b]) => compareText(a, b))
    .flatMap(([, group]) => {
      const [first] = group;
      if (first === undefined) return [];
      const operations = group.map(({ operation }) => operation).sort(compareText);
      return [grantOf(first, operations, saysHost(first.host))];
    });
}

function grantOf(spec: AclSpec, operations: readonly string[], saysHost: boolean): JsonObject {
  const { resource, name, pattern, permission, host } = spec;
  return {
    resource,
    ...(resource === 'cluster' && name === clusterName ? {} : { name }),
    ...(pattern === 'literal' ? {} : { pattern }),
    operations,
    ...(permission === 'allow' ? {} : { permission }),
    ...(saysHost ? { host } : {}),
    reason: importedReason,
  };
}

function filled(values: Readonly<Record<string, readonly (JsonObject | string)[]>>): JsonObject {
  return Object.fromEntries(Object.entries(values).filter(([, list]) => list.length > 0));
}
