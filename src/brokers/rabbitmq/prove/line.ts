import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Channel, ChannelModel } from 'amqplib';
import { ConnectionError, messageOf } from '../../../core/errors.ts';
import type { Probe, Reply } from './probes.ts';

/** A connection of a service to one vhost, with several channels at a time; where it breaks, it is dialled again. */
export interface Line {
  /** Channels at a time, at most. */
  readonly width: number;
  /**
   * On a channel of its own. Throws NoReply where this one has no answer, and others may have; ConnectionError where the broker is
   * gone, or closes every connection.
   */
  ask(probe: Probe): Promise<Reply>;
  close(): Promise<void>;
}

/** No answer to one question: a limit, or a thing that does not answer. */
export class NoReply extends Error {}

/** The connection ended; the message is the broker's own where it said why. */
class Lost extends Error {}

export interface LineOptions {
  readonly endpoint: string;
  readonly width: number;
  readonly timeoutMs: number;
  /** Dials anew; undefined where it may not enter the vhost. */
  readonly again: () => Promise<ChannelModel | undefined>;
}

export function lineOn(first: ChannelModel, options: LineOptions): Line {
  let held: Promise<Held | undefined> = Promise.resolve(holding(first));
  let redialled = false;
  // RabbitMQ counts a channel for a while after it was closed: where there is a limit, a connection is good for some answers.
  const answered = new Set<typeof held>();
  let barren = 0;
  const redial = async (): Promise<Held | undefined> => {
    const anew = await options.again();
    return anew === undefined ? undefined : holding(anew);
  };
  return {
    width: Math.min(options.width, channelsOf(first)),
    async ask(probe) {
      for (;;) {
        const current = held;
        const on = await current;
        if (on === undefined) throw new NoReply('no second connection was given');
        try {
          const reply = await replyOn(on, probe, options);
          answered.add(current);
          return reply;
        } catch (error) {
          if (!(error instanceof Lost)) throw error;
          // The first to see it dials, and all others wait for that.
          if (held !== current) continue;
          const isLimit = isOfLimit(error);
          if (isLimit) barren = answered.has(current) ? 0 : barren + 1;
          if (isLimit ? barren > mostBarren : redialled) throw ended(error, options.endpoint);
          redialled ||= !isLimit;
          held = sleep(barren * pauseMs).then(redial);
        }
      }
    },
    async close() {
      const on = await held.catch(() => undefined);
      if (on !== undefined) await hangUp(on.connection);
    },
  };
}

/** Connections in a row that gave no answer for a limit. */
const mostBarren = 3;
const pauseMs = 200;

function isOfLimit({ message }: Lost): boolean {
  return /\b530\b|NOT[_-]ALLOWED/.test(message);
}

/** A limit is of this service alone. */
function ended(lost: Lost, endpoint: string): Error {
  const { message } = lost;
  if (isOfLimit(lost)) return new NoReply(message);
  return new ConnectionError(`RabbitMQ at ${endpoint} closed the connection of a service: ${message}`, {
    endpoint,
    hint: 'check whether the broker is up, and see its log',
  });
}

interface Held {
  readonly connection: ChannelModel;
  /** Why it ended, once it has. */
  readonly lost: () => Lost | undefined;
}

function holding(connection: ChannelModel): Held {
  let why: string | undefined;
  let isOver = false;
  connection.on('error', (error: Error) => (why ??= error.message));
  connection.on('close', (error?: Error) => {
    isOver = true;
    why ??= error?.message;
  });
  return { connection, lost: () => (isOver ? new Lost(why ?? 'it did not say why') : undefined) };
}

async function replyOn(on: Held, probe: Probe, { endpoint, timeoutMs }: LineOptions): Promise<Reply> {
  const over = new AbortController();
  const late = sleep(timeoutMs, 'late' as const, { signal: over.signal, ref: false }).catch(
    () => new Promise<never>(() => undefined),
  );
  try {
    const first = await Promise.race([replyTo(on, probe), late]);
    if (first !== 'late') return first;
    // One thing may be without its leader; a broker that does not even open a channel is of no use.
    const channel = await Promise.race([opened(on), sleep(timeoutMs, undefined, { ref: false })]);
    if (channel !== undefined) throw new NoReply(`no answer within ${timeoutMs / 1000} s`);
    const hint = 'check whether the broker is overloaded, or out of memory or disk, and see its log';
    throw new ConnectionError(`RabbitMQ at ${endpoint} gives no answer within ${timeoutMs / 1000} s`, {
      endpoint,
      hint,
    });
  } finally {
    over.abort();
  }
}

async function replyTo(on: Held, probe: Probe): Promise<Reply> {
  const channel = await opened(on);
  const gone = on.lost();
  if (gone !== undefined) throw gone;
  return new Promise((resolve, reject) => {
    const done = (code: number, text: string) => {
      resolve({ code, text });
    };
    channel.once('error', (error: Error & { readonly code?: number }) => {
      done(error.code ?? 0, error.message);
    });
    // After an error, and after a close of our own, this says nothing new.
    channel.once('close', () => {
      void whyNot(on, 'the channel was closed').then(reject);
    });
    probe(channel).then(
      () => {
        done(200, '');
        channel.close().catch(() => undefined);
      },
      // The channel's own error says why, or its end.
      () => undefined,
    );
  });
}

async function opened(on: Held): Promise<Channel> {
  try {
    return await on.connection.createChannel();
  } catch (error) {
    throw await whyNot(on, `no channel can be opened: ${messageOf(error)}`);
  }
}

/** A connection that ends closes its channels first, and then says so. */
async function whyNot({ lost }: Held, otherwise: string): Promise<Error> {
  await new Promise((resolve) => setImmediate(resolve));
  return lost() ?? new NoReply(otherwise);
}

/** The types know neither. */
interface Inside {
  readonly stream: Socket;
  readonly channelMax?: number;
}

const inside = ({ connection }: ChannelModel) => connection as unknown as Inside;

function channelsOf(connection: ChannelModel): number {
  const { channelMax = 0 } = inside(connection);
  return channelMax === 0 ? Infinity : channelMax;
}

const partingMs = 2_000;

async function hangUp(connection: ChannelModel): Promise<void> {
  const closed = connection.close().catch(() => undefined);
  await Promise.race([closed, sleep(partingMs, undefined, { ref: false })]);
  // A peer that does not answer would keep this process alive.
  inside(connection).stream.destroy();
}
