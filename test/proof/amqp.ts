import type { ChannelModel, ConfirmChannel } from 'amqplib';
import { connect } from '../../src/brokers/rabbitmq/connect.ts';
import type { SharedRabbitMQ } from '../brokers/connection.ts';
import type { Standing } from './services.ts';

/** The service's own connection factory, with what its secret store holds and a client certificate. */
export async function login(
  rabbitmq: SharedRabbitMQ,
  standing: Standing,
  service: string,
  vhost: string,
): Promise<ChannelModel> {
  const { cert, key } = await rabbitmq.clientCertificate(service);
  const stored = await standing.credential(service);
  return connect({
    service,
    url: rabbitmq.amqpsUrl,
    vhost,
    tls: { ca: rabbitmq.ca, cert, key },
    secrets: {
      getSecret: (path) => Promise.resolve(path.endsWith('/username') ? stored.username : stored.password),
    },
  });
}

/** Runs `work` on a channel of its own: a refusal closes the channel. Answers `ok`, or the broker's code. */
export async function attempt(
  connection: ChannelModel,
  work: (channel: ConfirmChannel) => Promise<unknown>,
): Promise<number | 'ok'> {
  const channel = await connection.createConfirmChannel();
  const refused = new Promise<number>((resolve) => {
    channel.once('error', (error: Error & { code: number }) => resolve(error.code));
  });
  const done = work(channel).then(
    async () => {
      await channel.close();
      return 'ok' as const;
    },
    // The channel's own error says why; a failure without one is not the broker's and must not pass for a refusal.
    (error: unknown) => new Promise<never>((_resolve, reject) => setTimeout(reject, 1_000, error)),
  );
  return Promise.race([refused, done]);
}

export const publish =
  (exchange: string, key: string, text = '') =>
  async (channel: ConfirmChannel): Promise<void> => {
    channel.publish(exchange, key, Buffer.from(text));
    await channel.waitForConfirms();
  };
