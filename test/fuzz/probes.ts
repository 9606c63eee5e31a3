/**
 * Questions to RabbitMQ, logged in over AMQPS, whether something is allowed: none has an effect. The vhost has no queue at all,
 * and no exchange of the probed names; a broker checks the right first and looks for the object after, so that what is granted
 * is not found, and what is not is refused.
 */
import { AMQPChannelError, type Channel, Connection } from 'rabbitmq-client';
import type { SharedRabbitMQ } from '../brokers/connection.ts';

export type Right = 'configure' | 'write' | 'read';

type Probe = (channel: Channel) => Promise<unknown>;

const publish =
  (exchange: string, routingKey: string): Probe =>
  async (channel) => {
    await channel.txSelect();
    await channel.basicPublish({ exchange, routingKey }, '');
    await channel.txRollback();
  };

/** By the name of an exchange or queue. */
export const named: Readonly<Record<Right, (name: string) => Probe>> = {
  configure: (queue) => (channel) => channel.queueDelete({ queue }),
  write: (exchange) => publish(exchange, ''),
  // An argument of the wrong type: were there such a queue, nobody would consume from it all the same.
  read: (queue) => (channel) =>
    channel.basicConsume({ queue, arguments: { 'x-priority': 0.5 } }, () => undefined),
};

/** By the routing key of a message or binding on a topic exchange that exists. */
export const keyed = {
  write: publish,
  read:
    (exchange: string, routingKey: string): Probe =>
    (channel) =>
      channel.queueUnbind({ queue: 'none', exchange, routingKey }),
};

export async function login(
  rabbitmq: SharedRabbitMQ,
  vhost: string,
  { username, password }: { readonly username: string; readonly password: string },
): Promise<Connection> {
  const { hostname, port } = new URL(rabbitmq.amqpsUrl);
  const { cert, key } = await rabbitmq.clientCertificate(username);
  const tls = { ca: rabbitmq.ca, cert, key };
  return new Connection({ hostname, port: Number(port), vhost, username, password, tls });
}

/** Each probe on a fresh channel, since a refusal closes it and a grant may be remembered; some at the same time. */
export async function allowed(connection: Connection, probes: readonly Probe[]): Promise<boolean[]> {
  const answers: boolean[] = [];
  const waiting = probes.entries();
  const work = async () => {
    for (const [at, probe] of waiting) answers[at] = await isAllowed(connection, probe);
  };
  await Promise.all(Array.from({ length: channels }, work));
  return answers;
}

const channels = 8;

async function isAllowed(connection: Connection, probe: Probe): Promise<boolean> {
  const channel = await connection.acquire({ emitErrorsFromChannel: true });
  // A refused publish comes as an event: what waits for an answer hears only that the channel is closed.
  let refused: unknown;
  channel.once('error', (error) => {
    refused = error;
  });
  try {
    await probe(channel);
    await channel.close();
    return true;
  } catch (error) {
    const cause = refused ?? error;
    if (!(cause instanceof AMQPChannelError)) throw cause;
    if (cause.code === 'ACCESS_REFUSED') return false;
    if (cause.code === 'NOT_FOUND') return true;
    throw cause;
  }
}
