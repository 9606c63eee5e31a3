import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ChannelModel, ConfirmChannel } from 'amqplib';
import { ConnectionError, messageOf } from '../../../core/errors.ts';

/**
 * Requests that RabbitMQ judges by permission first and then refuses for another reason, so that none has an effect
 * (docs/verify.md, ADR 24). Each is on a channel of its own: a refusal closes the channel, and a grant would be remembered on it.
 */

/** AMQP's reply code; 200 where the broker did what it was asked. */
export interface Reply {
  readonly code: number;
  /** The broker's words. */
  readonly text: string;
}

export type Probe = (channel: ConfirmChannel) => Promise<unknown>;

/** A message in the name of somebody else: refused after the right and the routing key are checked, before it goes anywhere. */
export const publish =
  (exchange: string, key: string): Probe =>
  async (channel) => {
    channel.publish(exchange, key, Buffer.alloc(0), { userId: `mqwarden ${randomUUID()}` });
    await channel.waitForConfirms();
  };

/** The same for who may send as others: a lifetime that is no number. RabbitMQ 4 sees that before it looks at the routing key. */
export const publishExpired =
  (exchange: string): Probe =>
  async (channel) => {
    channel.publish(exchange, 'mqwarden.verify', Buffer.alloc(0), {
      expiration: 'none',
      userId: randomUUID(),
    });
    await channel.waitForConfirms();
  };

/** A priority that is no number: no consumer is attached, and no message touched. */
export const consume =
  (queue: string): Probe =>
  async (channel) => {
    const { consumerTag } = await channel.consume(queue, () => undefined, {
      arguments: { 'x-priority': 'none' },
    });
    await channel.cancel(consumerTag);
  };

/** A lifetime that is no number: neither made where there is none, nor equal to what there is. */
export const declareQueue =
  (queue: string): Probe =>
  (channel) =>
    channel.assertQueue(queue, { durable: true, arguments: { 'x-expires': 'none' } });

export const declareExchange =
  (exchange: string): Probe =>
  (channel) =>
    channel.assertExchange(exchange, 'direct', { durable: true, arguments: { 'alternate-exchange': 0 } });

export interface Destination {
  readonly type: 'queue' | 'exchange';
  readonly name: string;
}

/** Of a binding that cannot exist, whatever its key: with an argument that nobody else has. */
export const unbind =
  ({ type, name }: Destination, source: string, key: string): Probe =>
  (channel) => {
    const nobodys = { 'x-mqwarden-verify': randomUUID() };
    return type === 'queue'
      ? channel.unbindQueue(name, source, key, nobodys)
      : channel.unbindExchange(name, source, key, nobodys);
  };

/** Throws ConnectionError where no answer comes. */
export async function replyTo(connection: ChannelModel, probe: Probe, timeoutMs: number): Promise<Reply> {
  const over = new AbortController();
  const late = sleep(timeoutMs, undefined, { signal: over.signal, ref: false }).then(
    () => Promise.reject(new ConnectionError(`no answer within ${timeoutMs / 1000} s`, {})),
    () => new Promise<never>(() => undefined),
  );
  try {
    return await Promise.race([ask(connection, probe), late]);
  } finally {
    over.abort();
  }
}

async function ask(connection: ChannelModel, probe: Probe): Promise<Reply> {
  const channel = await opened(connection);
  const refused = new Promise<Reply>((resolve) => {
    channel.once('error', (error: Error & { readonly code?: number }) => {
      resolve({ code: error.code ?? 0, text: error.message });
    });
  });
  const lost = new Promise<never>((_resolve, reject) => {
    connection.once('close', () => reject(new ConnectionError('the connection was closed', {})));
  });
  // Whichever comes last must not count as unhandled.
  lost.catch(() => undefined);
  const done = probe(channel).then(
    async () => {
      await channel.close();
      return { code: 200, text: '' };
    },
    // The channel's own error says why; a failure without one is no answer.
    () => Promise.race([refused, lost]),
  );
  return Promise.race([refused, done, lost]);
}

async function opened(connection: ChannelModel): Promise<ConfirmChannel> {
  connection.setMaxListeners(0);
  try {
    return await connection.createConfirmChannel();
  } catch (error) {
    throw new ConnectionError(`no channel can be opened: ${messageOf(error)}`, {});
  }
}

/** Refusals name who was refused. Undefined where that could not be asked without an effect. */
export async function authenticatedUser(
  connection: ChannelModel,
  { impersonates, timeoutMs }: { readonly impersonates: boolean; readonly timeoutMs: number },
): Promise<string | undefined> {
  const probe = impersonates ? publishExpired('') : publish('', 'mqwarden.verify');
  const { text } = await replyTo(connection, probe, timeoutMs);
  return /(?:refused for user|authenticated user was) '(.*)'/su.exec(text)?.[1];
}
