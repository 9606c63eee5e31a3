import { createHash, randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ChannelModel } from 'amqplib';
import { backoffMs, type ConnectionEvent } from '../../../core/connect-events.ts';
import { attemptsOf } from '../../../core/connect-options.ts';
import { PolicyError } from '../../../core/connect-policy.ts';
import { bareCause, messageOf, MqwardenError, SecretError } from '../../../core/errors.ts';
import { readTls, type TlsTexts } from '../../../secrets/pem.ts';
import { Redaction } from '../../../secrets/redact.ts';
import { credentialReader, type ReadCredential, type Reading } from '../../../secrets/source.ts';
import { dial, turnedAway } from '../amqps.ts';
import { Channels } from './channels.ts';
import { type checkedConnect, refuseGuest } from './options.ts';

/** Getting in: what is read before each attempt, how often it is tried, and what is told of it. */

export type Settings = ReturnType<typeof checkedConnect>;

/** One connection of amqplib's, and what it was opened with. */
export interface Link {
  readonly model: ChannelModel;
  readonly channels: Channels;
  /** Of the credential and the certificate. */
  readonly version: string;
  readonly username: string;
  readonly correlationId: string;
}

/** Milliseconds until a connection that is not open yet is given up. */
const timeoutMs = 10_000;
/** Half of a minute is long for who waits, and two of these pass before a silent peer is given up. */
const heartbeatSeconds = 20;

export type Kind = 'connect' | 'reconnect' | 'handover';

type Told = Pick<ConnectionEvent, 'type' | 'outcome'> & Partial<ConnectionEvent>;

export class Entrance {
  private readonly settings: Settings;
  private readonly redaction = new Redaction();
  private readonly read: ReadCredential;
  private last: Reading | undefined;

  constructor(settings: Settings) {
    this.settings = settings;
    this.read = credentialReader('rabbitmq', settings, (secret) => this.redaction.add(secret));
  }

  /** Of what the store and the files hold now. */
  async version(): Promise<string> {
    return versionOf(await this.read({ fresh: false }), readTls(this.settings.tls));
  }

  /**
   * Until it is in. What fails on the way to the first connection, or to a newer one while the old one is good, is thrown at
   * once: somebody waits, or can wait. A refused login is tried again, since a store may be ahead of the broker for a moment.
   */
  async enter(kind: Kind, signal: AbortSignal): Promise<Link> {
    let refusals = 0;
    for (let attempt = 1; ; attempt += 1) {
      const correlationId = randomUUID();
      let reading: Reading | undefined;
      try {
        reading = await this.reading(kind, refusals > 0);
        signal.throwIfAborted();
        const link = await this.logIn(reading, correlationId);
        if (signal.aborted) await hangUp(link);
        signal.throwIfAborted();
        this.tell({ type: kind, outcome: 'succeeded', correlationId, attempt, username: reading.username });
        return link;
      } catch (error) {
        signal.throwIfAborted();
        const refused = error instanceof MqwardenError && error.code === 'MQWARDEN_ACCESS_REFUSED';
        refusals = refused ? refusals + 1 : 0;
        const loginAttempts = attemptsOf(this.settings);
        const end =
          error instanceof PolicyError || (refused ? refusals >= loginAttempts : kind !== 'reconnect');
        this.failed(kind, error, { correlationId, attempt, refused, end, reading });
        if (end) throw error;
        // Once: the store may have been written to since.
        if (refused && refusals === 1 && (await this.changed(reading))) continue;
        await sleep(backoffMs(attempt, Math.random()), undefined, { signal });
      }
    }
  }

  tell(told: Told): void {
    const { service, endpoint, onEvent } = this.settings;
    const reason = told.reason === undefined ? {} : { reason: this.redaction.redact(told.reason) };
    // What is told of no connection has an id of its own.
    const base = { broker: 'rabbitmq', service, endpoint: endpoint.host, correlationId: randomUUID() };
    try {
      onEvent?.({ ...base, time: new Date().toISOString(), ...told, ...reason });
    } catch {
      // A listener of the service's must not end its connection.
    }
  }

  redact(text: string): string {
    return this.redaction.redact(text);
  }

  private failed(
    type: Kind,
    error: unknown,
    about: {
      correlationId: string;
      attempt: number;
      refused: boolean;
      end: boolean;
      reading: Reading | undefined;
    },
  ): void {
    const { correlationId, attempt, refused, end, reading } = about;
    // Where the old connection is good, nothing is stopped: the next look at the store tries again.
    const outcome = end && type !== 'handover' ? 'stopped' : refused ? 'refused' : 'failed';
    const username = reading === undefined ? {} : { username: reading.username };
    this.tell({ type, outcome, correlationId, attempt, ...username, reason: messageOf(error) });
  }

  /** A store that is down does not keep a service from a broker that is up: the last credential may still be good. */
  private async reading(kind: Kind, fresh: boolean): Promise<Reading> {
    try {
      this.last = await this.read({ fresh });
    } catch (error) {
      if (kind !== 'reconnect' || this.last === undefined || !(error instanceof SecretError)) throw error;
    }
    return this.last;
  }

  private async changed(reading: Reading | undefined): Promise<boolean> {
    try {
      return (await this.read({ fresh: true })).version !== reading?.version;
    } catch {
      return false;
    }
  }

  private async logIn(reading: Reading, correlationId: string): Promise<Link> {
    const { service, endpoint: url, vhost } = this.settings;
    const { username, password } = reading;
    refuseGuest(username);
    const tls = readTls(this.settings.tls);
    const call = { url, vhost, username, password, tls, timeoutMs, heartbeatSeconds, name: service };
    try {
      const model = await dial({ ...call, properties: { service, correlation_id: correlationId } });
      const version = versionOf(reading, tls);
      return { model, channels: new Channels(model), version, username, correlationId };
    } catch (error) {
      // The broker's words, and what it may have been sent.
      const cause = bareCause(error, (text) => this.redaction.redact(text));
      throw failure(url.host, vhost, username, cause);
    }
  }
}

function versionOf({ version }: Reading, { ca = '', cert = '' }: TlsTexts): string {
  return createHash('sha256')
    .update(JSON.stringify([version, ca, cert]))
    .digest('base64url');
}

const partingMs = 2_000;

/** A peer that does not answer must not keep us. */
export async function hangUp({ model }: Link): Promise<void> {
  model.on('error', () => undefined);
  await parting(model.close().catch(() => undefined));
}

export async function parting(work: Promise<unknown>): Promise<void> {
  await Promise.race([work, sleep(partingMs, undefined, { ref: false })]);
}

function failure(endpoint: string, vhost: string, username: string, cause: Error): MqwardenError {
  // Of a host with several addresses, Node.js has all failures in one error, without words of its own.
  const message = cause.message !== '' ? cause.message : 'code' in cause ? String(cause.code) : cause.name;
  const details = { endpoint, cause };
  const why = turnedAway(cause);
  if (why === 'login') {
    return new MqwardenError('MQWARDEN_ACCESS_REFUSED', `${endpoint} refused user "${username}"`, {
      ...details,
      hint: 'the stored credential is not the one of the broker',
    });
  }
  if (why === 'vhost') {
    const told = `user "${username}" was not let into vhost "${vhost}"`;
    return new MqwardenError('MQWARDEN_VHOST_REFUSED', told, {
      ...details,
      hint: 'the vhost does not exist, or the user has no permission in it',
    });
  }
  return new MqwardenError('MQWARDEN_CONNECTION', `cannot connect to ${endpoint}: ${message}`, {
    ...details,
    hint: 'check the address, tls.ca, and whether the broker demands a client certificate',
  });
}
