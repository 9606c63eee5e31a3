import { setTimeout as sleep } from 'node:timers/promises';
import type { Channel, ConsumeMessage } from 'amqplib';
import { backoffMs } from '../../../core/connect-events.ts';
import { messageOf, MqwardenError } from '../../../core/errors.ts';
import type { Link } from './login.ts';

/** Consuming with acknowledgements that lives through new connections and new credentials. */

export interface ConsumerOptions {
  /** How many messages may be with the handler at once; default 10. */
  readonly prefetch?: number | undefined;
  readonly exclusive?: boolean | undefined;
  readonly priority?: number | undefined;
  readonly arguments?: Readonly<Record<string, unknown>> | undefined;
  /** Whether a message whose handler threw goes back to its queue (the default), or on to its dead-letter exchange. */
  readonly requeue?: ((error: unknown, message: ConsumeMessage) => boolean) | undefined;
  /** Told of handlers that threw, and of a queue that cannot be consumed from for now. */
  readonly onError?: ((error: unknown) => void) | undefined;
}

/** Its message is acknowledged when it is done. */
export type Handler = (message: ConsumeMessage) => unknown;

export interface Home {
  refresh(): Promise<boolean>;
  current(): Link | undefined;
  forget(one: Consumer): void;
}

interface Lane {
  readonly link: Link;
  readonly channel: Channel;
  readonly working: Set<Promise<void>>;
  tag: string | undefined;
  closed: boolean;
  refusal: unknown;
}

export class Consumer {
  readonly queue: string;
  private readonly home: Home;
  private readonly handler: Handler;
  private readonly options: ConsumerOptions;
  private lane: Lane | undefined;
  private ended = false;

  constructor(home: Home, queue: string, handler: Handler, options: ConsumerOptions = {}) {
    this.home = home;
    this.queue = queue;
    this.handler = handler;
    this.options = options;
  }

  /** Rejects with the broker's own reason where it may not, or cannot. */
  async start(link: Link): Promise<void> {
    const channel = await link.model.createChannel();
    const lane: Lane = {
      ...{ link, channel, working: new Set<Promise<void>>() },
      ...{ tag: undefined, closed: false, refusal: undefined },
    };
    channel.on('error', (error: unknown) => (lane.refusal = error));
    channel.on('close', () => {
      lane.closed = true;
      if (this.lane === lane) void this.resume(lane);
    });
    const { prefetch = 10, exclusive, priority, arguments: args } = this.options;
    try {
      await channel.prefetch(prefetch);
      const reply = await channel.consume(this.queue, (message) => this.take(lane, message), {
        ...(exclusive === undefined ? {} : { exclusive }),
        ...(priority === undefined ? {} : { priority }),
        ...(args === undefined ? {} : { arguments: args }),
      });
      lane.tag = reply.consumerTag;
    } catch (cause) {
      if (!lane.closed) await channel.close().catch(() => undefined);
      const message = `cannot consume from queue "${this.queue}": ${messageOf(lane.refusal ?? cause)}`;
      throw new MqwardenError('MQWARDEN_CONSUME_REFUSED', message, {
        cause,
        hint: 'the queue must exist, and the topology must say that this service consumes it',
      });
    }
    const now = this.home.current();
    // While it was opened, another connection may have taken over, or this one may have ended.
    if (this.ended || this.lane !== undefined || (now !== undefined && now !== link)) {
      await this.stop(lane);
      if (now !== undefined && this.lane === undefined) this.attach(now);
      return;
    }
    this.lane = lane;
    if (lane.closed) void this.resume(lane);
  }

  /** A connection took the place of a lost one. */
  attach(link: Link): void {
    if (this.ended || this.lane?.link === link) return;
    this.lane = undefined;
    void this.retry(link);
  }

  /** No new messages on the old connection; those that are here are handled and acknowledged; then on with the new one. */
  async move(link: Link): Promise<void> {
    const { lane } = this;
    if (lane !== undefined) await this.stop(lane);
    this.attach(link);
  }

  /** Ends when the handlers that run have ended, and their messages are acknowledged. */
  async close(): Promise<void> {
    this.ended = true;
    const { lane } = this;
    if (lane !== undefined) await this.stop(lane);
    this.home.forget(this);
  }

  private async stop(lane: Lane): Promise<void> {
    if (this.lane === lane) this.lane = undefined;
    try {
      if (lane.tag !== undefined && !lane.closed) await lane.channel.cancel(lane.tag);
      // Deliveries that were on their way have come before the answer to the cancel.
      while (lane.working.size > 0) await Promise.all(lane.working);
      // The broker answers it after the acknowledgements that went before.
      if (!lane.closed) await lane.channel.close();
    } catch {
      // Closed by the other side: what was not acknowledged is delivered again.
    }
  }

  private take(lane: Lane, message: ConsumeMessage | null): void {
    if (message === null) {
      // Cancelled by the broker: the queue is gone, or moves to another node.
      lane.tag = undefined;
      if (this.lane === lane) void this.resume(lane);
      return;
    }
    const work = this.handle(lane, message).finally(() => lane.working.delete(work));
    lane.working.add(work);
  }

  private async handle(lane: Lane, message: ConsumeMessage): Promise<void> {
    let failure: { readonly error: unknown } | undefined;
    try {
      await this.handler(message);
    } catch (error) {
      failure = { error };
      this.tell(error);
    }
    // Without its channel the message has gone back already.
    if (lane.closed) return;
    try {
      if (failure === undefined) lane.channel.ack(message);
      else lane.channel.nack(message, false, this.options.requeue?.(failure.error, message) ?? true);
    } catch (error) {
      this.tell(error);
    }
  }

  private async resume(lane: Lane): Promise<void> {
    this.lane = undefined;
    await this.stop(lane);
    if (lane.refusal !== undefined) await this.home.refresh().catch(() => false);
    const link = this.home.current();
    // Otherwise the next connection comes to attach.
    if (link !== undefined) this.attach(link);
  }

  /** For as long as this connection is the one. */
  private async retry(link: Link): Promise<void> {
    for (let attempt = 1; !this.ended && this.lane === undefined; attempt += 1) {
      if (this.home.current() !== link) return;
      try {
        await this.start(link);
        return;
      } catch (error) {
        if (this.home.current() !== link) return;
        this.tell(error);
        await sleep(backoffMs(attempt, Math.random()), undefined, { ref: false });
      }
    }
  }

  private tell(error: unknown): void {
    try {
      this.options.onError?.(error);
    } catch {
      // A listener of the service's must not end its consumer.
    }
  }
}
