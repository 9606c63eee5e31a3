import kafkajs, { Kafka, type KafkaConfig } from 'kafkajs';
import { messageOf } from '../../../core/errors.ts';
import { authenticationProvider, Logins } from './login.ts';
import type { KafkajsOptions } from './options.ts';
import { regaining } from './regain.ts';
import { Sockets } from './sockets.ts';

export interface Refreshable {
  /** Looks at the store now, and takes a newer credential or certificate into use; whether there was one. */
  refresh(): Promise<boolean>;
}

/** Options that were checked. */
export function createService(options: KafkajsOptions): Kafka & Refreshable {
  const logins = new Logins(options);
  const { drainMs = 30_000 } = options;
  const follower = new Follower(options, logins, () => sockets);
  const sockets: Sockets = new Sockets({
    tls: options.tls,
    drainMs,
    shownBy: (texts) => logins.shownBy(texts),
    entered: ({ endpoint, correlationId, username = '' }, refusal) => {
      const about = { endpoint, correlationId, username };
      if (refusal === undefined) logins.tell({ type: 'connect', outcome: 'succeeded', ...about });
      else logins.tell({ type: 'connect', outcome: outcomeOf(refusal), ...about, reason: refusal.message });
    },
    versionOf: (username) => logins.versionOf(username),
    stillIs: async (username) => (await logins.now()).username === username,
    opened: () => follower.look(),
    closed: ({ lost, isIn, endpoint, correlationId, username }) => {
      // One that never got in was told as a connect that failed.
      if (!isIn || username === undefined) return;
      const how = lost
        ? ({ type: 'disconnect', outcome: 'failed' } as const)
        : ({ type: 'close', outcome: 'succeeded' } as const);
      logins.tell({ ...how, endpoint, correlationId, username });
    },
  });
  const kafka = new Kafka(configOf(options, logins, sockets, false));
  return Object.assign(regaining(kafka, follower), { refresh: () => follower.refresh() });
}

/** TLS tells by an alert that the certificate is not taken. */
function outcomeOf(error: Error): 'refused' | 'failed' {
  const code = 'code' in error ? String(error.code) : '';
  return /^MQWARDEN_|^ERR_SSL_.*ALERT/.test(code) ? 'refused' : 'failed';
}

function configOf(
  { service, auth, clientId = service, brokers, tls, retry, logLevel, logCreator }: KafkajsOptions,
  logins: Logins,
  sockets: Sockets,
  trial: boolean,
): KafkaConfig {
  return {
    clientId,
    brokers: [...brokers],
    // The sockets are made by us; this says to whoever looks that there is no way around TLS.
    ssl: { minVersion: tls?.minVersion ?? 'TLSv1.2', rejectUnauthorized: true },
    socketFactory: sockets.factory,
    // Its default of a second is short for TLS on a machine that is busy.
    connectionTimeout: 10_000,
    ...(auth === 'certificate'
      ? {}
      : {
          sasl: {
            mechanism: 'scram-sha-512',
            authenticationProvider: authenticationProvider(logins, (at) => sockets.loggingIn(at), trial),
          },
        }),
    ...(retry === undefined ? {} : { retry }),
    ...(logLevel === undefined ? {} : { logLevel }),
    ...(logCreator === undefined ? {} : { logCreator }),
  };
}

/** Follows the store for as long as there is a connection. */
class Follower {
  private readonly options: KafkajsOptions;
  private readonly logins: Logins;
  private readonly socketsOf: () => Sockets;
  private timer: NodeJS.Timeout | undefined;
  private looking: Promise<boolean> | undefined;
  private proved: string | undefined;

  constructor(options: KafkajsOptions, logins: Logins, socketsOf: () => Sockets) {
    this.options = options;
    this.logins = logins;
    this.socketsOf = socketsOf;
  }

  /** The next look, unless one is due; a fleet does not look at once. */
  look(): void {
    if (this.timer !== undefined) return;
    const { refreshMs = 15_000 } = this.options;
    this.timer = setTimeout(() => void this.lookOnce(), refreshMs * (0.8 + 0.4 * Math.random()));
    this.timer.unref();
  }

  get inUse(): string | undefined {
    return this.proved;
  }

  refresh(): Promise<boolean> {
    this.looking ??= this.take().finally(() => (this.looking = undefined));
    return this.looking;
  }

  private async take(): Promise<boolean> {
    const { version, username } = await this.logins.now();
    const before = this.proved;
    if (before !== version) {
      // A store may be ahead of the broker: what works is not left before the newer one does.
      if (before !== undefined || this.socketsOf().count > 0) await this.prove();
      this.proved = version;
    }
    const left = this.socketsOf().leaveOthers(version);
    if (left) this.logins.tell({ type: 'handover', outcome: 'succeeded', username });
    return left;
  }

  private async prove(): Promise<void> {
    const sockets = this.socketsOf();
    const { NOTHING } = kafkajs.logLevel;
    const config = configOf(
      { ...this.options, retry: { retries: 0 }, logLevel: NOTHING },
      this.logins,
      sockets,
      true,
    );
    const admin = new Kafka(config).admin();
    try {
      await admin.connect();
    } finally {
      await admin.disconnect().catch(() => undefined);
    }
  }

  private async lookOnce(): Promise<void> {
    this.timer = undefined;
    if (this.socketsOf().count === 0) return;
    try {
      await this.refresh();
    } catch (error) {
      // The connections are good still: told, and looked at again.
      this.failed(error);
    }
    this.look();
  }

  failed(error: unknown): void {
    this.logins.tell({ type: 'handover', outcome: 'failed', reason: messageOf(error) });
  }
}
