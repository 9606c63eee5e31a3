import type { Channel, ChannelModel, ConfirmChannel, GetMessage, Message } from 'amqplib';
import type { Options } from 'amqplib';

type ChannelOptions = Parameters<ChannelModel['createChannel']>[0];

/** The channels that a service opens by itself on one connection: amqplib's own, watched so that the connection can be left in order. */
export class Channels {
  private readonly model: ChannelModel;
  private readonly open = new Set<Watched>();

  constructor(model: ChannelModel) {
    this.model = model;
  }

  async create(options?: ChannelOptions): Promise<Channel> {
    return this.watched(await this.model.createChannel(options));
  }

  async createConfirming(options?: ChannelOptions): Promise<ConfirmChannel> {
    return this.watched(await this.model.createConfirmChannel(options));
  }

  /** Cancels the consumers, waits for confirms and acknowledgements, closes the channels. */
  async drain(): Promise<void> {
    await Promise.all([...this.open].map((one) => one.drain()));
  }

  private watched<C extends Channel>(channel: C): C {
    const one = new Watched(channel);
    this.open.add(one);
    channel.once('close', () => {
      this.open.delete(one);
      one.forget();
    });
    return channel;
  }
}

/** What is not acknowledged yet on one channel: amqplib keeps no account of it. */
class Watched {
  private readonly channel: Channel;
  private readonly tags = new Set<string>();
  private readonly unsettled = new Set<number>();
  private idle: (() => void) | undefined;

  constructor(channel: Channel) {
    this.channel = channel;
    this.watchDeliveries(channel);
    this.watchAnswers(channel);
  }

  async drain(): Promise<void> {
    const { channel } = this;
    try {
      for (const tag of this.tags) await channel.cancel(tag);
      if ('waitForConfirms' in channel) await (channel as ConfirmChannel).waitForConfirms();
      if (this.unsettled.size > 0) await new Promise<void>((resolve) => (this.idle = resolve));
      await channel.close();
    } catch {
      // Closed meanwhile, or a message was not confirmed: its own callback has told who published it.
    }
  }

  forget(): void {
    this.unsettled.clear();
    this.idle?.();
  }

  private watchDeliveries(channel: Channel): void {
    const { unsettled, tags } = this;
    const note = (message: Message | GetMessage | null | false, options?: { noAck?: boolean }): void => {
      if (message && options?.noAck !== true) unsettled.add(message.fields.deliveryTag);
    };
    const [consume, cancel, get] = [
      channel.consume.bind(channel),
      channel.cancel.bind(channel),
      channel.get.bind(channel),
    ];
    channel.consume = async (queue, onMessage, options?: Options.Consume) => {
      const reply = await consume(
        queue,
        (message) => {
          note(message, options);
          onMessage(message);
        },
        options,
      );
      tags.add(reply.consumerTag);
      return reply;
    };
    channel.cancel = (tag) => {
      tags.delete(tag);
      return cancel(tag);
    };
    channel.get = async (queue, options) => {
      const message = await get(queue, options);
      note(message, options);
      return message;
    };
  }

  private watchAnswers(channel: Channel): void {
    const settle = (message: Message, allUpTo = false): void => {
      const last = message.fields.deliveryTag;
      for (const tag of allUpTo ? [...this.unsettled] : [last]) if (tag <= last) this.unsettled.delete(tag);
      if (this.unsettled.size === 0) this.idle?.();
    };
    const [ack, nack, reject] = [
      channel.ack.bind(channel),
      channel.nack.bind(channel),
      channel.reject.bind(channel),
    ];
    const [ackAll, nackAll] = [channel.ackAll.bind(channel), channel.nackAll.bind(channel)];
    channel.ack = (message, allUpTo) => {
      ack(message, allUpTo);
      settle(message, allUpTo);
    };
    channel.nack = (message, allUpTo, requeue) => {
      nack(message, allUpTo, requeue);
      settle(message, allUpTo);
    };
    channel.reject = (message, requeue) => {
      reject(message, requeue);
      settle(message);
    };
    channel.ackAll = () => {
      ackAll();
      this.forget();
    };
    channel.nackAll = (requeue) => {
      nackAll(requeue);
      this.forget();
    };
  }
}
