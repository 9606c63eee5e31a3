/** What was sent, confirmed and delivered, by id, and why something came twice. Pure but for the clock that it is given. */
import type { ConnectionEvent } from '../../src/core/connect-events.ts';

export interface Delivery {
  readonly at: number;
  /** Kafka's offset: another one is another copy. RabbitMQ has none. */
  readonly offset?: string;
  /** RabbitMQ says so of what it has given to somebody before. */
  readonly redelivered?: boolean;
}

export interface Message {
  readonly publisher: string;
  readonly sentAt: number;
  readonly confirmedAt: number;
}

/** Told when it was heard of, by the same clock. */
export type Heard = Pick<ConnectionEvent, 'type' | 'outcome' | 'service' | 'reason'> & {
  readonly at: number;
};

export type Why = 'redelivery' | 'retry' | 'unexplained';

export interface Doubled {
  readonly id: string;
  readonly times: number;
  readonly why: Why;
}

/** A connection's end is told when its socket is closed, which may be a moment after its user has gone on. */
const slackMs = 1_000;

export class Count {
  readonly confirmed = new Map<string, Message>();
  readonly delivered = new Map<string, Delivery[]>();
  /** Publishes that were refused for good. */
  readonly refused: unknown[] = [];
  readonly events: Heard[] = [];
  private readonly now: () => number;
  private readonly consumers: ReadonlyMap<string, string>;
  private readonly of = new Map<string, { confirmed: number; delivered: number }>();

  /** `consumers`: who takes what a publisher sends. */
  constructor(consumers: ReadonlyMap<string, string>, now: () => number) {
    this.consumers = consumers;
    this.now = now;
    for (const publisher of consumers.keys()) this.of.set(publisher, { confirmed: 0, delivered: 0 });
  }

  /** Sends one, and counts what becomes of it. */
  async send(publisher: string, id: string, publish: (id: string) => Promise<unknown>): Promise<void> {
    const sentAt = this.now();
    try {
      await publish(id);
      this.confirmed.set(id, { publisher, sentAt, confirmedAt: this.now() });
      this.add(publisher, 'confirmed');
    } catch (error) {
      this.refused.push(error);
    }
  }

  take(publisher: string, id: string, how: Omit<Delivery, 'at'>): void {
    const before = this.delivered.get(id) ?? [];
    this.delivered.set(id, [...before, { at: this.now(), ...how }]);
    this.add(publisher, 'delivered');
  }

  hear({ type, outcome, service, reason }: ConnectionEvent): void {
    this.events.push({ type, outcome, service, at: this.now(), ...(reason === undefined ? {} : { reason }) });
  }

  /** How many the least of the publishers has got confirmed, or its consumer has taken. */
  least(): number {
    return Math.min(...[...this.of.values()].flatMap(({ confirmed, delivered }) => [confirmed, delivered]));
  }

  lost(): string[] {
    return [...this.confirmed.keys()].filter((id) => !this.delivered.has(id));
  }

  doubled(): Doubled[] {
    return [...this.delivered].flatMap(([id, deliveries]) => {
      const message = this.confirmed.get(id);
      if (deliveries.length < 2) return [];
      return { id, times: deliveries.length, why: this.why(message, deliveries) };
    });
  }

  /** Told by the factories as something else than success. */
  failures(): Heard[] {
    return this.events.filter(({ type, outcome }) => type === 'disconnect' || outcome !== 'succeeded');
  }

  /** More copies than one need a publisher that could not know; a copy that came again, a consumer that could not say. */
  private why(message: Message | undefined, deliveries: readonly Delivery[]): Why {
    if (message === undefined) return 'unexplained';
    const { publisher, sentAt, confirmedAt } = message;
    const { copies, again } = copiesOf(deliveries);
    if (copies > 1 && !this.interrupted(publisher, sentAt, confirmedAt)) return 'unexplained';
    const consumer = this.consumers.get(publisher) ?? '';
    if (again.some(([from, to]) => !this.interrupted(consumer, from, to))) return 'unexplained';
    return copies > 1 ? 'retry' : 'redelivery';
  }

  private interrupted(service: string, from: number, to: number): boolean {
    return this.events.some(
      (one) =>
        one.type === 'disconnect' &&
        one.service === service &&
        one.at >= from - slackMs &&
        one.at <= to + slackMs,
    );
  }

  private add(publisher: string, what: 'confirmed' | 'delivered'): void {
    const count = this.of.get(publisher);
    if (count === undefined) throw new Error(`nobody knows the publisher ${publisher}`);
    count[what] += 1;
  }
}

/** How many copies there are, and between which times one was given again. */
function copiesOf(deliveries: readonly Delivery[]): { copies: number; again: [number, number][] } {
  const seen = new Map<string, number>();
  const again: [number, number][] = [];
  let last: number | undefined;
  for (const { at, offset, redelivered } of deliveries) {
    const copy = offset ?? (redelivered === true ? 'given before' : `at ${seen.size}`);
    const before = redelivered === true ? last : seen.get(copy);
    if (before === undefined) seen.set(copy, at);
    else again.push([before, at]);
    last = at;
  }
  return { copies: seen.size, again };
}
