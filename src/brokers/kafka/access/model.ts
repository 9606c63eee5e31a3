import { type Address, kindOf, partsOf } from '../../../core/address.ts';
import type { AccessModel, Effects, Held, Impossible, Verb } from '../../../core/access/model.ts';
import { once } from '../../../core/access/once.ts';
import { principalOf, userOf } from '../names.ts';
import type { AclResource, AclSpec, KafkaResource } from '../resources.ts';
import { operationsOf } from '../words.ts';
import { basisOf, isAbout, rulingBy } from './ruling.ts';
import { clusterAddress, resourceOf, thingOf } from './things.ts';

/** Who reaches what, from resources that are desired or live. Pure. */

export function access(resources: readonly KafkaResource[]): AccessModel {
  const ruling = rulingBy(resources);
  const acls = resources.filter((one) => one.kind === 'kafka:acl');
  const byPrincipal = Map.groupBy(acls, ({ spec }) => spec.principal);
  const things = once(() => thingsIn(resources, acls));
  const byName = (principal: string) => {
    const everyones = byPrincipal.get(principalOf('*')) ?? [];
    return principal === '*' ? everyones : [...(byPrincipal.get(principalOf(principal)) ?? []), ...everyones];
  };
  const principals = [...byPrincipal.keys()].flatMap((one) =>
    one === principalOf('*') ? ['*'] : (userOf(one) ?? []),
  );
  return {
    principals,
    get things() {
      return things();
    },
    flows: [],
    powers: powersIn(principals, ruling, acls),
    notes: notesOn([...byPrincipal.keys()]),
    ruling,
    held: (principal) => heldBy(principal, byName(principal), things(), ruling),
    wide: (principal) => byName(principal).filter(isWide).map(basisOf),
    normal,
    named: (name, kind) =>
      Object.keys(resourceOf).flatMap((one) =>
        kind === undefined || one === `kafka:${kind}` ? (thingOf(resourceOf[one] ?? '', name) ?? []) : [],
      ),
    rights,
    effects,
    meet: () => 'yes',
    exactly: (key) => key,
    covers: () => true,
  };
}

function normal(at: Address): Address | Impossible {
  const [name, ...more] = partsOf(at);
  const resource = resourceOf[kindOf(at)];
  const found =
    resource === undefined || name === undefined || name === '' ? undefined : thingOf(resource, name);
  if (found !== undefined && more.length === 0) return found;
  const why = `${at} is no topic, group or transactional id of Kafka`;
  return {
    why,
    hint: 'write kafka:topic:NAME, kafka:group:NAME, kafka:transactional-id:NAME or kafka:cluster:kafka-cluster',
  };
}

/** What there is, and what an ACL names. */
function thingsIn(resources: readonly KafkaResource[], acls: readonly AclResource[]): ReadonlySet<Address> {
  const declared = resources.flatMap((one) => (one.kind === 'kafka:topic' ? [one.address] : []));
  const named = acls.flatMap(({ spec }) =>
    spec.pattern === 'prefixed' || spec.name === '*' ? [] : (thingOf(spec.resource, spec.name) ?? []),
  );
  return new Set([...declared, ...named, clusterAddress]);
}

/** Each right on each thing that any of the ACLs is about. */
function heldBy(
  principal: string,
  acls: readonly AclResource[],
  things: ReadonlySet<Address>,
  ruling: AccessModel['ruling'],
): Held[] {
  const literal = acls.flatMap(({ spec }) =>
    spec.pattern === 'literal' && spec.name !== '*' ? (thingOf(spec.resource, spec.name) ?? []) : [],
  );
  const broad = acls.filter(isWide);
  const creates = acls.some(({ spec }) => spec.resource === 'cluster');
  const isCovered = (at: Address): boolean => {
    if (creates && kindOf(at) === 'kafka:topic') return true;
    const isAboutIt = isAbout(at);
    return broad.some(({ spec }) => isAboutIt(spec));
  };
  const covered = broad.length === 0 && !creates ? [] : [...things].filter(isCovered);
  return [...new Set([...literal, ...covered])].flatMap((at) => {
    const resource = resourceOf[kindOf(at)];
    return (resource === undefined ? [] : operationsOf[resource]).flatMap((right) => {
      const found = ruling({ principal, at, right });
      return found.may === 'no' ? [] : [{ at, right, ruling: found }];
    });
  });
}

function isWide({ spec }: AclResource): boolean {
  return (spec.pattern === 'prefixed' || spec.name === '*') && spec.resource !== 'cluster';
}

const behind: Readonly<Record<string, Readonly<Record<Verb, readonly string[]>>>> = {
  'kafka:topic': {
    read: ['read'],
    write: ['write'],
    configure: ['create', 'delete', 'alter', 'alter_configs'],
  },
  'kafka:group': { read: ['read'], write: [], configure: ['delete', 'alter_configs'] },
  'kafka:transactional-id': { read: [], write: ['write'], configure: [] },
  'kafka:cluster': {
    read: [],
    write: ['idempotent_write'],
    configure: ['alter', 'alter_configs', 'create', 'cluster_action'],
  },
};

function rights(at: Address, verb: Verb): readonly string[] {
  return behind[kindOf(at)]?.[verb] ?? [];
}

/** Who commits for a group moves the offsets of all in it; who begins with a transactional id ends what others began. */
function effects(at: Address): Effects {
  const kind = kindOf(at);
  const isTopic = kind === 'kafka:topic';
  return {
    puts: isTopic ? 'write' : undefined,
    gets: isTopic ? 'read' : undefined,
    takes: kind === 'kafka:group' ? 'read' : kind === 'kafka:transactional-id' ? 'write' : undefined,
    leads: undefined,
  };
}

/** Rights on the cluster that bring all others with them. */
const powerful: Readonly<Record<string, string>> = {
  alter: 'alter on the cluster: writes ACLs and passwords',
  alter_configs: 'alter_configs on the cluster: says how brokers know who somebody is',
  cluster_action: 'cluster_action on the cluster: reads every topic, as a broker does',
};

function powersIn(
  principals: readonly string[],
  ruling: AccessModel['ruling'],
  acls: readonly AclResource[],
): Map<string, string> {
  return new Map(
    principals.flatMap((principal) => {
      const onCluster = Object.entries(powerful).flatMap(([right, says]) =>
        ruling({ principal, at: clusterAddress, right }).may === 'no' ? [] : [says],
      );
      const all = [...onCluster, ...guisesOf(principal, acls)];
      return all.length === 0 ? [] : [[principal, all.join(', ')] as const];
    }),
  );
}

/** Who may make delegation tokens for a user may act as that user. */
function guisesOf(principal: string, acls: readonly AclResource[]): string[] {
  const users = acls.flatMap(({ spec }) =>
    spec.resource === 'user' &&
    spec.permission === 'allow' &&
    ['create_tokens', 'all'].includes(spec.operation) &&
    [principalOf(principal), principalOf('*')].includes(spec.principal)
      ? [`${spec.name}${spec.pattern === 'prefixed' ? '…' : ''}`]
      : [],
  );
  return users.length === 0 ? [] : [`create_tokens: acts as ${[...new Set(users)].join(', ')}`];
}

function notesOn(principals: readonly AclSpec['principal'][]): string[] {
  const strange = principals.filter((one) => one !== principalOf('*') && userOf(one) === undefined);
  const others =
    strange.length === 0
      ? []
      : [`Kafka has ACLs for principals that are no users, which are not judged: ${strange.join(', ')}`];
  return ['super users of Kafka may do anything, and no broker tells who they are', ...others];
}
