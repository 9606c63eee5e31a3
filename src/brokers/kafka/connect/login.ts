import { createHash, randomUUID } from 'node:crypto';
import { createRequire } from 'node:module';
import kafkajs, { type AuthenticationProviderArgs, type Authenticator } from 'kafkajs';
import type { ConnectionEvent } from '../../../core/connect-events.ts';
import { attemptsOf } from '../../../core/connect-options.ts';
import { messageOf, MqwardenError, SecretError } from '../../../core/errors.ts';
import { readTls, type TlsTexts } from '../../../secrets/pem.ts';
import { Redaction } from '../../../secrets/redact.ts';
import { credentialReader, type ReadCredential, type Reading, readingOf } from '../../../secrets/source.ts';
import type { KafkajsOptions } from './options.ts';

/** A login was refused as often as it may be: nothing more is sent until the store holds another credential, or for a while. */
export class LoginRefused extends MqwardenError {
  /** For kafkajs. */
  readonly retriable = false;
}

type Told = Pick<ConnectionEvent, 'type' | 'outcome'> & Partial<ConnectionEvent>;

/** Of one credential, in a row. */
interface Refusals {
  readonly version: string;
  readonly count: number;
  readonly stopped: { readonly error: LoginRefused; readonly untilMs: number } | undefined;
}

/** What was read last is used where the store is down: the broker decides whether it is still good. */
export class Logins {
  private readonly options: KafkajsOptions;
  private readonly redaction = new Redaction();
  private readonly store: ReadCredential;
  private readonly versions = new Map<string, string>();
  private last: Reading | undefined;
  private refusals: Refusals | undefined;

  constructor(options: KafkajsOptions) {
    this.options = options;
    this.store = credentialReader('kafka', options, (secret) => this.redaction.add(secret));
  }

  versionOf(username: string): string | undefined {
    return this.versions.get(username);
  }

  /** For a login. */
  async read(): Promise<Reading> {
    const fresh = this.refusals !== undefined;
    try {
      this.last = await this.store({ fresh });
    } catch (error) {
      if (this.last === undefined || !(error instanceof SecretError)) throw error;
    }
    this.versions.set(this.last.username, this.versioned(this.last));
    return this.last;
  }

  /** Of what the store and the files hold now. */
  async now(): Promise<{ readonly username: string; readonly version: string }> {
    const reading = await this.store({ fresh: false });
    return { username: reading.username, version: this.versioned(reading) };
  }

  /** Who a connection is that shows this certificate; undefined where it logs in after that. */
  shownBy(texts: TlsTexts): { readonly username: string; readonly version: string } | undefined {
    if (this.options.auth !== 'certificate') return undefined;
    const reading = readingOf(texts.cert ?? '');
    return { username: reading.username, version: versionOf(reading, texts) };
  }

  /**
   * Throws where this credential was refused too often. For a while only: a store is ahead of its broker for a moment where a
   * password is changed in place.
   */
  requireHope({ version }: Reading): void {
    const stopped = this.refusals?.version === version ? this.refusals.stopped : undefined;
    if (stopped !== undefined && performance.now() < stopped.untilMs) throw stopped.error;
  }

  accepted(): void {
    this.refusals = undefined;
  }

  /** Whether it is worth another try. */
  refused(reading: Reading, endpoint: string): LoginRefused | undefined {
    const { version, username } = reading;
    const count = (this.refusals?.version === version ? this.refusals.count : 0) + 1;
    this.refusals = { version, count, stopped: undefined };
    if (count < attemptsOf(this.options)) return undefined;
    const hint = 'the stored credential is not the one of the broker';
    const message = `${endpoint} refused user "${username}"`;
    const error = new LoginRefused('MQWARDEN_ACCESS_REFUSED', message, { endpoint, hint });
    const { refreshMs = 15_000 } = this.options;
    this.refusals = { version, count, stopped: { error, untilMs: performance.now() + refreshMs } };
    return error;
  }

  redact(text: string): string {
    return this.redaction.redact(text);
  }

  tell(told: Told): void {
    const { service, brokers, onEvent } = this.options;
    const reason = told.reason === undefined ? {} : { reason: this.redact(told.reason) };
    // What is told of all connections has an id of its own.
    const base = { broker: 'kafka', service, endpoint: brokers.join(','), correlationId: randomUUID() };
    try {
      onEvent?.({ ...base, time: new Date().toISOString(), ...told, ...reason });
    } catch {
      // A listener of the service's must not end its connection.
    }
  }

  private versioned(reading: Reading): string {
    return versionOf(reading, readTls(this.options.tls));
  }
}

function versionOf({ version }: Reading, { ca = '', cert = '' }: TlsTexts): string {
  return createHash('sha256')
    .update(JSON.stringify([version, ca, cert]))
    .digest('base64url');
}

type Provider = (args: AuthenticationProviderArgs) => Authenticator;

/** The connection at an endpoint that is being logged in. */
type ConnectionAt = (endpoint: string) => Connecting | undefined;

interface Connecting {
  readonly correlationId: string;
  isIn: boolean;
  /** It is closed when nothing is under way on it any more. */
  readonly leaving: boolean;
  abandon(): void;
}

/** kafkajs' own SCRAM, given the credential when a connection is opened. `trial`: a refusal is no reason to stop. */
export function authenticationProvider(logins: Logins, connectionAt: ConnectionAt, trial: boolean): Provider {
  return (args) => ({
    authenticate: async () => {
      const endpoint = `${args.host}:${args.port}`;
      const connection = connectionAt(endpoint);
      const type = connection?.isIn === true ? 'renew' : 'connect';
      const correlationId = connection?.correlationId ?? randomUUID();
      const tell = (told: Omit<Told, 'type'>) => {
        // One that is left in order instead of renewed is no failure: its close is told.
        const left = told.outcome === 'failed' && connection?.leaving === true;
        if (!trial && !left) logins.tell({ type, endpoint, correlationId, ...told });
      };
      try {
        await logIn(args, logins, tell, trial);
      } catch (error) {
        connection?.abandon();
        throw error;
      }
      if (connection !== undefined && !trial) connection.isIn = true;
    },
  });
}

async function logIn(
  args: AuthenticationProviderArgs,
  logins: Logins,
  tell: (told: Omit<Told, 'type'>) => void,
  trial: boolean,
): Promise<void> {
  const endpoint = `${args.host}:${args.port}`;
  const reading = await hopeful(logins, tell, trial);
  const { username, password = '' } = reading;
  let refusal: unknown;
  const watching: AuthenticationProviderArgs = {
    ...args,
    saslAuthenticate: async (request) => {
      try {
        return await args.saslAuthenticate(request);
      } catch (error) {
        if (isRefusal(error)) refusal = error;
        throw error;
      }
    },
  };
  try {
    await loadScram()({ username, password })(watching).authenticate();
  } catch (error) {
    const stop = refusal === undefined || trial ? undefined : logins.refused(reading, endpoint);
    const outcome = stop !== undefined ? 'stopped' : refusal === undefined ? 'failed' : 'refused';
    tell({ outcome, username, reason: messageOf(refusal ?? error) });
    // As if the connection had failed: kafkajs comes again, on a new one, with what the store holds then.
    throw stop ?? new kafkajs.KafkaJSConnectionError(logins.redact(messageOf(error)), { broker: endpoint });
  }
  logins.accepted();
  tell({ outcome: 'succeeded', username });
}

/** A credential that was not refused too often yet. */
async function hopeful(
  logins: Logins,
  tell: (told: Omit<Told, 'type'>) => void,
  trial: boolean,
): Promise<Reading> {
  try {
    const reading = await logins.read();
    if (!trial) logins.requireHope(reading);
    return reading;
  } catch (error) {
    tell({ outcome: error instanceof LoginRefused ? 'stopped' : 'failed', reason: messageOf(error) });
    throw error;
  }
}

function isRefusal(error: unknown): boolean {
  return error instanceof Error && 'type' in error && error.type === 'SASL_AUTHENTICATION_FAILED';
}

type ScramProvider = (sasl: { readonly username: string; readonly password: string }) => Provider;

/** kafkajs takes credentials as values only; its own SCRAM, given them at connect time, is the way to fetch them late. */
function loadScram(): ScramProvider {
  return createRequire(import.meta.url)('kafkajs/src/broker/saslAuthenticator/scram512') as ScramProvider;
}
