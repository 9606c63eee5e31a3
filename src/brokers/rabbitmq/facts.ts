import type { Told } from '../../core/audit.ts';
import type { AuditRequest, Context } from '../../core/broker.ts';
import { asAuditor, type Placed } from '../../core/landscape.ts';
import { type Admin, type Answer, type Login, loginOf, openAdmin } from './admin.ts';
import type { Listener, RabbitFacts } from './audit/facts.ts';
import type { Definitions } from './definitions.ts';
import {
  bound,
  connected,
  consuming,
  consumerColumns,
  type ConsumerAnswer,
  type ConnectionAnswer,
  deprecatedIn,
  hashOf,
  mapped,
  mechanismsOf,
  type NodeAnswer,
  type QueueAnswer,
  queueColumns,
  queueState,
  withoutHashes,
} from './facts/answers.ts';
import { doorsOf, knockAll } from './facts/doors.ts';
import type { RabbitEnvironment } from './schema.ts';

/** Large brokers take their time to put the definitions together. */
const definitionsMs = 120_000;

/** Asks for each thing by itself: what the administrator may not be told is told as that. Throws ConnectionError where nobody answers. */
export async function gather(
  { landscape }: Pick<AuditRequest<RabbitEnvironment>, 'landscape'>,
  context: Context,
): Promise<RabbitFacts> {
  const environment = asAuditor(landscape.environment);
  const login = await loginOf(environment, context);
  const admin = await openAdmin(environment, context, login);
  try {
    const rights = await rightsOf(admin);
    const ask = asker(admin, rights);
    const [overview, nodes, definitions, connections, queues, consumers, deprecated] = [
      await ask<OverviewAnswer>('monitoring', ['overview']),
      await ask<NodeAnswer[]>('monitoring', ['nodes']),
      await ask<Definitions>('administrator', ['definitions'], { patienceMs: definitionsMs }),
      await ask<ConnectionAnswer[]>('monitoring', ['connections']),
      await ask<QueueAnswer[]>('monitoring', ['queues'], { query: { columns: queueColumns } }),
      await ask<ConsumerAnswer[]>('monitoring', ['consumers'], { query: { columns: consumerColumns } }),
      await ask<{ name?: string }[]>('administrator', ['deprecated-features', 'used']),
    ];
    const listeners = mapped(overview, ({ listeners: all = [] }) => all.map(bound));
    const users = definitions.is === 'told' ? (definitions.value.users ?? []) : [];
    for (const { password_hash: hash } of users) if (hash !== undefined && hash !== '') context.conceal(hash);
    return {
      admin: admin.username,
      version: mapped(overview, ({ rabbitmq_version: version = '' }) => version),
      listeners,
      mechanisms: mapped(nodes, mechanismsOf),
      definitions: mapped(definitions, withoutHashes),
      hashes: new Map(users.map((user) => [user.name, hashOf(user)])),
      connections: mapped(connections, (all) => all.flatMap(connected)),
      queues: mapped(queues, (all) => all.map(queueState)),
      consumers: mapped(consumers, (all) => all.map(consuming)),
      deprecated: deprecatedIn(deprecated),
      guestLogin: await guestLogin(environment, login, context),
      knocked: await knockAll(doorsOf(environment, listeners), login, context),
    };
  } finally {
    admin.close();
  }
}

interface OverviewAnswer {
  readonly listeners?: readonly Listener[];
  readonly rabbitmq_version?: string;
}

type Right = 'administrator' | 'monitoring';

/** Whoever has no tag at all is let in nowhere, and still is who they say: then everything is lacked. Any other refusal throws. */
async function rightsOf(admin: Admin): Promise<ReadonlySet<Right>> {
  const { status, reason } = await admin.request('GET', ['whoami']);
  if (status === 401 && /not management user/i.test(reason)) return new Set();
  return rightsIn(await admin.get(['whoami']));
}

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
