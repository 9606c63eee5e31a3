import { type CertificateFault, certificateFault, certificateFaults } from '../../core/certificate-fault.ts';
import { BrokerError, ConnectionError, LoginRefused, type Position } from '../../core/errors.ts';

/**
 * The true causes of errors. The client nests them 3 to 6 deep (`errors`, `cause`) and calls several things by wrong
 * names; none of its error objects is passed on, since they carry requests and responses of the login.
 */

/** Every error of the chain, outermost first. */
function chainOf(error: unknown): Error[] {
  if (!(error instanceof Error)) return [];
  const inner: unknown[] = error instanceof AggregateError ? (error.errors as unknown[]) : [];
  return [error, ...[...inner, error.cause].flatMap(chainOf)];
}

function textProperty(error: Error, key: string): string | undefined {
  const value = (error as unknown as Record<string, unknown>)[key];
  return typeof value === 'string' ? value : undefined;
}

interface Cause {
  readonly message: string;
  readonly hint: string;
  /** Trying another broker would give the same answer, and may lock the account. */
  readonly final?: boolean;
  /** It is the user name and password, or the certificate, that is not taken. */
  readonly refused?: boolean;
  readonly position?: Position | undefined;
}

/** Who tried to log in, as a sentence has it, and what to do where that is refused. */
export interface Who {
  readonly name: string;
  readonly hint: string;
  /** Where the topology names it. */
  readonly position?: Position;
}

export interface Attempt {
  readonly endpoint: string;
  readonly who: Who;
  readonly timeoutMs: number;
  /** The mechanisms that the broker offered, where it came so far. */
  readonly mechanisms: readonly string[];
}

export interface Failure extends Cause {
  readonly endpoint: string;
}

/** Why a connection could not be made, in words for a person. */
export function failureOf(error: unknown, attempt: Attempt): Failure {
  const chain = chainOf(error);
  const saslCause = saslCauseOf(chain, attempt);
  if (saslCause !== undefined) return { ...saslCause, endpoint: attempt.endpoint };
  const codes = chain.flatMap((one) => [textProperty(one, 'code') ?? '', textProperty(one, 'message') ?? '']);
  const certificateCause = certificateCauseOf(codes);
  if (certificateCause !== undefined) return { ...certificateCause, endpoint: attempt.endpoint };
  const known = causes.find(({ match }) => codes.some((code) => match.test(code)));
  if (known !== undefined) return { ...known.cause(attempt), endpoint: attempt.endpoint };
  const root = chain.at(-1);
  return {
    endpoint: attempt.endpoint,
    message: `the connection failed: ${root?.message ?? 'no reason given'}`,
    hint: 'check that it is a SASL_SSL listener of a Kafka broker',
  };
}

function saslCauseOf(chain: readonly Error[], { who, mechanisms }: Attempt): Cause | undefined {
  const ids = chain.map((one) => textProperty(one, 'apiId'));
  if (ids.includes('SASL_AUTHENTICATION_FAILED')) {
    return {
      message: `refuses ${who.name}: wrong user name or password for SCRAM-SHA-512`,
      hint: who.hint,
      final: true,
      refused: true,
      position: who.position,
    };
  }
  if (ids.includes('UNSUPPORTED_SASL_MECHANISM')) {
    const offered = mechanisms.length === 0 ? '' : `; it offers ${mechanisms.join(', ')}`;
    return {
      message: `does not offer SCRAM-SHA-512${offered}`,
      hint: 'enable it: sasl.enabled.mechanisms=SCRAM-SHA-512, or name the listener that has it',
      final: true,
    };
  }
  if (ids.includes('ILLEGAL_SASL_STATE')) {
    return {
      message: 'is a listener without SASL',
      hint: 'name a SASL_SSL listener: mqwarden logs in by SCRAM-SHA-512',
      final: true,
    };
  }
  return undefined;
}

/** What to do about a certificate that is not taken. */
const certificateHints: Readonly<Record<CertificateFault, string>> = {
  untrusted: 'set tls.ca to the PEM file of the CA that signed it',
  expired: 'renew its certificate, or check the clock',
  early: 'check the clocks of both machines',
  misnamed: 'use a name that the certificate holds, or set tls.serverName to one',
  misused: 'give the broker one with the extended key usage serverAuth',
};

function certificateCauseOf(codes: readonly string[]): Cause | undefined {
  const [fault] = codes.map(certificateFault).filter((one) => one !== undefined);
  if (fault === undefined) return undefined;
  return { message: `has a certificate that ${certificateFaults[fault]}`, hint: certificateHints[fault] };
}

interface KnownCause {
  readonly match: RegExp;
  cause(attempt: Attempt): Cause;
}

const always = (message: string, hint: string) => () => ({ message, hint });

const causes: readonly KnownCause[] = [
  {
    match: /^ECONNREFUSED$/,
    cause: always(
      'refuses the connection: nothing listens there',
      'check the port, and that the broker runs',
    ),
  },
  {
    match: /^(?:ENOTFOUND|EAI_AGAIN|EAI_NONAME)$/,
    cause: always(
      'cannot be found: its host name does not resolve',
      'check its spelling, and the DNS of this machine',
    ),
  },
  {
    match: /^(?:EHOSTUNREACH|ENETUNREACH|EADDRNOTAVAIL)$/,
    cause: always('cannot be reached from this network', 'check the route and the firewall'),
  },
  {
    match: /ALERT_(?:CERTIFICATE_REQUIRED|BAD_CERTIFICATE|UNKNOWN_CA|CERTIFICATE_UNKNOWN|HANDSHAKE_FAILURE)/,
    cause: always(
      'refuses the TLS handshake: it wants a client certificate that it trusts',
      'set tls.cert and tls.key to a certificate that its truststore accepts',
    ),
  },
  {
    match: /ALERT_PROTOCOL_VERSION|UNSUPPORTED_PROTOCOL|NO_SHARED_CIPHER/,
    cause: always('speaks no TLS from version 1.2 on', 'let it: ssl.enabled.protocols=TLSv1.3,TLSv1.2'),
  },
  {
    match:
      /secure TLS connection was established|WRONG_VERSION_NUMBER|wrong version number|_UNEXPECTED_MESSAGE$|_PACKET_LENGTH_TOO_LONG$|^EPROTO$/,
    cause: always(
      'ends the TLS handshake: most likely a plaintext listener',
      'name a SASL_SSL listener; mqwarden never talks to a broker in plaintext',
    ),
  },
  {
    match: /timed? out|^ETIMEDOUT$/i,
    cause: ({ timeoutMs }) => ({
      message: `does not answer within ${Math.round(timeoutMs / 100) / 10} s`,
      hint: 'check the address, the firewall, and that the broker is not overloaded',
    }),
  },
  {
    match: /Connection closed|^ECONNRESET$|^EPIPE$|PLT_KFK_UNEXPECTED_CORRELATION_ID/,
    cause: always(
      'closed the connection during the login',
      'look at its log; the listener may want a client certificate (tls.cert, tls.key), or not be SASL_SSL',
    ),
  },
];

/** One error for all the brokers that were tried, of the `total` that are named. */
export function connectionError(failures: readonly Failure[], total: number): ConnectionError {
  const [first] = failures;
  const decisive = failures.find(({ final }) => final === true) ?? first;
  if (decisive === undefined) return new ConnectionError('no Kafka broker is named', {});
  const { endpoint, hint, position } = decisive;
  const details = { endpoint, hint, position };
  if (total === 1 || decisive.final === true) {
    const message = `Kafka at ${endpoint} ${decisive.message}`;
    return decisive.refused === true
      ? new LoginRefused(message, details)
      : new ConnectionError(message, details);
  }
  const each = failures.map(({ endpoint, message }) => `${endpoint} ${message}`).join('; ');
  const tried = failures.length === total ? `${total}` : `first ${failures.length} of ${total}`;
  return new ConnectionError(`none of the ${tried} Kafka brokers can be used: ${each}`, details);
}

/** A request that got no usable answer: the connection broke, the broker was too slow, or it spoke something unknown. */
export function requestError(error: unknown, request: string, endpoint: string, timeoutMs: number) {
  const chain = chainOf(error);
  const texts = chain.map(({ message }) => message);
  const slow = texts.some((text) => /timed? out/i.test(text));
  const lost = texts.some((text) => /Connection (?:closed|error)|Client is closed/.test(text));
  if (slow || lost) {
    const what = slow
      ? `did not answer ${request} within ${timeoutMs / 1000} s`
      : `closed the connection on ${request}`;
    const hint = 'run plan again: it shows what is done and what is left';
    return new ConnectionError(`Kafka at ${endpoint} ${what}`, { endpoint, hint });
  }
  const root = chain.at(-1)?.message ?? 'no reason given';
  const hint = 'check that the broker is Kafka 3.7 or newer, and report this';
  return new BrokerError(`the answer of Kafka at ${endpoint} to ${request} cannot be used: ${root}`, {
    endpoint,
    hint,
  });
}
