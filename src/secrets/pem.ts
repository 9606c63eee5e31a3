import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Pem, Tls } from '../core/connect-policy.ts';
import { messageOf, SecretError } from '../core/errors.ts';

/** What TLS is given, as texts. Loaded by services: imports nothing that a connection does not need. */
export interface TlsTexts {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly serverName?: string;
  readonly minVersion: 'TLSv1.2' | 'TLSv1.3';
}

/** Reads files and asks functions anew: a renewed certificate is found. Never says what is in a key. */
export function readTls(tls: Tls = {}): TlsTexts {
  const [ca, cert, key] = (['ca', 'cert', 'key'] as const).map((name) => textOf(tls[name], `tls.${name}`));
  requirePair(cert, key);
  return {
    minVersion: tls.minVersion ?? 'TLSv1.2',
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
    ...(tls.serverName === undefined ? {} : { serverName: tls.serverName }),
  };
}

const pem = /-----BEGIN [A-Z0-9 ]+-----/;

function textOf(given: Pem | undefined, name: string): string | undefined {
  if (given === undefined) return undefined;
  const value: unknown = typeof given === 'function' ? given() : given;
  const text = value instanceof Uint8Array ? Buffer.from(value).toString('utf8') : value;
  if (typeof text !== 'string') {
    const hint = 'a function of tls must give the text itself, at once: not a promise';
    throw new SecretError(`option ${name} gave no text`, { hint });
  }
  if (pem.test(text)) return text;
  if (typeof given === 'string' && !/[\r\n]/.test(given)) return readPem(given, name);
  throw new SecretError(`option ${name} gave no PEM text`, { hint: 'it begins with -----BEGIN' });
}

function readPem(path: string, name: string): string {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unreadable';
    // Without the cause: the system's words repeat the path.
    throw new SecretError(`option ${name}: ${shown(path, name)} cannot be read (${code})`, {
      hint: 'give a PEM text (base64 of one is none), or the path of a PEM file',
    });
  }
  if (pem.test(text)) return text;
  throw new SecretError(`option ${name}: ${shown(path, name)} is not a PEM file`, {
    hint: 'it begins with -----BEGIN',
  });
}

const longestPath = 200;

/** What was given may be no path but the key itself, in a form that is no PEM; and what is long is hardly a path. */
function shown(path: string, name: string): string {
  return name === 'tls.key' || path.length > longestPath ? 'what it names as a file' : `the file ${path}`;
}

/** Whoever renews a certificate writes two files: for a moment they do not belong together. */
function requirePair(cert: string | undefined, key: string | undefined): void {
  if (cert === undefined || key === undefined) return;
  let belong: boolean;
  try {
    belong = new X509Certificate(cert).checkPrivateKey(createPrivateKey(key));
  } catch (error) {
    // OpenSSL's words name no content.
    throw new SecretError(`tls.cert and tls.key cannot be used: ${messageOf(error)}`, {
      hint: 'PEM files, the key without a passphrase',
    });
  }
  if (belong) return;
  throw new SecretError('tls.key does not belong to tls.cert', {
    hint: 'if they are just being renewed, the next connect finds both',
  });
}
