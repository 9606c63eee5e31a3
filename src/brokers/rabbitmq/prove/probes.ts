import { randomUUID } from 'node:crypto';
import type { Channel } from 'amqplib';

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

export type Probe = (channel: Channel) => Promise<unknown>;

/** A message in the name of somebody else: refused after the right and the routing key are checked, before it goes anywhere. */
export const publish =
  (exchange: string, key: string): Probe =>
  async (channel) => {
    channel.publish(exchange, key, Buffer.alloc(0), { userId: `mqwarden ${randomUUID()}` });
    await afterwards(channel);
  };

/** The same for who may send as others: a lifetime that is no number. RabbitMQ 4 sees that before it looks at the routing key. */
export const publishExpired =
  (exchange: string): Probe =>
  async (channel) => {
    channel.publish(exchange, 'mqwarden.verify', Buffer.alloc(0), {
      expiration: 'none',
      userId: randomUUID(),
    });
    await afterwards(channel);
  };

/** The broker would answer this only if it had not refused what came before: cheaper than a channel that confirms. */
const afterwards = (channel: Channel) => channel.prefetch(1);

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

/** Refusals name who was refused. Undefined where that could not be asked without an effect. */
export async function authenticatedUser(
  reply: (probe: Probe) => Promise<Reply>,
  impersonates: boolean,
): Promise<string | undefined> {
  const { text } = await reply(impersonates ? publishExpired('') : publish('', 'mqwarden.verify'));
  return /(?:refused for user|authenticated user was) '(.*)'/su.exec(text)?.[1];
}
