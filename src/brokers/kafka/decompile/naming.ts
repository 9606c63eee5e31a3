import { type Address, kindOf, partOf } from '../../../core/address.ts';
import { bareName, canGive, fill, type Template, templateOf } from '../../../core/naming.ts';
import { type Names, namesOf } from '../land/names.ts';
import { isDistinguishedName, isInternalTopic, userOf } from '../names.ts';
import { aclAddress, type AclSpec, type KafkaResource, topicAddress } from '../resources.ts';
import type { KafkaEnvironment } from '../schema.ts';

/** A cluster in the names that services write, without what the environment's naming adds; and the way back. */
export interface Bare {
  readonly resources: readonly KafkaResource[];
  /** Topics that the environment's naming does not give. */
  readonly foreign: readonly Address[];
  /** Principals with a rule on what the naming cannot give, as it stands. */
  readonly unsayable: ReadonlyMap<string, AclSpec>;
  /** Of a topic, in the names of services and as it is. */
  bareAt(at: Address): Address;
  landedAt(at: Address): Address;
}

export function bareOf(section: KafkaEnvironment, resources: readonly KafkaResource[]): Bare {
  const names = namesOf(section);
  const user = templateOf(section.naming?.user);
  const foreign: Address[] = [];
  const unsayable = new Map<string, AclSpec>();
  const bare = resources.flatMap((one): KafkaResource[] => {
    if (one.kind === 'kafka:topic') {
      const name = bareTopic(names.topic, partOf(one.address, 0));
      if (name === undefined) foreign.push(one.address);
      return name === undefined ? [] : [{ ...one, address: topicAddress(name) }];
    }
    const principal = one.kind === 'kafka:acl' ? userOf(one.spec.principal) : undefined;
    // What is granted to nobody's service stays as it is.
    if (one.kind !== 'kafka:acl' || principal === undefined || principal === '*') return [one];
    const spec = bareAcl(names, user, one.spec);
    if (spec === undefined) unsayable.set(principal, one.spec);
    return spec === undefined ? [] : [{ ...one, address: aclAddress(spec), spec }];
  });
  return {
    resources: bare,
    foreign,
    unsayable,
    bareAt: (at) => throughTopic(at, (name) => bareTopic(names.topic, name) ?? name),
    landedAt: (at) => throughTopic(at, (name) => (isInternalTopic(name) ? name : fill(names.topic, name))),
  };
}

function throughTopic(at: Address, rename: (name: string) => string): Address {
  return kindOf(at) === 'kafka:topic' ? topicAddress(rename(partOf(at, 0))) : at;
}

/** The brokers' own topics have one name for all. */
function bareTopic(template: Template, name: string): string | undefined {
  if (isInternalTopic(name)) return name;
  return canGive(template, name) ? bareName(template, name) : undefined;
}

/** The rule that land/names.ts turns into this one; undefined where there is none. */
function bareAcl(names: Names, user: Template, acl: AclSpec): AclSpec | undefined {
  const { resource, name, pattern } = acl;
  if (resource === 'user') return bareUser(user, acl);
  const template = templateFor(names, resource);
  if (template === undefined || (template.before === '' && template.after === '')) return acl;
  if (resource === 'topic' && isInternalTopic(name)) return acl;
  if (pattern === 'literal')
    return canGive(template, name) ? { ...acl, name: bareName(template, name) } : undefined;
  if (template.after !== '' || !name.startsWith(template.before)) return undefined;
  const start = name.slice(template.before.length);
  // All of this environment's are, in its own words, all of them.
  return start === '' ? { ...acl, pattern: 'literal', name: '*' } : { ...acl, name: start };
}

function templateFor({ topic, group, transactionalId }: Names, resource: string): Template | undefined {
  const templates: Readonly<Record<string, Template>> = { topic, group, transactional_id: transactionalId };
  return templates[resource];
}

function bareUser(template: Template, acl: AclSpec): AclSpec | undefined {
  const user = userOf(acl.name);
  if (user === undefined || user === '*' || isDistinguishedName(user)) return acl;
  return canGive(template, user) ? { ...acl, name: `User:${bareName(template, user)}` } : undefined;
}
