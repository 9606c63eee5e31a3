import { partOf } from '../../../core/address.ts';
import { matchesAny } from '../../../core/glob.ts';
import { canonical } from '../../../core/json.ts';
import { bareName, canGive, templateOf } from '../../../core/naming.ts';
import type { KafkaLandscape } from '../compile/landscape.ts';
import { isInternalTopic, userOf } from '../names.ts';
import {
  type AclSpec,
  type KafkaResource,
  quotaEntity,
  type QuotaResource,
  type TopicSpec,
} from '../resources.ts';

/** A cluster as it is, by principal and by topic. */
export interface Live {
  /** By mechanism of the strongest credential. */
  readonly users: ReadonlyMap<string, string>;
  /** By principal without `User:`. */
  readonly acls: ReadonlyMap<string, readonly AclSpec[]>;
  /** Of a user alone; and those of a user with a client id. */
  readonly quotas: ReadonlyMap<string, QuotaResource['spec']>;
  readonly finerQuotas: ReadonlyMap<string, readonly QuotaResource[]>;
  readonly topics: ReadonlyMap<string, TopicSpec>;
}

export function liveOf(resources: readonly KafkaResource[]): Live {
  const of = <Kind extends KafkaResource['kind']>(kind: Kind) =>
    resources.filter((one): one is Extract<KafkaResource, { kind: Kind }> => one.kind === kind);
  const acls = of('kafka:acl').map((one) => one.spec);
  const quotas = of('kafka:quota').map((one) => ({ one, entity: quotaEntity(one.address) }));
  const alone = quotas.filter(({ entity }) => Object.keys(entity).join() === 'user');
  const finer = quotas.filter(({ entity }) => Object.keys(entity).length > 1);
  const topics = of('kafka:topic').map((one): [string, TopicSpec] => [partOf(one.address, 0), one.spec]);
  return {
    users: new Map(of('kafka:user').map((one) => [partOf(one.address, 0), one.spec.mechanism])),
    acls: Map.groupBy(
      [...acls].sort((a, b) => (canonical(a) < canonical(b) ? -1 : 1)),
      ({ principal }) => userOf(principal) ?? '',
    ),
    quotas: new Map(alone.map(({ one, entity }) => [entity['user'] ?? '', one.spec])),
    finerQuotas: Map.groupBy(
      finer.map(({ one }) => one),
      (one) => quotaEntity(one.address)['user'] ?? '',
    ),
    topics: new Map(topics.filter(([name]) => !isInternalTopic(name))),
  };
}

export interface Candidates {
  readonly principals: readonly string[];
  readonly strangers: readonly string[];
  /** A principal's name without what the environment's naming adds. */
  readonly bare: (principal: string) => string;
}

/** The principals that are services: those that the claims match, or without claims all that have anything. */
export function candidatesIn(
  live: Live,
  { environment, claims, protected: untouched }: KafkaLandscape,
): Candidates {
  const admin = environment.section.admin.username;
  const known = new Set([...live.users.keys(), ...live.acls.keys(), ...live.quotas.keys()]);
  const all = [...known].filter((one) => one !== '' && one !== admin && !matchesAny(untouched, one)).sort();
  const template = templateOf(environment.section.naming?.user);
  const claimed = (one: string) => canGive(template, one) && (claims.length === 0 || matchesAny(claims, one));
  return {
    principals: all.filter(claimed),
    strangers: all.filter((one) => !claimed(one)),
    bare: (one) => bareName(template, one),
  };
}
