import { randomUUID } from 'node:crypto';
import type { ConfirmChannel, Options } from 'amqplib';
import { messageOf, MqwardenError } from '../../../core/errors.ts';
import type { Link } from './login.ts';

/** Publishing with confirms that lives through new connections and new credentials. */

export interface PublisherOptions {
  /** Milliseconds in which a message must be confirmed, reconnects included; default 60,000. */
  readonly timeoutMs?: number | undefined;
}

/** Nobody knows whether it was taken, or the broker said that it was not. */
export class PublishError extends MqwardenError {}

interface Parcel {
  readonly exchange: string;
  readonly routingKey: string;
  readonly content: Buffer;
  readonly options: Options.Publish;
  readonly done: (error?: PublishError) => void;
  /** One of several that a channel was closed for: sent alone, so that the next refusal is its own. */
  suspect: boolean;
  returned: boolean;
}

/** One channel: what was sent on it and is not confirmed. */
interface Lane {
  readonly link: Link;
  readonly channel: ConfirmChannel;
  readonly pending: Set<Parcel>;
  lost: Parcel[];
  refusal: unknown;
  drained: (() => void) | undefined;
}

export interface Home {
  /** Another look at the store; whether that brought a newer connection. */
  refresh(): Promise<boolean>;
  /** The connection, while it is open. */
  current(): Link | undefined;
  forget(one: Publisher): void;
}

const accessRefused = 403;

export class Publisher {
  private readonly home: Home;
  private readonly timeoutMs: number;
  private readonly waiting: Parcel[] = [];
  private lane: Lane | undefined;
  private readonly old = new Set<Lane>();
  private opening: Link | undefined;
  private ended: Error | undefined;
  private idle: (() => void) | undefined;

  constructor(home: Home, { timeoutMs = 60_000 }: PublisherOptions = {}) {
    this.home = home;
    this.timeoutMs = timeoutMs;
  }

  /**
   * Resolves when the broker has confirmed the message: it is persistent, unless you say otherwise. A connection that is lost
   * meanwhile means that it is sent again, with the same message id. Rejects with PublishError.
   */
  publish(
    exchange: string,
    routingKey: string,
    content: Buffer,
    options: Options.Publish = {},
  ): Promise<void> {
    if (this.ended !== undefined) return Promise.reject(this.ended);
    return new Promise((resolve, reject) => {
      const give = (error?: PublishError): void => {
        clearTimeout(timer);
        if (error === undefined) resolve();
        else reject(error);
        this.tellIdle();
      };
      const filled = { persistent: true, messageId: randomUUID(), ...options };
      const parcel: Parcel = {
        ...{ exchange, routingKey, content, done: give },
        ...{ options: filled, suspect: false, returned: false },
      };
      const timer = setTimeout(() => this.giveUp(parcel), this.timeoutMs);
      this.waiting.push(parcel);
      this.pump();
    });
  }

  sendToQueue(queue: string, content: Buffer, options?: Options.Publish): Promise<void> {
    return this.publish('', queue, content, options);
  }

  /** Waits until all is confirmed, or refused, then ends. */
  async close(): Promise<void> {
    this.ended ??= new PublishError('MQWARDEN_CLOSED', 'the publisher is closed');
    if (!this.isIdle()) await new Promise<void>((resolve) => (this.idle = resolve));
    this.home.forget(this);
    const { lane } = this;
    this.lane = undefined;
    await lane?.channel.close().catch(() => undefined);
  }

  /** A connection took the place of another: from now on messages go there. */
  attach(link: Link): void {
    if (this.lane?.link === link || this.opening === link) return;
    // What was sent over the connection before is confirmed there.
    if (this.lane !== undefined) this.old.add(this.lane);
    this.lane = undefined;
    this.opening = link;
    void this.open(link);
  }

  /** Resolves when nothing that was sent over `link` waits for its confirm. */
  async leave(link: Link): Promise<void> {
    const lane = [...this.old].find((one) => one.link === link);
    if (lane === undefined) return;
    if (lane.pending.size > 0) await new Promise<void>((resolve) => (lane.drained = resolve));
    await lane.channel.close().catch(() => undefined);
  }

  /** The connection is gone for good. */
  end(error: Error): void {
    this.ended = error;
    const why = new PublishError('MQWARDEN_CLOSED', `not published: ${messageOf(error)}`, { cause: error });
    const unsettled = [...this.waiting.splice(0)];
    for (const { pending } of this.lanes()) {
      unsettled.push(...pending);
      pending.clear();
    }
    this.lane = undefined;
    for (const parcel of unsettled) parcel.done(why);
  }

  private async open(link: Link): Promise<void> {
    try {
      const channel = await link.model.createConfirmChannel();
      const lane: Lane = {
        ...{ link, channel, pending: new Set<Parcel>(), lost: [] },
        ...{ refusal: undefined, drained: undefined },
      };
      channel.on('error', (error: unknown) => (lane.refusal = error));
      channel.on('return', ({ properties }: { properties: { messageId?: unknown } }) => {
        for (const one of lane.pending)
          if (one.options.messageId === properties.messageId) one.returned = true;
      });
      channel.on('close', () => void this.closed(lane));
      if (this.opening !== link) {
        await channel.close();
        return;
      }
      this.lane = lane;
      this.opening = undefined;
      this.pump();
    } catch {
      // The connection broke meanwhile: the next one comes to attach.
      if (this.opening === link) this.opening = undefined;
    }
  }

  private pump(): void {
    const { lane, waiting } = this;
    if (lane === undefined) return;
    while (waiting[0] !== undefined) {
      const alone = [...lane.pending].some(({ suspect }) => suspect);
      if (alone || (waiting[0].suspect && lane.pending.size > 0)) return;
      if (!this.send(lane, waiting[0])) return;
    }
  }

  private send(lane: Lane, parcel: Parcel): boolean {
    const { exchange, routingKey, content, options } = parcel;
    lane.pending.add(parcel);
    this.waiting.shift();
    try {
      lane.channel.publish(exchange, routingKey, content, options, (error: unknown) => {
        this.answered(lane, parcel, error);
      });
      return true;
    } catch (error) {
      lane.pending.delete(parcel);
      // Closing, and about to say so; anything else is wrong with the message itself.
      if (error instanceof Error && error.name === 'IllegalOperationError') {
        this.waiting.unshift(parcel);
        return false;
      }
      const message = `not published: ${messageOf(error)}`;
      parcel.done(new PublishError('MQWARDEN_PUBLISH_REFUSED', message, { cause: error }));
      return true;
    }
  }

  private answered(lane: Lane, parcel: Parcel, error: unknown): void {
    if (!lane.pending.delete(parcel)) return;
    if (error === null) parcel.done(parcel.returned ? unroutable(parcel) : undefined);
    else if (messageOf(error) === 'message nacked') parcel.done(nacked(parcel));
    else lane.lost.push(parcel);
    if (lane.pending.size === 0) lane.drained?.();
    // What waits for its turn to be sent alone.
    if (lane === this.lane && error === null) this.pump();
  }

  /** amqplib has told each message before that its channel is closed. */
  private async closed(lane: Lane): Promise<void> {
    this.old.delete(lane);
    lane.drained?.();
    if (this.lane === lane) this.lane = undefined;
    const { refusal, lost } = lane;
    const code = refusal instanceof Error && 'code' in refusal ? refusal.code : undefined;
    // Its user may have lost its grants because there is a newer one.
    const renewed = code === accessRefused && (await this.home.refresh().catch(() => false));
    const [only] = lost;
    if (refusal !== undefined && !renewed) {
      if (lost.length === 1 && only !== undefined) {
        only.done(refused(only, refusal));
        lost.length = 0;
      }
      for (const parcel of lost) parcel.suspect = true;
    }
    this.waiting.unshift(...lost);
    const link = this.home.current();
    if (link !== undefined) this.attach(link);
    this.pump();
  }

  private giveUp(parcel: Parcel): void {
    const at = this.waiting.indexOf(parcel);
    if (at >= 0) this.waiting.splice(at, 1);
    for (const lane of this.lanes()) {
      if (lane.pending.delete(parcel) && lane.pending.size === 0) lane.drained?.();
    }
    const hint = 'it may have been delivered all the same: look for its message id before you send it again';
    const message = `${nameOf(parcel)} was not confirmed within ${this.timeoutMs / 1000} s`;
    parcel.done(new PublishError('MQWARDEN_PUBLISH_TIMEOUT', message, { hint }));
  }

  private lanes(): Lane[] {
    return this.lane === undefined ? [...this.old] : [this.lane, ...this.old];
  }

  private isIdle(): boolean {
    return this.waiting.length === 0 && this.lanes().every(({ pending }) => pending.size === 0);
  }

  private tellIdle(): void {
    if (this.isIdle()) this.idle?.();
  }
}

function nameOf({ exchange, routingKey }: Parcel): string {
  const where = exchange === '' ? 'the default exchange' : `exchange "${exchange}"`;
  return `a message to ${where} with routing key "${routingKey}"`;
}

function refused(parcel: Parcel, cause: unknown): PublishError {
  const message = `${nameOf(parcel)} was refused: ${messageOf(cause)}`;
  return new PublishError('MQWARDEN_PUBLISH_REFUSED', message, {
    hint: 'the topology must say that this service publishes it',
    cause,
  });
}

function nacked(parcel: Parcel): PublishError {
  const message = `${nameOf(parcel)} was not taken by the broker`;
  return new PublishError('MQWARDEN_PUBLISH_NACKED', message, {
    hint: 'a queue may be full (overflow: reject-publish); send it again later',
  });
}

function unroutable(parcel: Parcel): PublishError {
  const message = `${nameOf(parcel)} reached no queue, and is mandatory`;
  return new PublishError('MQWARDEN_PUBLISH_UNROUTABLE', message, { hint: 'a binding is missing' });
}
