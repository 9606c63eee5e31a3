import { partOf } from '../../../core/address.ts';
import { matchesAny } from '../../../core/glob.ts';
import type { Json, JsonObject } from '../../../core/json.ts';
import { bareName, canGive, templateOf } from '../../../core/naming.ts';
import type { RabbitLandscape } from '../compile/landscape.ts';
import { isInternalName } from '../names.ts';
import type {
  BindingSpec,
  ExchangeSpec,
  PermissionSpec,
  PolicySpec,
  QueueSpec,
  RabbitResource,
  TopicPermissionSpec,
  UserSpec,
  VhostSpec,
} from '../resources.ts';

/** One vhost as it is, by the names in it. Without what is the broker's own. */
export interface Live {
  readonly name: string;
  readonly vhost: VhostSpec | undefined;
  readonly users: ReadonlyMap<string, UserSpec>;
  readonly permissions: ReadonlyMap<string, PermissionSpec>;
  /** By user, then by exchange. */
  readonly rows: ReadonlyMap<string, ReadonlyMap<string, TopicPermissionSpec>>;
  readonly exchanges: ReadonlyMap<string, ExchangeSpec>;
  readonly queues: ReadonlyMap<string, QueueSpec>;
  readonly bindings: readonly BindingSpec[];
  readonly policies: Readonly<Record<'policies' | 'operatorPolicies', ReadonlyMap<string, PolicySpec>>>;
  bindingsInto(type: BindingSpec['destinationType'], name: string): readonly BindingSpec[];
}

export function liveOf(vhost: string, resources: readonly RabbitResource[]): Live {
  const of = <Kind extends RabbitResource['kind']>(kind: Kind) =>
    resources.filter((one): one is Extract<RabbitResource, { kind: Kind }> => one.kind === kind);
  const here = <R extends RabbitResource>(all: readonly R[]) =>
    all.filter((one) => partOf(one.address, 0) === vhost);
  const named = <R extends RabbitResource>(all: readonly R[], part: number): Map<string, R['spec']> =>
    new Map(all.map((one) => [partOf(one.address, part), one.spec]));
  const things = <R extends RabbitResource>(all: readonly R[]) =>
    named(
      here(all).filter((one) => !isInternalName(partOf(one.address, 1))),
      1,
    );
  const rows = Map.groupBy(here(of('rabbitmq:topic-permission')), (row) => partOf(row.address, 1));
  const bindings = here(of('rabbitmq:binding'))
    .map((one) => one.spec)
    .filter(({ source, destination }) => source !== '' && !destination.startsWith('amq.gen'));
  const into = Map.groupBy(
    bindings,
    ({ destinationType, destination }) => `${destinationType} ${destination}`,
  );
  return {
    name: vhost,
    vhost: here(of('rabbitmq:vhost'))[0]?.spec,
    users: named(of('rabbitmq:user'), 0),
    permissions: named(here(of('rabbitmq:permission')), 1),
    rows: new Map([...rows].map(([user, group]) => [user, named(group, 2)])),
    exchanges: things(of('rabbitmq:exchange')),
    queues: things(of('rabbitmq:queue')),
    bindings,
    policies: {
      policies: named(here(of('rabbitmq:policy')), 1),
      operatorPolicies: named(here(of('rabbitmq:operator-policy')), 1),
    },
    bindingsInto: (type, name) => into.get(`${type} ${name}`) ?? [],
  };
}

/** The users that are services: those that the claims match, or without claims all that can do something here. */
export interface Candidates {
  readonly users: readonly string[];
  readonly strangers: readonly string[];
  /** A user's name without what the environment's naming adds. */
  readonly bare: (user: string) => string;
}

export function candidatesIn(
  live: Live,
  { environment, claims, protected: untouched }: RabbitLandscape,
): Candidates {
  const admin = environment.section.admin.username;
  const all = [...live.users.keys()].filter((user) => user !== admin && !matchesAny(untouched, user)).sort();
  const template = templateOf(environment.section.naming?.user);
  const claimed = (user: string) =>
    canGive(template, user) && (claims.length === 0 || matchesAny(claims, user));
  const known = (user: string) => live.permissions.has(user) || live.rows.has(user);
  return {
    users: all.filter((user) => claimed(user) && (claims.length > 0 || known(user))),
    strangers: all.filter((user) => !claimed(user) && known(user)),
    bare: (user) => bareName(template, user),
  };
}

export function isText(value: Json | undefined): value is string {
  return typeof value === 'string';
}

export const hugeInteger =
  "an argument is an integer past 2^53, which the management API's JSON cannot carry back";

/** An integer that no JavaScript number holds, as json.ts marks it: what would be written could not mean the same. */
export function hasHugeInteger(value: Json | JsonObject | undefined): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const values = Object.values(value) as (Json | undefined)[];
  return ('integer' in value && isText(values[0]) && values.length === 1) || values.some(hasHugeInteger);
}
