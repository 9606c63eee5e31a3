import { type Address, kindOf, partOf } from '../../core/address.ts';
import type { Decompiling } from '../../core/broker.ts';
import type { Imported, LeftOut, Remark } from '../../core/import/imported.ts';
import { judge, type Objection, type Verdict } from '../../core/import/judge.ts';
import type { Owned } from '../../core/import/owners.ts';
import { serviceNames, stemOf } from '../../core/import/suggest.ts';
import type { Json, JsonObject } from '../../core/json.ts';
import { compile } from './compile.ts';
import { meaningOf } from './decompile/acls.ts';
import { candidatesIn, type Live, liveOf } from './decompile/live.ts';
import { type Bare, bareOf } from './decompile/naming.ts';
import { ownersIn } from './decompile/owners.ts';
import { ground } from './ground.ts';
import { kinds } from './kinds.ts';
import { land } from './land.ts';
import type { KafkaLandscape } from './compile/landscape.ts';
import { isDistinguishedName, userOf } from './names.ts';
import {
  aclAddress,
  type KafkaResource,
  newUser,
  quotaAddress,
  topicAddress,
  type TopicSpec,
  userAddress,
} from './resources.ts';
import { schema } from './schema.ts';

/**
 * What a topology would say of a cluster as it is: intent is proposed, compiled, and compared with what is live; where they
 * differ, the draft concedes literal grants, or leaves something out, and is tried again.
 */
export function decompile({
  landscape,
  live: resources,
  written,
  wanted,
}: Decompiling<KafkaLandscape, KafkaResource>): Imported {
  const bare = bareOf(landscape.environment.section, resources);
  const live = liveOf(bare.resources);
  const { principals, strangers, bare: bareUser } = candidatesIn(live, landscape);
  const names = serviceNames(principals, bareUser);
  const asked = principals.filter((principal) => wanted(names.get(principal) ?? principal));
  const conceded = concededAtOnce(asked, bare);
  for (;;) {
    const kept = asked.filter((principal) => !conceded.leftOut.has(userAddress(principal)));
    const owners = ownersIn(live, kept, (principal) => stemOf(bareUser(principal), landscape.claims));
    const drafts = new Map(
      kept.map((principal) => {
        const name = names.get(principal) ?? principal;
        return [name, propose(live, owners, { principal, bare: bareUser(principal), name }, conceded)];
      }),
    );
    const sections = new Map([...drafts].map(([name, { section }]) => [name, section]));
    const verdict = judge({ kinds, land, compile, ground, schema }, landscape, sections, resources);
    if (concede(verdict, drafts, conceded, bare)) continue;
    return {
      services: [...drafts].map(([name, { section, remarks }]) => ({ name, section, remarks })),
      environment: written,
      leftOut: [
        ...[...leftOutOf(conceded), ...unowned(live, owners, kept)].map((one) => ({
          ...one,
          address: bare.landedAt(one.address),
        })),
        ...bare.foreign.map((address) => ({
          address,
          reason: 'the naming of the environment gives no such name',
          unowned: true,
        })),
      ],
      strangers,
    };
  }
}

/** Whose rules are for names that no file could give. */
function concededAtOnce(
  principals: readonly string[],
  { unsayable }: ReturnType<typeof bareOf>,
): Concessions {
  const leftOut = new Map<Address, string>();
  for (const principal of principals) {
    const rule = unsayable.get(principal);
    if (rule === undefined) continue;
    const { resource, name, pattern } = rule;
    const what = `${pattern === 'literal' ? '' : `${pattern} `}${resource} ${name}`;
    const reason = `it has a rule for the ${what}, which the naming of the environment cannot give`;
    leftOut.set(userAddress(principal), reason);
  }
  return { leftOut, literal: new Set() };
}

/** What a draft has given up on: it only grows, so that drafting comes to an end. */
interface Concessions {
  /** With the reason. What stands for a principal here is the address of its user. */
  readonly leftOut: Map<Address, string>;
  /** Principals whose ACLs are said one by one. */
  readonly literal: Set<string>;
}

interface Draft {
  readonly principal: string;
  readonly section: JsonObject;
  readonly remarks: readonly Remark[];
}

interface Identity {
  readonly principal: string;
  /** Without what the environment's naming adds. */
  readonly bare: string;
  readonly name: string;
}

const noPassword =
  'it has no SCRAM-SHA-512 credential: does it log in by certificate (auth: certificate), or is its identity kept elsewhere?';

function propose(
  live: Live,
  owners: ReadonlyMap<string, Owned>,
  { principal, bare, name }: Identity,
  { leftOut, literal }: Concessions,
): Draft {
  const own = [...owners].filter(
    ([topic, one]) => one.principal === principal && !leftOut.has(topicAddress(topic)),
  );
  const topics = own.flatMap(([topic]): [string, JsonObject][] => {
    const spec = live.topics.get(topic);
    return spec === undefined ? [] : [[topic, topicSection(spec)]];
  });
  const quota = leftOut.has(quotaAddress({ user: principal })) ? undefined : live.quotas.get(principal);
  const meant = meaningOf(live.acls.get(principal) ?? [], literal.has(principal));
  const hasPassword = isDistinguishedName(principal) || live.users.get(principal) === newUser.mechanism;
  const rivals = own.filter(([, one]) => one.rivals.length > 0);
  return {
    principal,
    section: {
      ...(bare === name ? {} : { principal: bare }),
      ...(hasPassword ? {} : { auth: 'external' }),
      ...(topics.length === 0 ? {} : { topics: Object.fromEntries(topics) }),
      ...meant.section,
      ...(quota === undefined ? {} : { quota }),
    },
    remarks: [
      ...rivals.map(([topic, one]) => ({
        path: ['topics', topic],
        text: `whose is it? it could as well be of ${one.rivals.join(', ')}`,
      })),
      ...meant.remarks,
      ...(hasPassword ? [] : [{ path: ['auth'], text: noPassword }]),
    ],
  };
}

function topicSection({ partitions, replicationFactor, config = {} }: TopicSpec): JsonObject {
  const entries = Object.entries(config).map(([key, value]): [string, Json] => [key, plain(value)]);
  return {
    partitions,
    replicationFactor,
    ...(entries.length === 0 ? {} : { config: Object.fromEntries(entries) }),
  };
}

/** As a person would write it: a number without quotes, where it means the same. */
function plain(value: string): Json {
  const number = Number(value);
  const exact = Number.isSafeInteger(number) || (Number.isFinite(number) && !Number.isInteger(number));
  if (exact && value === String(number)) return number;
  return value === 'true' || value === 'false' ? value === 'true' : value;
}

/** True if the draft must be tried again. */
function concede(
  { objections, differing }: Verdict<KafkaResource>,
  drafts: ReadonlyMap<string, Draft>,
  conceded: Concessions,
  bare: Bare,
): boolean {
  const before = conceded.leftOut.size + conceded.literal.size;
  for (const objection of objections) concedeTo(objection, drafts, conceded);
  for (const at of differing) concedeAt(bare.bareAt(at), conceded);
  return conceded.leftOut.size + conceded.literal.size > before;
}

function concedeTo(
  { service, path, message }: Objection,
  drafts: ReadonlyMap<string, Draft>,
  { leftOut, literal }: Concessions,
): void {
  const principal = drafts.get(service)?.principal ?? service;
  const [key, name] = path;
  if (key === 'topics' && name !== undefined) leftOut.set(topicAddress(String(name)), message);
  else if (key === 'quota') leftOut.set(quotaAddress({ user: principal }), message);
  else if (key !== 'grants' && key !== 'principal' && !literal.has(principal)) literal.add(principal);
  else leftOut.set(userAddress(principal), message);
}

function concedeAt(at: Address, { leftOut, literal }: Concessions): void {
  switch (kindOf(at)) {
    case 'kafka:acl': {
      const principal = userOf(partOf(at, 3)) ?? '';
      if (literal.has(principal))
        leftOut.set(userAddress(principal), 'no topology says its ACLs as they are');
      else literal.add(principal);
      return;
    }
    case 'kafka:user':
      leftOut.set(
        at,
        'it has no SCRAM-SHA-512 credential, which every service has but those with a certificate',
      );
      return;
    default:
      leftOut.set(at, 'no topology says it as it is');
  }
}

function leftOutOf({ leftOut }: Concessions): LeftOut[] {
  return [...leftOut].map(([address, reason]) => ({ address, reason, unowned: false }));
}

function unowned(live: Live, owners: ReadonlyMap<string, Owned>, principals: readonly string[]): LeftOut[] {
  const topics = [...live.topics.keys()].filter((topic) => !owners.has(topic));
  const finer = principals.flatMap((principal) => live.finerQuotas.get(principal) ?? []);
  return [
    ...topics.map((topic) => ({
      address: topicAddress(topic),
      reason: 'no service is known to own it',
      unowned: true,
    })),
    ...[...(live.acls.get('') ?? [])].map((acl) => ({
      address: aclAddress(acl),
      reason: 'it is granted to everyone, or to no user: to no service',
      unowned: true,
    })),
    ...finer.map(({ address }) => ({
      address,
      reason: 'a topology has quotas of principals only',
      unowned: false,
    })),
  ];
}
