import type { clientFiles } from '../client-tls.ts';
import type { Identity } from '../proof.ts';

/** A service's side of a broker, for its factory and its generated types. */

/** Text with gaps that any text fills: `['order.', '']` is all that begins with `order.`. */
export type Shape = readonly string[];

/** What a service does on a broker, by its intent: for the types that are generated for it. */
export interface Use {
  /** The intent's own word: `publishes`, `consumes`. */
  readonly does: string;
  /** The name of the exchange, queue or topic; with a gap for a prefix. */
  readonly name: Shape;
  /** What belongs to it: routing keys, the group. Any text where it is left out. */
  readonly with?: readonly Shape[];
}

/** A place on a broker that a service connects to: most brokers are one; RabbitMQ has a vhost for each. */
export interface ClientPlace {
  /** What its factory is given beside the credentials: endpoints, names. */
  readonly options: Readonly<Record<string, unknown>>;
  readonly uses: readonly Use[];
}

/** A service's side of a broker: where it lives, and what it does there. */
export interface Client extends ClientPlace {
  /** What services call this place by. */
  readonly name: string;
  readonly auth: Identity['by'];
  /** The files that it connects with, as the topology names them, and the name to expect in the broker's certificate. */
  readonly tls: ReturnType<typeof clientFiles>;
  readonly serverName: string | undefined;
  /** The other places where it does something, by the names that services call them by. */
  readonly elsewhere: ReadonlyMap<string, ClientPlace>;
}
