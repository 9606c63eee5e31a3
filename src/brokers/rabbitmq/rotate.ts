import type { Context, Credential, Permit, Rotator } from '../../core/broker.ts';
import { BrokerError } from '../../core/errors.ts';
import type { Placed } from '../../core/landscape.ts';
import { type Admin, type Login, loginOf, openAdmin } from './admin.ts';
import { dial, turnedAway } from './amqps.ts';
import { amqpsError } from './causes.ts';
import { connectionsOf } from './connections.ts';
import type { LivePermission, LiveUser } from './definitions.ts';
import type { RabbitEnvironment } from './schema.ts';
import { hashPassword } from './write/password.ts';
import { look, send, WriteFailure } from './write/request.ts';

/** Logins over AMQP where the environment has an address for it, else at the management API. */
export async function rotator(
  target: Placed<RabbitEnvironment>,
  context: Context,
  permit: Permit,
): Promise<Rotator> {
  const own = await loginOf(target, context);
  const admin = await openAdmin(target, context, own);
  const { amqpsUrl } = target.section;
  return {
    login: (credential) =>
      amqpsUrl === undefined
        ? loginToManagement(target, context, own, credential)
        : loginOverAmqp({ admin, own, url: new URL(amqpsUrl), target, context }, credential),
    sessions: async (user) => (await connectionsOf(admin, user)).length,
    endSessions: (user) => endSessions(admin, context, user),
    setPassword: (credential) => asBrokerError(admin, () => setPassword(admin, context, permit, credential)),
    // A user that is gone takes its connections with it, and those of one that is not were closed.
    remainder: () => Promise.resolve(undefined),
    close: () => {
      admin.close();
      return Promise.resolve();
    },
  };
}

interface Way {
  readonly admin: Admin;
  readonly own: Login;
  readonly url: URL;
  readonly target: Placed<RabbitEnvironment>;
  readonly context: Context;
}

async function loginOverAmqp(way: Way, credential: Credential): Promise<'accepted' | 'refused'> {
  const { own, url, context } = way;
  try {
    const connection = await dial({
      url,
      vhost: await vhostOf(way, credential.username),
      ...credential,
      tls: own.tls,
      name: `mqwarden-${context.correlationId}`,
      timeoutMs: context.timeoutMs,
    });
    connection.on('error', () => undefined);
    await connection.close();
    return 'accepted';
  } catch (error) {
    const why = turnedAway(error);
    if (why === 'login') return 'refused';
    // Who it is was accepted: only the vhost is not open to it, or its limit is reached.
    if (why === 'vhost') return 'accepted';
    throw amqpsError(url.host, error);
  }
}

/** One that it may enter, so that the login goes all the way. */
async function vhostOf({ admin, target }: Way, user: string): Promise<string> {
  const rows = ((await look(admin, ['users', user, 'permissions'])) ?? []) as readonly LivePermission[];
  const { vhost } = target.section;
  return rows.find((row) => row.vhost === vhost.name)?.vhost ?? rows[0]?.vhost ?? vhost.name;
}

/** Who has no tag is told so, and a wrong password is told to be one: both by 401. */
async function loginToManagement(
  target: Placed<RabbitEnvironment>,
  context: Context,
  own: Login,
  credential: Credential,
): Promise<'accepted' | 'refused'> {
  const as = await openAdmin(target, context, { ...own, ...credential });
  try {
    const { status, reason } = await as.request('GET', ['whoami']);
    if (status === 200 || (status === 401 && /not management user/i.test(reason))) return 'accepted';
    if (status === 401) return 'refused';
    throw new BrokerError(`RabbitMQ answered a login with ${status} ${reason}`, { endpoint: as.endpoint });
  } finally {
    as.close();
  }
}

/** By user: the only way that reaches a connection of this very second. */
async function endSessions(admin: Admin, context: Context, user: string): Promise<number> {
  const open = (await connectionsOf(admin, user)).length;
  if (open === 0) return 0;
  const headers = { 'X-Reason': `mqwarden: the credential was rotated (${context.correlationId})` };
  const { status, reason } = await admin.request('DELETE', ['connections', 'username', user], { headers });
  if (status >= 200 && status < 300) return open;
  throw new BrokerError(`the connections of ${user} could not be closed: ${reason} (${status})`, {
    endpoint: admin.endpoint,
    hint: 'see the log of the broker',
  });
}

async function setPassword(
  admin: Admin,
  context: Context,
  permit: Permit,
  { username, password }: Credential,
): Promise<void> {
  const live = (await look(admin, ['users', username])) as LiveUser | undefined;
  if (live === undefined) throw new WriteFailure(`user ${username} is not there`, 'run apply: it makes it');
  const { tags } = live;
  const hash = hashPassword(password);
  context.conceal(hash.password_hash);
  const body = { ...hash, tags: typeof tags === 'string' ? tags : (tags ?? []).join(',') };
  await send(admin, 'PUT', ['users', username], { body, permit });
}

async function asBrokerError(admin: Admin, write: () => Promise<void>): Promise<void> {
  try {
    await write();
  } catch (error) {
    if (!(error instanceof WriteFailure)) throw error;
    throw new BrokerError(error.message, { endpoint: admin.endpoint, hint: error.hint });
  }
}
