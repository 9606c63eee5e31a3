import { EventEmitter } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Channel, ChannelModel, ConfirmChannel } from 'amqplib';
import { isRenewable } from '../../../core/connect-options.ts';
import { messageOf, MqwardenError } from '../../../core/errors.ts';
import { Consumer, type ConsumerOptions, type Handler } from './consumer.ts';
import { Entrance, hangUp, type Link, parting, type Settings } from './login.ts';
import { Publisher, type PublisherOptions } from './publisher.ts';

type ChannelOptions = Parameters<ChannelModel['createChannel']>[0];

/**
 * amqplib's connection, which is replaced under the service: after it broke, and when the store holds a newer credential. Emits
 * `connect` with each new connection of amqplib's, `disconnect` when one broke, `handover` when a newer one has taken over, and
 * at the end `close`, after an `error` if it was given up.
 */
export class RabbitConnection extends EventEmitter implements ChannelModel {
  // Out of sight of whoever prints the connection: they hold the password, and the key.
  readonly #settings: Settings;
  readonly #entrance: Entrance;
  private readonly publishers = new Set<Publisher>();
  private readonly consumers = new Set<Consumer>();
  private readonly closing = new AbortController();
  private link: Link | undefined;
  private lastModel: ChannelModel['connection'] | undefined;
  private ended: Error | undefined;
  private waiting: { resolve: (link: Link) => void; reject: (error: Error) => void }[] = [];
  private turn: Promise<unknown> = Promise.resolve();
  private timer: NodeJS.Timeout | undefined;

  constructor(settings: Settings) {
    super();
    this.#settings = settings;
    this.#entrance = new Entrance(settings);
  }

  /** Once, before anything else. */
  async open(): Promise<void> {
    this.adopt(await this.#entrance.enter('connect', this.closing.signal));
    this.look();
  }

  /** Whether a connection is open now: for a health check. */
  get connected(): boolean {
    return this.link !== undefined;
  }

  get connection(): ChannelModel['connection'] {
    if (this.lastModel === undefined) throw new Error('not connected yet');
    return this.lastModel;
  }

  /** One of amqplib's, on the connection of now. It ends with that: with the next one, open another. */
  async createChannel(options?: ChannelOptions): Promise<Channel> {
    return (await this.linked()).channels.create(options);
  }

  async createConfirmChannel(options?: ChannelOptions): Promise<ConfirmChannel> {
    return (await this.linked()).channels.createConfirming(options);
  }

  async updateSecret(secret: Buffer, reason: string): Promise<void> {
    await (await this.linked()).model.updateSecret(secret, reason);
  }

  /** Publishes with confirms, over whichever connection there is. */
  publisher(options?: PublisherOptions): Publisher {
    const home = { ...this.home(), forget: (one: Publisher) => void this.publishers.delete(one) };
    const publisher = new Publisher(home, options);
    if (this.ended !== undefined) publisher.end(this.ended);
    this.publishers.add(publisher);
    if (this.link !== undefined) publisher.attach(this.link);
    return publisher;
  }

  /** Consumes, over whichever connection there is. Rejects where the first try is refused. */
  async consumer(queue: string, handler: Handler, options?: ConsumerOptions): Promise<Consumer> {
    const home = { ...this.home(), forget: (one: Consumer) => void this.consumers.delete(one) };
    const consumer = new Consumer(home, queue, handler, options);
    const link = await this.linked();
    this.consumers.add(consumer);
    try {
      await consumer.start(link);
    } catch (error) {
      this.consumers.delete(consumer);
      throw error;
    }
    return consumer;
  }

  /** Looks at the store now, and takes a newer credential or certificate into use; whether there was one. */
  refresh(): Promise<boolean> {
    return this.inTurn(async () => {
      const old = this.link;
      if (old === undefined || this.ended !== undefined) return false;
      if ((await this.#entrance.version()) === old.version) return false;
      const next = await this.enter('handover');
      if (next === undefined) return false;
      this.adopt(next);
      // Not waited for: what is under way on the old one may take its time, while a store may change again.
      this.leaving = Promise.all([this.leaving, this.leave(old, next)]);
      this.announce('connect', next.model);
      return true;
    });
  }

  /** Waits for confirms and acknowledgements, at most `drainMs`, then ends. */
  async close(): Promise<void> {
    if (this.ended !== undefined) return;
    this.ended = new MqwardenError('MQWARDEN_CLOSED', 'the connection is closed');
    // No other connection takes over from here on.
    this.closing.abort(this.ended);
    clearTimeout(this.timer);
    const { link } = this;
    const all = [
      ...[...this.consumers].map((one) => one.close()),
      ...[...this.publishers].map((one) => one.close()),
    ];
    // Without a connection nothing can be confirmed.
    if (link !== undefined) await this.within(Promise.all([...all, link.channels.drain(), this.leaving]));
    this.finish(this.ended);
    if (link !== undefined) await hangUp(link);
    // What was about to take over hangs up, too.
    await parting(this.turn);
    const of = link === undefined ? {} : { correlationId: link.correlationId, username: link.username };
    this.#entrance.tell({ type: 'close', outcome: 'succeeded', ...of });
    this.announce('close');
  }

  private leaving: Promise<unknown> = Promise.resolve();

  private home() {
    return {
      refresh: () => this.refresh(),
      current: () => (this.ended === undefined ? this.link : undefined),
    };
  }

  private linked(): Promise<Link> {
    if (this.ended !== undefined) return Promise.reject(this.ended);
    if (this.link !== undefined) return Promise.resolve(this.link);
    return new Promise((resolve, reject) => this.waiting.push({ resolve, reject }));
  }

  private adopt(link: Link): void {
    const { model } = link;
    this.link = link;
    this.lastModel = model.connection;
    // An error is followed by the close, which says what it was.
    let first: unknown;
    model.on('error', (error: unknown) => (first ??= error));
    model.on('close', (error: unknown) => this.lost(link, first ?? error));
    for (const event of ['blocked', 'unblocked']) {
      model.on(event, (...args: unknown[]) => this.announce(event, ...args));
    }
    for (const publisher of this.publishers) publisher.attach(link);
    for (const { resolve } of this.waiting.splice(0)) resolve(link);
  }

  private lost(link: Link, cause: unknown): void {
    if (this.link !== link) return;
    this.link = undefined;
    if (this.ended !== undefined) {
      // Nothing can be confirmed any more while it closes.
      for (const publisher of this.publishers) publisher.end(this.ended);
      return;
    }
    const reason = cause === undefined ? 'closed by the other side' : messageOf(cause);
    const { correlationId, username } = link;
    this.#entrance.tell({ type: 'disconnect', outcome: 'failed', correlationId, username, reason });
    void this.inTurn(() => this.reconnect());
    this.announce('disconnect', cause);
  }

  private async reconnect(): Promise<void> {
    if (this.link !== undefined || this.ended !== undefined) return;
    try {
      const link = await this.enter('reconnect');
      if (link === undefined) return;
      this.adopt(link);
      for (const consumer of this.consumers) consumer.attach(link);
      this.announce('connect', link.model);
    } catch (error) {
      const end = error instanceof Error ? error : new Error(messageOf(error));
      this.finish(end);
      // Without a listener this ends the process, as it should: nothing would come or go any more.
      if (this.listenerCount('error') === 0) this.emit('error', end);
      this.announce('error', end);
      this.announce('close', end);
    }
  }

  /** Undefined where it was closed meanwhile. */
  private async enter(kind: 'handover' | 'reconnect'): Promise<Link | undefined> {
    const { signal } = this.closing;
    try {
      const link = await this.#entrance.enter(kind, signal);
      if (!signal.aborted) return link;
      // By whoever was told that it is in.
      await hangUp(link);
    } catch (error) {
      if (!signal.aborted) throw error;
    }
    return undefined;
  }

  /** When all is done: a listener may close, and one that throws must not end the connection. */
  private announce(event: string, ...args: unknown[]): void {
    try {
      this.emit(event, ...args);
    } catch (error) {
      const what = this.#entrance.redact(messageOf(error));
      process.emitWarning(`a listener to "${event}" of the connection threw: ${what}`, {
        code: 'MQWARDEN_LISTENER',
      });
    }
  }

  /** Settles what is under way on the old connection, and closes it. */
  private async leave(old: Link, next: Link): Promise<void> {
    const settled = await this.within(
      Promise.all([
        ...[...this.consumers].map((one) => one.move(next)),
        ...[...this.publishers].map((one) => one.leave(old)),
        old.channels.drain(),
      ]),
    );
    await hangUp(old);
    for (const consumer of this.consumers) consumer.attach(next);
    const { correlationId, username } = old;
    const late = settled ? {} : { reason: 'it was closed before all was confirmed and acknowledged' };
    this.#entrance.tell({
      ...{ type: 'close', outcome: settled ? 'succeeded' : 'failed', correlationId, username },
      ...late,
    });
    this.announce('handover', next.model);
  }

  private finish(error: Error): void {
    this.ended = error;
    this.closing.abort(error);
    clearTimeout(this.timer);
    for (const publisher of this.publishers) publisher.end(error);
    for (const { reject } of this.waiting.splice(0)) reject(error);
    this.link = undefined;
  }

  /** One after the other: a look at the store, a reconnect. */
  private inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.turn.then(work, work);
    this.turn = done.catch(() => undefined);
    return done;
  }

  /** The next look at the store; a fleet does not look at once. */
  private look(): void {
    const { secrets, tls, refreshMs = 15_000 } = this.#settings;
    // What was given as it is cannot change.
    if ((secrets === undefined && !isRenewable(tls)) || this.ended !== undefined) return;
    this.timer = setTimeout(() => void this.lookOnce(), refreshMs * (0.8 + 0.4 * Math.random()));
    this.timer.unref();
  }

  private async lookOnce(): Promise<void> {
    try {
      await this.refresh();
    } catch (error) {
      // The connection is good still: told, and looked at again.
      const told = { type: 'handover', outcome: 'failed', reason: messageOf(error) } as const;
      if (this.ended === undefined) this.#entrance.tell(told);
    }
    this.look();
  }

  private async within(work: Promise<unknown>): Promise<boolean> {
    const { drainMs = 30_000 } = this.#settings;
    const timeout = new AbortController();
    try {
      const late = sleep(drainMs, false, { signal: timeout.signal });
      return await Promise.race([work.then(() => true), late]);
    } finally {
      timeout.abort();
    }
  }
}
