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
  /** ISO 8601. */
  readonly until: string;
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
    const { version, cipher, fault, shown } = seen;
    return { version, cipher, fault, shown };
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
  /** Only versions before TLS 1.2, or 1.2 alone; else 1.2 and what is newer. */
  readonly versions?: 'old' | '1.2';
  readonly greeting: Greeting;
  readonly timeoutMs: number;
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
  { ca, cert, key, serverName, versions }: HandshakeOptions,
): ConnectionOptions {
  const name = serverName ?? (isIP(host) === 0 ? host : undefined);
  return {
    // The fault is told instead: nothing but a greeting is sent.
    rejectUnauthorized: false,
    ...(name === undefined ? {} : { servername: name }),
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined || key === undefined ? {} : { cert, key }),
    ...offered(versions),
  };
}

function offered(versions: HandshakeOptions['versions']): ConnectionOptions {
  switch (versions) {
    case 'old':
      return { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' };
    case '1.2':
      return { minVersion: 'TLSv1.2', maxVersion: 'TLSv1.2' };
    case undefined:
      return { minVersion: 'TLSv1.2' };
  }
}

function faultOf(socket: TLSSocket): string | undefined {
  if (socket.authorized) return undefined;
  const fault: unknown = socket.authorizationError;
  return fault instanceof Error && 'code' in fault ? String(fault.code) : String(fault);
}

function shownBy(socket: TLSSocket): Shown | undefined {
  const certificate = socket.getPeerX509Certificate();
  if (certificate === undefined) return undefined;
  const { subject, issuer, subjectAltName = 'none', validTo } = certificate;
  const inline = (text: string) => text.replaceAll('\n', ', ');
  return {
    subject: inline(subject),
    issuer: inline(issuer),
    names: subjectAltName,
    until: new Date(validTo).toISOString(),
    key: keyOf(certificate),
    signature: signatureOf(certificate),
  };
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
  const socket = connectPlain(door);
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
