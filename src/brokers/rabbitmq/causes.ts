import { type CertificateFault, certificateFault, certificateFaults } from '../../core/certificate-fault.ts';
import { ConnectionError } from '../../core/errors.ts';

/** Why a request got no answer, in one sentence, with what to do next. Pure. */

interface Cause {
  readonly why: string;
  readonly hint: string;
  /** The hint for the AMQPS listener, where it is another. */
  readonly amqps?: string;
}

/** What to do about a certificate that is not taken. */
const certificateHints: Readonly<Record<CertificateFault, string>> = {
  untrusted: "name the authority's certificate with `tls: { ca: … }`",
  expired: 'renew the certificate of the broker',
  early: 'check the clocks of both machines',
  misnamed: 'use a name that the certificate carries, or set `tls: { serverName: … }` to one',
  misused: 'give the broker one with the extended key usage serverAuth',
};
const noAnswer: Cause = {
  why: 'no answer in time',
  hint: 'check the address, firewalls on the way, and whether the broker is up',
};
const notTls: Cause = {
  why: 'what answers there does not speak TLS',
  hint: "the port of the management API's TLS listener is needed (management.ssl.port, usually 15671)",
  amqps: 'the port of the AMQPS listener is needed (listeners.ssl, usually 5671)',
};
const oldTls: Cause = {
  why: 'it speaks no TLS from version 1.2 on',
  hint: 'let it: management.ssl.versions.1 = tlsv1.3 and management.ssl.versions.2 = tlsv1.2',
  amqps: 'let it: ssl_options.versions.1 = tlsv1.3 and ssl_options.versions.2 = tlsv1.2',
};
const notHttp: Cause = {
  why: 'what answers there does not speak HTTP',
  hint: 'the port of the management API is needed (management.ssl.port, usually 15671), not the one for AMQP',
};
const noName: Cause = {
  why: 'the host name cannot be resolved',
  hint: 'check the spelling of managementUrl, and DNS on this machine',
  amqps: 'check the spelling of amqpsUrl, and DNS on this machine',
};
const reset: Cause = {
  why: 'the connection was closed before an answer came',
  hint: 'see the log of the broker: it may demand a client certificate (`tls: { cert, key }`)',
};

const causes: Readonly<Record<string, Cause>> = {
  ERR_SSL_WRONG_VERSION_NUMBER: notTls,
  ERR_SSL_PACKET_LENGTH_TOO_LONG: notTls,
  ERR_SSL_UNEXPECTED_MESSAGE: notTls,
  EPROTO: notTls,
  HPE_INVALID_CONSTANT: notHttp,
  ECONNREFUSED: {
    why: 'the connection was refused: nothing listens there',
    hint: 'check the port, and whether the broker is up',
  },
  ENOTFOUND: noName,
  EAI_AGAIN: noName,
  EHOSTUNREACH: {
    why: 'there is no route to the host',
    hint: 'check the network between here and the broker',
  },
  ENETUNREACH: {
    why: 'there is no route to the host',
    hint: 'check the network between here and the broker',
  },
  ETIMEDOUT: noAnswer,
  ECONNABORTED: noAnswer,
  ERR_CANCELED: noAnswer,
  ECONNRESET: reset,
  EPIPE: reset,
};

const clientCertificate: Cause = {
  why: 'it demands a client certificate that it trusts',
  hint: 'name one with `tls: { cert: …, key: … }`',
};

const inWords: readonly { readonly match: RegExp; readonly cause: Cause }[] = [
  {
    match: /alert (certificate required|bad certificate|unknown ca|handshake failure)/i,
    cause: clientCertificate,
  },
  { match: /alert protocol version|unsupported protocol/i, cause: oldTls },
];

/** What amqplib has no codes for. */
const inAmqpsWords: typeof inWords = [
  { match: /^connect ETIMEDOUT$/, cause: noAnswer },
  { match: /closed abruptly/, cause: reset },
  {
    match: /403/,
    cause: {
      why: 'it refuses the administrator over AMQP, with the same user name and password',
      hint: 'see the log of the broker',
    },
  },
  {
    match: /SASL mechanism/,
    cause: {
      why: 'it takes no user name and password over AMQP',
      hint: 'let it: auth_mechanisms.1 = PLAIN',
    },
  },
];

/**
 * `error` is the client's own, which carries the request with its credentials: its code and message are taken, the rest is
 * left behind.
 */
export function connectionError(endpoint: string, error: unknown): ConnectionError {
  const { cause, words } = causeOf(error);
  const { why, hint } = cause;
  return new ConnectionError(`cannot reach the management API at ${endpoint}: ${why}`, {
    endpoint,
    hint,
    cause: new Error(words),
  });
}

/** The same for the AMQPS listener. */
export function amqpsError(endpoint: string, error: unknown): ConnectionError {
  const { cause, words } = causeOf(error, inAmqpsWords);
  const { why, hint, amqps = hint } = cause;
  return new ConnectionError(`cannot reach the AMQPS listener at ${endpoint}: ${why}`, {
    endpoint,
    hint: amqps,
    cause: new Error(words),
  });
}

function causeOf(
  error: unknown,
  more: typeof inWords = [],
): { readonly cause: Cause; readonly words: string } {
  const { code, message } = facts(error);
  // Node.js gives all refusals of a handshake one code, EPROTO: what they are stands in OpenSSL's words.
  const told = [...inWords, ...more].find(({ match }) => match.test(message));
  const cause = told?.cause ??
    certificateCause(code) ??
    causes[code] ?? { why: message || 'no answer', hint: 'check the address, and the log of the broker' };
  return { cause, words: [code, message].filter((part) => part !== '').join(': ') };
}

function certificateCause(code: string): Cause | undefined {
  const fault = certificateFault(code);
  if (fault === undefined) return undefined;
  return { why: `its certificate ${certificateFaults[fault]}`, hint: certificateHints[fault] };
}

function facts(error: unknown): { code: string; message: string } {
  if (!(error instanceof Error)) return { code: '', message: '' };
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  // A host with several addresses fails with one error for each.
  const inner: unknown = 'errors' in error && Array.isArray(error.errors) ? error.errors[0] : undefined;
  const message = error.message === '' && inner instanceof Error ? inner.message : error.message;
  return { code, message };
}
