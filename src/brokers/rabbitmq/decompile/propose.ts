import type { Json, JsonObject } from '../../../core/json.ts';
import { importedReason, type Remark } from '../../../core/import/imported.ts';
import type { Owned } from '../../../core/import/owners.ts';
import { inNamespace } from '../compile/grants.ts';
import { permissionName } from '../compile/rights.ts';
import { routingKeysOf } from '../patterns/inverse.ts';
import { nothing } from '../patterns/names.ts';
import { everyKey } from '../patterns/topic.ts';
import { builtInExchanges, type TopicPermissionSpec } from '../resources.ts';
import type { Concessions } from './concessions.ts';
import { isText, type Live } from './live.ts';
import type { Owners, What } from './owners.ts';
import { namespaceIn, partOfRight, type Right, rights } from './rights.ts';
import { exchangeSection, queueSection } from './things.ts';

/** What a service may have meant by its grants, as far as it was not conceded to be something else. */

export interface Draft {
  readonly user: string;
  readonly section: JsonObject;
  readonly remarks: readonly Remark[];
}

interface Identity {
  readonly user: string;
  /** Without what the environment's naming adds. */
  readonly bare: string;
  readonly name: string;
}

export function propose(
  live: Live,
  owners: Owners,
  { user, bare, name }: Identity,
  conceded: Concessions,
): Draft {
  const own = ownThings(live, owners, user, conceded);
  const meant = intent(live, user, own, conceded);
  const { tags = [], limits = {}, auth = 'password' } = live.users.get(user) ?? {};
  const section = {
    ...(bare === name ? {} : { user: bare }),
    ...(auth === 'none' ? { auth: 'certificate' } : {}),
    ...filled({ tags, limits }),
    ...(meant.declares ? { declares: true } : {}),
    ...(meant.namespace === undefined ? {} : { namespace: meant.namespace }),
    ...filled({ exchanges: own.exchanges, queues: own.queues }),
    ...filled({ publishes: meant.publishes, consumes: meant.consumes, sends: meant.sends }),
    ...filled({ grants: [...literalGrants(meant.rest), ...rowGrants(live, user, conceded)] }),
  };
  return { user, section, remarks: [...own.remarks, ...remarksOn(section)] };
}

interface OwnThings {
  readonly exchanges: JsonObject;
  readonly queues: JsonObject;
  readonly names: ReadonlySet<string>;
  readonly remarks: readonly Remark[];
}

function ownThings(live: Live, owners: Owners, user: string, conceded: Concessions): OwnThings {
  const mine = (what: What, owned: ReadonlyMap<string, Owned>) =>
    [...owned].filter(([name, one]) => one.principal === user && !conceded.leavesOut(what, name));
  const [exchanges, queues] = [mine('exchange', owners.exchange), mine('queue', owners.queue)];
  const rivals = (key: string, all: readonly [string, Owned][]): Remark[] =>
    all
      .filter(([, one]) => one.rivals.length > 0)
      .map(([name, one]) => ({
        path: [key, name],
        text: `whose is it? it could as well be of ${one.rivals.join(', ')}`,
      }));
  return {
    exchanges: Object.fromEntries(exchanges.map(([name]) => [name, exchangeSection(live, name, conceded)])),
    queues: Object.fromEntries(queues.map(([name]) => [name, queueSection(live, name, conceded)])),
    names: new Set([...exchanges, ...queues].map(([name]) => name)),
    remarks: [...rivals('exchanges', exchanges), ...rivals('queues', queues)],
  };
}

interface Intent {
  readonly declares: boolean;
  readonly namespace?: string | undefined;
  readonly publishes: readonly Json[];
  readonly consumes: readonly string[];
  readonly sends: readonly string[];
  /** What only a literal pattern says, by right. */
  readonly rest: ReadonlyMap<Right, string>;
}

function intent(live: Live, user: string, own: OwnThings, conceded: Concessions): Intent {
  const permission = live.permissions.get(user) ?? { configure: nothing, write: nothing, read: nothing };
  const namespace = conceded.isPlain(user) ? undefined : namespaceIn(permission);
  const part = (right: Right) =>
    partOfRight(permission[right], right, namespace, conceded.isLiteral(user, right));
  const parts = { configure: part('configure'), write: part('write'), read: part('read') };
  const declares = !conceded.isPlain(user) && isDeclared(own.names, namespace, (right) => parts[right].names);
  const implied = declares ? impliedBy(own) : { write: new Set<string>(), read: new Set<string>() };
  const writes = writing(live, user, namespace, parts.write.names, implied.write);
  const consumes = parts.read.names.filter((name) => !implied.read.has(name));
  const said = {
    configure: declares || parts.configure.names.length === 0,
    write: writes !== undefined,
    read: consumes.every((name) => live.queues.has(name) || !live.exchanges.has(name)),
  };
  const rest = rights.map((right) => [right, said[right] ? parts[right].rest : parts[right].whole] as const);
  return {
    declares,
    namespace,
    publishes: writes?.publishes ?? [],
    sends: writes?.sends ?? [],
    consumes: said.read ? consumes : [],
    rest: new Map(rest.filter(([, pattern]) => pattern !== nothing)),
  };
}

/** What it publishes and sends; undefined where writing means something else, such as binding queues that are not its own. */
function writing(
  live: Live,
  user: string,
  namespace: string | undefined,
  names: readonly string[],
  implied: ReadonlySet<string>,
): { publishes: readonly Json[]; sends: readonly string[] } | undefined {
  const rows = live.rows.get(user) ?? new Map<string, TopicPermissionSpec>();
  // Among what it declares or has in its namespace, only the routing keys tell what it publishes.
  const named = names.filter((name) => !implied.has(name) || (rows.get(name)?.write ?? nothing) !== nothing);
  const keyed = [...rows].filter(([, row]) => row.write !== nothing && row.write !== everyKey);
  const spaced = keyed.map(([name]) => name).filter((name) => inNamespace(namespace, 'write', name));
  const exchanges = [...new Set([...named, ...spaced])].filter((name) => name !== defaultExchange);
  const sending = named.includes(defaultExchange);
  const sends = sending ? reachable(live) : [];
  if (sending && sends.length === 0) return undefined;
  if (exchanges.some((name) => live.queues.has(name) && !live.exchanges.has(name))) return undefined;
  return { publishes: exchanges.map((name) => publish(live, user, name)), sends };
}

const defaultExchange = 'amq.default';
/** More would be a list that nobody reads. */
const mostSends = 20;

/** Where one may send to by the default exchange: everywhere. Which queue is meant is for a person to say. */
function reachable(live: Live): string[] {
  return [...live.queues.keys()].slice(0, mostSends);
}

/** True if it may configure exactly what it owns, and write to it; what a namespace brings does not stand there by name. */
function isDeclared(
  own: ReadonlySet<string>,
  namespace: string | undefined,
  names: (right: Right) => readonly string[],
): boolean {
  const needed = (right: Right) => [...own].filter((name) => !inNamespace(namespace, right, name));
  const [configure, write] = [needed('configure'), needed('write')];
  if (configure.length + write.length === 0 || names('configure').length !== configure.length) return false;
  const has = (right: Right, name: string) => names(right).includes(name);
  return configure.every((name) => has('configure', name)) && write.every((name) => has('write', name));
}

/** What `declares` brings beside configure. */
function impliedBy({ exchanges, queues, names }: OwnThings): { write: Set<string>; read: Set<string> } {
  const forwards = [
    ...targets(exchanges, (one) => one['alternateExchange'] ?? argument(one, 'alternate-exchange')),
    ...targets(
      queues,
      (one) =>
        (one['deadLetter'] as JsonObject | undefined)?.['exchange'] ??
        argument(one, 'x-dead-letter-exchange'),
    ),
  ];
  const sources = [exchanges, queues].flatMap((things) =>
    Object.values(things).flatMap((one) => ((one as JsonObject)['bindings'] ?? []) as readonly JsonObject[]),
  );
  return {
    write: new Set([...names, ...forwards.map(({ to }) => permissionName(to))]),
    read: new Set([
      ...forwards.map(({ from }) => from),
      ...sources.map((one) => permissionName(textOf(one['exchange']))),
    ]),
  };
}

function textOf(value: Json | undefined): string {
  return isText(value) ? value : '';
}

function argument(section: JsonObject, key: string): Json | undefined {
  return (section['arguments'] as JsonObject | undefined)?.[key];
}

function targets(
  things: JsonObject,
  target: (one: JsonObject) => Json | undefined,
): { from: string; to: string }[] {
  return Object.entries(things).flatMap(([from, one]) => {
    const to = target(one as JsonObject);
    return isText(to) ? [{ from, to }] : [];
  });
}

/** With its routing keys where the topic permission is of our making. */
function publish(live: Live, user: string, exchange: string): Json {
  const type = live.exchanges.get(exchange)?.type ?? builtInExchanges.get(exchange) ?? 'topic';
  const row = live.rows.get(user)?.get(exchange);
  if (type !== 'topic' || row === undefined || row.write === everyKey) return exchange;
  const routingKeys = row.write === nothing ? [''] : routingKeysOf(row.write);
  return routingKeys === undefined ? exchange : { exchange, routingKeys };
}

function literalGrants(rest: ReadonlyMap<Right, string>): JsonObject[] {
  return rest.size === 0 ? [] : [{ ...Object.fromEntries(rest), reason: importedReason }];
}

/** Rows that no intent explains, and exchanges that every key reaches since there is no row. */
function rowGrants(live: Live, user: string, conceded: Concessions): JsonObject[] {
  const exchanges = [...conceded.exactRows(user)].sort();
  const rows = live.rows.get(user);
  const open = exchanges.filter((exchange) => rows?.has(exchange) !== true);
  return [
    ...exchanges.flatMap((exchange): JsonObject[] => {
      const row = rows?.get(exchange);
      return row === undefined ? [] : [{ exchange, ...row, reason: importedReason }];
    }),
    ...(open.length === 0 ? [] : [{ anyKey: open, reason: importedReason }]),
  ];
}

function remarksOn(section: JsonObject): Remark[] {
  const remarks: Readonly<Record<string, string>> = {
    sends: 'the right to send reaches every queue: keep those that it means',
    grants: 'what no intent says in exactly these words: narrow it, or say what it is for',
  };
  return Object.entries(remarks)
    .filter(([key]) => section[key] !== undefined)
    .map(([key, text]) => ({ path: [key], text }));
}

function filled(values: Readonly<Record<string, Json | undefined>>): JsonObject {
  return Object.fromEntries(
    Object.entries(values).filter(
      ([, value]) => value !== undefined && Object.keys(value as object).length > 0,
    ),
  );
}
