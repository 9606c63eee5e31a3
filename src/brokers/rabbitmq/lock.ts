import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Channel, ChannelModel } from 'amqplib';
import type { Context } from '../../core/broker.ts';
import type { Placed } from '../../core/landscape.ts';
import { LockError, messageOf, MqwardenError } from '../../core/errors.ts';
import {
  cannotLock,
  type Holder,
  holderIn,
  type Lock,
  lockLost,
  type LockRequest,
  notLocked,
} from '../../core/lock.ts';
import { type Admin, type Login, loginOf, openAdmin } from './admin.ts';
import { type Call, dial, turnedAway } from './amqps.ts';
import { amqpsError } from './causes.ts';
import { lockVhost } from './names.ts';
import type { RabbitEnvironment } from './schema.ts';

/**
 * The lock is an exclusive queue of the administrator's connection: RabbitMQ refuses it to every other connection (405), lets
 * nobody delete it, and frees it when the connection ends. It has a vhost of its own, the same for every environment, since
 * users are global, and since a declared vhost may not exist yet, may go, and may have limits and policies.
 */
const title = 'RabbitMQ';
const queue = 'lock';

/** A holder that falls silent is let go after two to three of these; so much of it is sure. */
const heartbeatSeconds = 5;
const leaseMs = 8_000;

/** Just enough for the queue. Declaring it asks for no more. */
const permission = { configure: `^${queue}$`, write: '^$', read: '^$' };

export async function lock(
  target: Placed<RabbitEnvironment>,
  context: Context,
  request: LockRequest,
): Promise<Lock> {
  const { amqpsUrl } = target.section;
  if (amqpsUrl === undefined) {
    const why = 'its lock is held by an AMQP connection, and this environment has no amqpsUrl';
    throw withPlace(cannotLock(title, why, 'add amqpsUrl: amqps://…:5671'), target);
  }
  const login = await loginOf(target, context);
  const admin = await openAdmin(target, context, login);
  try {
    const connection = await enter(admin, login, new URL(amqpsUrl), context);
    return await acquire(admin, connection, request);
  } catch (error) {
    if (!(error instanceof MqwardenError) || error instanceof LockError) throw error;
    throw notLocked(title, error, await answers(admin));
  } finally {
    admin.close();
  }
}

/** Whether the management API does, which is all that an apply without the lock needs. */
async function answers(admin: Admin): Promise<boolean> {
  const answer = await admin.request('GET', ['whoami'], { patienceMs: 3_000 }).catch(() => undefined);
  return answer?.status === 200;
}

function withPlace(error: LockError, target: Placed<RabbitEnvironment>): LockError {
  return new LockError(error.message, { hint: error.hint, position: target.locate([]) });
}

/** How long a vhost may take to be there on the node that the connection goes to. */
const vhostMs = 5_000;
const pauseMs = 100;

/** Connects to the lock's vhost; the first administrator of all makes it, each one admits itself. */
async function enter(admin: Admin, login: Login, url: URL, context: Context): Promise<ChannelModel> {
  const name = `mqwarden-${context.correlationId}`;
  const { timeoutMs } = context;
  const call = { ...login, url, vhost: lockVhost, name, timeoutMs, heartbeatSeconds };
  const first = await tryToEnter(call);
  if (first !== undefined) return first;
  await makeRoom(admin);
  const until = performance.now() + vhostMs;
  while (performance.now() < until) {
    const connection = await tryToEnter(call);
    if (connection !== undefined) return connection;
    await sleep(pauseMs);
  }
  const why = `${url.host} does not let ${login.username} into the vhost "${lockVhost}"`;
  throw cannotLock(title, why, 'see the log of the broker');
}

/** Undefined where the vhost is not there, or not for this user: amqplib does not tell which. */
async function tryToEnter(call: Call): Promise<ChannelModel | undefined> {
  try {
    return await dial(call);
  } catch (error) {
    if (turnedAway(error) === 'vhost') return undefined;
    throw amqpsError(call.url.host, error);
  }
}

async function makeRoom(admin: Admin): Promise<void> {
  const put = async (path: readonly string[], body: object, headers = {}): Promise<void> => {
    const { status, reason } = await admin.request('PUT', path, { body, headers });
    if (status === 412 || (status >= 200 && status < 300)) return;
    const why = `${admin.endpoint} refused ${admin.username} PUT /api/${path.join('/')}: ${reason} (${status})`;
    throw cannotLock(title, why, `give ${admin.username} the tag administrator`);
  };
  const description = 'the lock of mqwarden: one writer at a time';
  // Not again where it is: that would reset what its owners may have set.
  await put(['vhosts', lockVhost], { description }, { 'If-None-Match': '*' });
  await put(['permissions', lockVhost, admin.username], permission);
}

async function acquire(admin: Admin, connection: ChannelModel, request: LockRequest): Promise<Lock> {
  const lost = new AbortController();
  const lose = (why: string): void => {
    lost.abort(lockLost(title, why));
  };
  connection.on('error', (error: Error) => lose(`its connection broke (${error.message})`));
  connection.on('close', () => lose('its connection was closed'));
  try {
    for (;;) {
      const channel = await declare(connection, request.holder);
      if (channel !== undefined) {
        request.reserved();
        return held(connection, channel, lost.signal, lose);
      }
      await request.wait(await holderOf(admin));
      if (lost.signal.aborted) throw lost.signal.reason as LockError;
    }
  } catch (error) {
    await hangUp(connection);
    if (error instanceof MqwardenError) throw error;
    throw cannotLock(title, `${admin.endpoint}: ${messageOf(error)}`, 'see the log of the broker');
  }
}

const lockedElsewhere = 405;

/** A refusal closes the channel, not the connection. */
async function declare(connection: ChannelModel, holder: Holder): Promise<Channel | undefined> {
  const channel = await connection.createChannel();
  channel.on('error', () => undefined);
  try {
    await channel.assertQueue(queue, {
      exclusive: true,
      durable: false,
      // Whatever the default of the broker is: only classic queues are exclusive.
      arguments: {
        'x-queue-type': 'classic',
        who: holder.who,
        since: holder.since,
        correlationId: holder.correlationId,
      },
    });
    return channel;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === lockedElsewhere) return undefined;
    throw error;
  }
}

function held(
  connection: ChannelModel,
  channel: Channel,
  lost: AbortSignal,
  lose: (why: string) => void,
): Lock {
  channel.on('close', () => lose('its channel was closed'));
  return {
    leaseMs,
    lost,
    // Passive: it answers only while the queue is there, and while it is ours.
    renew: async () => {
      await channel.checkQueue(queue);
    },
    release: async () => {
      // Before the connection ends, so that it is free when this returns.
      await within(channel.deleteQueue(queue)).catch(() => undefined);
      await hangUp(connection);
    },
  };
}

const partingMs = 2_000;

async function hangUp(connection: ChannelModel): Promise<void> {
  await within(connection.close()).catch(() => undefined);
  // A peer that does not answer would keep this process alive; the types do not know the socket.
  (connection.connection as unknown as { readonly stream: Socket }).stream.destroy();
}

async function within<T>(work: Promise<T>): Promise<T | undefined> {
  return Promise.race([work, sleep(partingMs, undefined, { ref: false })]);
}

/** What the holder wrote onto its queue; a wait goes on also where that cannot be read. */
async function holderOf(admin: Admin): Promise<Partial<Holder>> {
  try {
    const found = (await admin.get(['queues', lockVhost, queue])) as { readonly arguments?: unknown };
    return holderIn(found.arguments);
  } catch (error) {
    if (error instanceof MqwardenError) return {};
    throw error;
  }
}
