import type { X509Certificate } from 'node:crypto';
import { connect as connectPlain, isIP, type Socket } from 'node:net';
import { connect as connectSecure, type ConnectionOptions, type TLSSocket } from 'node:tls';
import type { ShownHandshake } from '../core/doors.ts';

/**
 * Knocks at a listener to see what it is: no login, no credential, and nothing that has an effect. The certificate that is shown is
 * judged here and told, whatever it is; nothing is ever sent that a stranger may not see.
 */

/** Nothing that could be understood came in time. */
export const noAnswer = 'no answer';

export interface Door {
  readonly host: string;
  readonly port: number;
}

/** What is said when the door is open, and when the answer to it is whole. */
export interface Greeting {
  readonly say: Buffer;
  readonly isWhole: (heard: Buffer) => boolean;
}

interface Shown {
  readonly subject: string;
  readonly issuer: string;
  readonly names: string;
  /** ISO 8601, as `until`. */
  readonly from: string;
  readonly until: string;
  /** The subjects of what was sent beside it. */
  readonly chain: readonly string[];
  /** Where it is told that it is revoked. */
  readonly revocation: readonly string[];
  /** `rsa 2048`, `ec prime256v1`. */
  readonly key: string;
  /** Undefined before Node.js 24. */
  readonly signature: string | undefined;
}

export type Handshake =
  | {
      readonly is: 'open';
      /** `TLSv1.3` */
      readonly version: string;
      /** As IANA names it. */
      readonly cipher: string;
      /** Node's code for what is wrong with the certificate. */
      readonly fault: string | undefined;
      readonly shown: Shown | undefined;
      /** A client of today was not let in, and one of yesterday was. */
      readonly outdated?: true;
      /** What was answered to the greeting, as far as it came. */
      readonly heard: Buffer;
    }
  /** Somebody is there, and does not let this in. */
  | { readonly is: 'shut'; readonly why: string }
  | { readonly is: 'unreachable'; readonly why: string };

/** What a check is told of it; undefined: there was no TLS to try. */
export function shownIn(
  seen: Handshake | undefined,
): ShownHandshake | { readonly why: string; readonly reached: boolean } {
  if (seen === undefined) return { why: 'a listener without TLS', reached: true };
  if (seen.is === 'open') {
    const { version, cipher, fault, shown, outdated } = seen;
    return { version, cipher, fault, shown, outdated };
  }
  return { why: seen.why, reached: seen.is === 'shut' };
}

/** Whether it is worth while to ask more of it by TLS: it let somebody in, or said why not as TLS says it. */
export function speaksTls(seen: Handshake): boolean {
  return seen.is === 'open' || (seen.is === 'shut' && seen.why.includes('_ALERT_'));
}

export interface HandshakeOptions {
  readonly ca?: string | undefined;
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
  readonly serverName?: string | undefined;
  /** Only versions before TLS 1.2; 1.2 alone; 1.2 and newer with certificates that nobody takes any more. Else 1.2 and newer. */
  readonly offers?: 'old' | '1.2' | 'weak';
  readonly greeting: Greeting;
  readonly timeoutMs: number;
}

/** Where a listener has nothing to offer to a client of today, such as a certificate over SHA-1 alone, as one of yesterday. */
export async function shakeHandsAtAll(door: Door, options: HandshakeOptions): Promise<Handshake> {
  const seen = await shakeHands(door, options);
  if (seen.is !== 'shut' || !seen.why.includes('HANDSHAKE_FAILURE')) return seen;
  const weak = await shakeHands(door, { ...options, offers: 'weak' });
  return weak.is === 'open' ? { ...weak, outdated: true } : seen;
}

export function shakeHands(door: Door, options: HandshakeOptions): Promise<Handshake> {
  const { greeting, timeoutMs } = options;
  let socket: TLSSocket;
  try {
    socket = connectSecure({ ...door, ...optionsOf(door, options) });
  } catch (error) {
    return Promise.resolve({ is: 'unreachable', why: wordsOf(error) });
  }
  let reached = false;
  socket.once('connect', () => (reached = true));
  return new Promise((resolve) => {
    const end = (outcome: Handshake): void => {
      clearTimeout(late);
      socket.destroy();
      resolve(outcome);
    };
    socket.once('secureConnect', () => {
      clearTimeout(late);
      const seen = {
        version: socket.getProtocol() ?? '',
        cipher: socket.getCipher().standardName,
        fault: faultOf(socket),
        shown: shownBy(socket),
      };
      converse(socket, greeting, timeoutMs, ({ heard, why }) =>
        end(heard.length === 0 && why !== '' ? { is: 'shut', why } : { is: 'open', ...seen, heard }),
      );
    });
    const fail = (why: string) => end({ is: reached ? 'shut' : 'unreachable', why });
    socket.once('error', (error) => fail(wordsOf(error)));
    socket.once('close', () => fail('the connection was closed'));
    const late = setTimeout(() => fail(noAnswer), timeoutMs);
  });
}

function optionsOf(
  { host }: Door,
  { ca, cert, key, serverName, offers }: HandshakeOptions,
): ConnectionOptions {
  const name = serverName ?? (isIP(host) === 0 ? host : undefined);
  return {
    // The fault is told instead: nothing but a greeting is sent.
    rejectUnauthorized: false,
    ...(name === undefined ? {} : { servername: name }),
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined || key === undefined ? {} : { cert, key }),
    ...offered(offers),
  };
}

function offered(offers: HandshakeOptions['offers']): ConnectionOptions {
  switch (offers) {
    case 'old':
      return { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' };
    case '1.2':
      return { minVersion: 'TLSv1.2', maxVersion: 'TLSv1.2' };
    case 'weak':
      return { minVersion: 'TLSv1.2', ciphers: 'DEFAULT@SECLEVEL=0' };
    case undefined:
      return { minVersion: 'TLSv1.2' };
  }
}

function faultOf(socket: TLSSocket): string | undefined {
  if (socket.authorized) return undefined;
  const fault: unknown = socket.authorizationError;
  return fault instanceof Error && 'code' in fault ? String(fault.code) : String(fault);
}

/** Times that are none, or a key of a kind that nobody knows: OpenSSL lets such a certificate pass here, and no part of it counts. */
function shownBy(socket: TLSSocket): Shown | undefined {
  try {
    const certificate = socket.getPeerX509Certificate();
    return certificate === undefined ? undefined : shownOf(certificate);
  } catch {
    return undefined;
  }
}

function shownOf(certificate: X509Certificate): Shown {
  const { subject, issuer, subjectAltName = 'none', validFrom, validTo } = certificate;
  return {
    subject: inline(subject),
    issuer: inline(issuer),
    names: subjectAltName,
    from: new Date(validFrom).toISOString(),
    until: new Date(validTo).toISOString(),
    chain: chainOf(certificate),
    revocation: [...responders(certificate), ...lists(certificate)],
    key: keyOf(certificate),
    signature: signatureOf(certificate),
  };
}

function inline(text: string): string {
  return text.replaceAll('\n', ', ');
}

/** Not more than anybody would send. */
const longestChain = 10;

function chainOf(certificate: X509Certificate): string[] {
  const chain: string[] = [];
  for (
    let next = certificate.issuerCertificate;
    next !== undefined && chain.length < longestChain;
    next = next.issuerCertificate
  )
    chain.push(inline(next.subject));
  return chain;
}

function responders({ infoAccess = '' }: X509Certificate): string[] {
  return [...infoAccess.matchAll(/^OCSP - URI:(.*)$/gm)].map(([, uri = '']) => `OCSP ${uri}`);
}

/** The extension with the places of lists (2.5.29.31), which Node.js does not read: that it is there is enough. */
const listsOid = Buffer.from('0603551d1f', 'hex');

function lists({ raw }: X509Certificate): string[] {
  return raw.includes(listsOid) ? ['a list (CRL)'] : [];
}

function keyOf({ publicKey }: X509Certificate): string {
  const { asymmetricKeyType: type = '', asymmetricKeyDetails: details = {} } = publicKey;
  return [type, details.namedCurve ?? details.modulusLength ?? ''].join(' ').trim();
}

function signatureOf(certificate: X509Certificate): string | undefined {
  const { signatureAlgorithm: name } = certificate as { readonly signatureAlgorithm?: unknown };
  return typeof name === 'string' ? name : undefined;
}

export type Plain =
  | { readonly is: 'answered'; readonly heard: Buffer }
  | { readonly is: 'shut' | 'unreachable'; readonly why: string };

/** The same without TLS. */
export function knock(door: Door, greeting: Greeting, timeoutMs: number): Promise<Plain> {
  let socket: Socket;
  try {
    socket = connectPlain(door);
  } catch (error) {
    // A port that is none.
    return Promise.resolve({ is: 'unreachable', why: wordsOf(error) });
  }
  let reached = false;
  return new Promise((resolve) => {
    const end = (outcome: Plain): void => {
      clearTimeout(late);
      socket.destroy();
      resolve(outcome);
    };
    socket.once('connect', () => {
      clearTimeout(late);
      reached = true;
      converse(socket, greeting, timeoutMs, ({ heard, why }) =>
        end(heard.length > 0 ? { is: 'answered', heard } : { is: 'shut', why }),
      );
    });
    socket.once('error', (error) => end({ is: reached ? 'shut' : 'unreachable', why: wordsOf(error) }));
    const late = setTimeout(() => end({ is: reached ? 'shut' : 'unreachable', why: noAnswer }), timeoutMs);
  });
}

interface Said {
  readonly heard: Buffer;
  readonly why: string;
}

/** In all of the time: who answers a byte now and then would hold an idle timeout up for ever. */
function converse(socket: Socket, { say, isWhole }: Greeting, timeoutMs: number, done: (said: Said) => void) {
  let heard = Buffer.alloc(0);
  const end = (why: string) => {
    clearTimeout(late);
    done({ heard, why });
  };
  const late = setTimeout(() => end(noAnswer), timeoutMs);
  socket.on('data', (chunk: Buffer) => {
    heard = Buffer.concat([heard, chunk]);
    if (isWhole(heard) || heard.length > longestAnswer) end('');
  });
  socket.removeAllListeners('error').removeAllListeners('close');
  socket.once('error', (error) => end(wordsOf(error)));
  socket.once('close', () => end('the connection was closed'));
  socket.write(say);
}

const longestAnswer = 65_536;

function wordsOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined;
  return code ?? error.message;
}
