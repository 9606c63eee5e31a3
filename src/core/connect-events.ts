/** What the connection factories tell of themselves. Pure. */

export interface ConnectionEvent {
  /**
   * `handover`: connections with a newer credential take over; `close`: one was left in order, the old one of a handover too;
   * `renew`: Kafka let a session end (`connections.max.reauth.ms`), and it was logged in again.
   */
  readonly type: 'connect' | 'reconnect' | 'renew' | 'disconnect' | 'handover' | 'close';
  /** `stopped`: given up; nothing more is tried. */
  readonly outcome: 'succeeded' | 'refused' | 'failed' | 'stopped';
  readonly broker: string;
  readonly service: string;
  /** `host:port`; on Kafka several, where it is about all connections. */
  readonly endpoint: string;
  /** One for each connection: its end bears the id of its beginning. RabbitMQ lists it among the connection's properties. Never empty. */
  readonly correlationId: string;
  /** ISO 8601. */
  readonly time: string;
  /** Of attempts, from 1. */
  readonly attempt?: number;
  /** The user that was logged in, or refused. */
  readonly username?: string;
  /** Why not, in words: no secret is in them. */
  readonly reason?: string;
}

export type OnEvent = (event: ConnectionEvent) => void;

/** Milliseconds before attempt `attempt` (from 1): doubled each time, half of it by chance, so that a fleet does not come at once. */
export function backoffMs(attempt: number, random: number, firstMs = 200, mostMs = 30_000): number {
  const whole = Math.min(mostMs, firstMs * 2 ** Math.min(attempt - 1, 30));
  return Math.round(whole / 2 + (whole / 2) * random);
}
