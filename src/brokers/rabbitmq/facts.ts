import type { Told } from '../../core/audit.ts';
import type { AuditRequest, Context } from '../../core/broker.ts';
import type { Placed } from '../../core/landscape.ts';
import { type Door, type Greeting, type Handshake, knock, shakeHands } from '../../probe/door.ts';
import { type Admin, type Answer, type Login, loginOf, openAdmin } from './admin.ts';
import type { Connected, Knocked, Listener, QueueState, RabbitFacts } from './audit/facts.ts';
import type { Definitions, LiveUser } from './definitions.ts';
import type { RabbitEnvironment } from './schema.ts';
import { isWeaklyKept, keptOf } from './write/password.ts';

/** Large brokers take their time to put the definitions together. */
const definitionsMs = 120_000;

/** Asks for each thing by itself: what the administrator may not be told is told as that. Throws ConnectionError where nobody answers. */
export async function gather(
  { landscape: { environment } }: Pick<AuditRequest<RabbitEnvironment>, 'landscape'>,
  context: Context,
): Promise<RabbitFacts> {
  const login = await loginOf(environment, context);
  const admin = await openAdmin(environment, context, login);
  try {
    const rights = rightsIn(await admin.get(['whoami']));
    const ask = asker(admin, rights);
    const [overview, nodes, definitions, connections, queues, deprecated] = [
      await ask<{ listeners?: Listener[] }>('monitoring', ['overview']),
      await ask<NodeAnswer[]>('monitoring', ['nodes']),
      await ask<Definitions>('administrator', ['definitions'], { patienceMs: definitionsMs }),
      await ask<ConnectionAnswer[]>('monitoring', ['connections']),
      await ask<QueueAnswer[]>('monitoring', ['queues'], { query: { columns: queueColumns } }),
      await ask<{ name?: string }[]>('administrator', ['deprecated-features', 'used']),
    ];
    const listeners = mapped(overview, ({ listeners: all = [] }) => all.map(bound));
    const users = definitions.is === 'told' ? (definitions.value.users ?? []) : [];
    for (const { password_hash: hash } of users) if (hash !== undefined && hash !== '') context.conceal(hash);
    return {
      admin: admin.username,
      listeners,
      mechanisms: mapped(nodes, mechanismsOf),
      definitions: mapped(definitions, withoutHashes),
      hashes: new Map(users.map((user) => [user.name, hashOf(user)])),
      connections: mapped(connections, (all) => all.flatMap(connected)),
      queues: mapped(queues, (all) => all.map(queueState)),
      deprecated: deprecatedIn(deprecated),
      guestLogin: await guestLogin(environment, login, context),
      knocked: await knockAll(doorsOf(environment, listeners), login, context),
    };
  } finally {
    admin.close();
  }
}

/** What management says outside is `::` for any address: the one that it is bound to stands within. */
function bound(listener: Listener & { readonly socket_opts?: unknown }): Listener {
  const { node, protocol, ip_address: ip, port, socket_opts: options } = listener;
  const inner = typeof options === 'object' && options !== null && 'ip' in options ? options.ip : undefined;
  const address = typeof inner === 'string' ? inner : ip;
  return {
    protocol,
    port,
    ...(node === undefined ? {} : { node }),
    ...(address === undefined ? {} : { ip_address: address }),
  };
}

type Right = 'administrator' | 'monitoring';

function rightsIn(whoami: unknown): ReadonlySet<Right> {
  const tags = (whoami as { tags?: string | string[] } | undefined)?.tags ?? [];
  const all = typeof tags === 'string' ? tags.split(',') : tags;
  if (all.includes('administrator')) return new Set(['administrator', 'monitoring']);
  return new Set(all.includes('monitoring') ? ['monitoring'] : []);
}

/** Lists come filtered, without a word, to whoever lacks the tag: then there is no answer. */
function asker(admin: Admin, rights: ReadonlySet<Right>) {
  return async <T>(
    needs: Right,
    path: readonly string[],
    options?: Parameters<Admin['request']>[2],
  ): Promise<Told<T>> => {
    const what = `GET /api/${path.join('/')}`;
    const lacked: Told<T> = {
      is: 'lacked',
      why: `${admin.username} lacks the right to ${what}`,
      needs: `give ${admin.username} the tag ${needs}, or ask as a user that has it`,
    };
    if (!rights.has(needs)) return lacked;
    const answer = await admin.request('GET', path, options);
    if (answer.status === 200) return { is: 'told', value: answer.body as T };
    return answer.status === 401 || answer.status === 403
      ? lacked
      : { is: 'unknown', why: whyOf(what, answer) };
  };
}

function whyOf(what: string, { status }: Answer): string {
  return `the broker answered ${what} with ${status}`;
}

function mapped<T, U>(told: Told<T>, into: (value: T) => U): Told<U> {
  return told.is === 'told' ? { is: 'told', value: into(told.value) } : told;
}

interface NodeAnswer {
  readonly name?: string;
  readonly auth_mechanisms?: readonly { readonly name?: string; readonly enabled?: boolean }[];
}

function mechanismsOf(nodes: readonly NodeAnswer[]): ReadonlyMap<string, readonly string[]> {
  return new Map(
    nodes.map(({ name = '', auth_mechanisms: all = [] }) => [
      name,
      all.flatMap((one) => (one.enabled === true && one.name !== undefined ? [one.name] : [])),
    ]),
  );
}

/** The first versions do not know the question. */
function deprecatedIn(told: Told<readonly { name?: string }[]>): RabbitFacts['deprecated'] {
  if (told.is === 'unknown' && told.why.endsWith('404')) return 'not kept';
  return mapped(told, (all) => all.flatMap(({ name }) => name ?? []));
}

function withoutHashes(definitions: Definitions): Definitions {
  const users = (definitions.users ?? []).map(({ name, tags = [] }) => ({ name, tags }));
  return { ...definitions, users };
}

function hashOf(user: LiveUser): 'empty' | 'md5' | 'guest' | 'sound' {
  if (user.password_hash === undefined || user.password_hash === '') return 'empty';
  if (user.name === 'guest' && ['same', 'weak'].includes(keptOf('guest', user))) return 'guest';
  return isWeaklyKept(user) ? 'md5' : 'sound';
}

interface ConnectionAnswer {
  readonly name?: string;
  readonly user?: string;
  readonly vhost?: string;
  readonly ssl?: boolean;
  readonly type?: string;
  readonly client_properties?: Readonly<Record<string, unknown>>;
}

/** One inside the broker, a shovel's, has no transport. */
function connected(answer: ConnectionAnswer): Connected[] {
  const { name = '', user = '', vhost = '', ssl, type, client_properties: properties } = answer;
  if (ssl === undefined || type === 'direct') return [];
  const service = properties?.['service'];
  return [{ name, user, vhost, ssl, ...(typeof service === 'string' ? { service } : {}) }];
}

interface QueueAnswer {
  readonly name?: string;
  readonly vhost?: string;
  readonly messages?: number;
  readonly consumers?: number;
}

const queueColumns = 'name,vhost,messages,consumers';

function queueState({ vhost = '', name = '', messages = 0, consumers = 0 }: QueueAnswer): QueueState {
  return { vhost, name, messages, consumers };
}

/** The password that everyone knows is no secret, and is not kept out of messages. */
async function guestLogin(
  target: Placed<RabbitEnvironment>,
  login: Login,
  context: Context,
): Promise<RabbitFacts['guestLogin']> {
  const unspoken = { ...context, conceal: () => undefined };
  const guest = await openAdmin(target, unspoken, { ...login, username: 'guest', password: 'guest' });
  try {
    const { status } = await guest.request('GET', ['whoami']);
    return status === 200 ? 'accepted' : status === 401 ? 'refused' : 'unknown';
  } finally {
    guest.close();
  }
}

interface Knockable extends Door {
  readonly protocol: string | undefined;
}

/** Each listener that the broker tells of, at the host that the topology names, and what the topology itself names. */
function doorsOf({ section }: Placed<RabbitEnvironment>, listeners: Told<readonly Listener[]>): Knockable[] {
  const { amqpsUrl, managementUrl } = section;
  const hostOf = (url: URL) => url.hostname.replace(/^\[(.*)\]$/, '$1');
  const management = new URL(managementUrl);
  const amqps = amqpsUrl === undefined ? undefined : new URL(amqpsUrl);
  const told = (listeners.is === 'told' ? listeners.value : [])
    .filter(({ protocol }) => protocol !== 'clustering')
    .map(({ protocol, port }) => ({
      protocol,
      host: hostOf(protocol.startsWith('http') ? management : (amqps ?? management)),
      port,
    }));
  const named = [
    ...(amqps === undefined
      ? []
      : [{ protocol: undefined, host: hostOf(amqps), port: Number(amqps.port || 5671) }]),
    { protocol: undefined, host: hostOf(management), port: Number(management.port || 443) },
  ].filter(({ port }) => !told.some((one) => one.port === port));
  const all: Knockable[] = [...told, ...named];
  return [...new Map(all.map((door) => [`${door.host} ${door.port}`, door])).values()];
}

async function knockAll(
  doors: readonly Knockable[],
  { tls }: Login,
  { timeoutMs }: Context,
): Promise<readonly Knocked[]> {
  const { ca, cert, key, serverName } = tls;
  return Promise.all(
    doors.map(async ({ protocol, ...door }): Promise<Knocked> => {
      const greeting = (protocol ?? 'amqp').startsWith('http') ? httpGreeting : amqpGreeting;
      const options = { ca, serverName, greeting, timeoutMs };
      const isSecure = protocol === undefined || /ssl$|^https/.test(protocol);
      const [plain, shown, bare, old] = await Promise.all([
        knock(door, greeting, timeoutMs),
        isSecure ? shakeHands(door, { ...options, cert, key }) : undefined,
        isSecure ? shakeHands(door, options) : undefined,
        isSecure ? shakeHands(door, { ...options, cert, key, old: true }) : undefined,
      ]);
      return {
        at: `${protocol ?? 'endpoint'} ${door.host.includes(':') ? `[${door.host}]` : door.host}:${door.port}`,
        protocol,
        tls: shownIn(shown),
        withoutCertificate:
          bare === undefined
            ? undefined
            : openOr(bare, 'let in', bare.is === 'open' && bare.heard.length > 0),
        oldTls: old === undefined ? undefined : openOr(old, 'accepted', old.is === 'open'),
        plaintext:
          plain.is === 'unreachable'
            ? undefined
            : plain.is === 'answered' && speaks(plain.heard)
              ? 'answered'
              : 'refused',
        mechanisms: shown?.is === 'open' ? mechanismsIn(shown.heard) : undefined,
      };
    }),
  );
}

function shownIn(shown: Handshake | undefined): Knocked['tls'] {
  if (shown === undefined) return { why: 'a listener without TLS', reached: true };
  if (shown.is === 'open') return { version: shown.version, fault: shown.fault, shown: shown.shown };
  return { why: shown.why, reached: shown.is === 'shut' };
}

function openOr<Word extends string>(
  seen: Handshake,
  word: Word,
  isOpen: boolean,
): Word | 'refused' | undefined {
  if (seen.is === 'unreachable') return undefined;
  return isOpen ? word : 'refused';
}

const frameEnd = 8;

/** The header of AMQP 0-9-1: the broker begins with what it offers. */
const amqpGreeting: Greeting = {
  say: Buffer.from('AMQP\0\0\x09\x01', 'latin1'),
  isWhole: (heard) => heard.length >= 7 && heard.length >= heard.readUInt32BE(3) + frameEnd,
};

const httpGreeting: Greeting = {
  say: Buffer.from('GET /api/whoami HTTP/1.0\r\n\r\n', 'latin1'),
  isWhole: (heard) => heard.includes('\r\n\r\n'),
};

/** AMQP or HTTP, and not an alert of TLS; a listener with TLS that is spoken to in HTTP may answer so, with 400. */
function speaks(heard: Buffer): boolean {
  const text = heard.subarray(0, 16).toString('latin1');
  return (
    heard[0] === 1 || text.startsWith('AMQP') || (/^HTTP\/1\.[01] /.test(text) && !text.includes(' 400'))
  );
}

/** Of Connection.Start: class 10, method 10, two bytes of version, a table, and a list with spaces. */
function mechanismsIn(heard: Buffer): readonly string[] | undefined {
  try {
    if (heard.readUInt8(0) !== 1 || heard.readUInt32BE(7) !== 0x000a000a) return undefined;
    const at = 13 + 4 + heard.readUInt32BE(13);
    const list = heard.subarray(at + 4, at + 4 + heard.readUInt32BE(at));
    return list.toString('utf8').split(' ');
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}
