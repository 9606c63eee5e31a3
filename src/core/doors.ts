import { certificateFault, certificateFaults } from './certificate-fault.ts';
import { aside, type Point } from './audit.ts';

/** What a listener showed to whoever knocked, in words. Pure. */

/** As a probe saw it. */
export interface ShownHandshake {
  readonly version: string;
  readonly fault: string | undefined;
  readonly shown:
    | {
        readonly subject: string;
        readonly issuer: string;
        readonly names: string;
        readonly until: string;
        /** `rsa 2048`, `ec prime256v1`; undefined where it was not told. */
        readonly key?: string | undefined;
        /** `sha256WithRSAEncryption`; undefined where it was not told. */
        readonly signature?: string | undefined;
      }
    | undefined;
}

/** What was tried at a listener, as far as every broker has it; undefined where it is not known. */
export interface TriedDoor {
  /** `SASL_SSL at kafka-1:9093` */
  readonly at: string;
  readonly tls: ShownHandshake | { readonly why: string; readonly reached: boolean };
  readonly withoutCertificate: 'let in' | 'refused' | undefined;
  readonly oldTls: 'accepted' | 'refused' | undefined;
  readonly plaintext: 'answered' | 'refused' | undefined;
  /** Cipher suites that were offered alone and taken: broken ones, and those without forward secrecy; `none` where none was. */
  readonly suites?: { readonly broken: string; readonly withoutForwardSecrecy: string } | undefined;
}

/** What a listener with TLS must not do beside. */
export function* besideTls(
  { at, oldTls, plaintext, suites }: Pick<TriedDoor, 'at' | 'oldTls' | 'plaintext' | 'suites'>,
  hint: string,
): Iterable<Point> {
  if (plaintext === 'answered') yield { is: 'fail', says: `${at} answers in clear, too` };
  if (oldTls === 'accepted') yield { is: 'fail', says: `${at} takes TLS versions before 1.2`, hint };
  if (suites === undefined) return;
  if (suites.broken !== 'none')
    yield { is: 'fail', says: `${at} takes the broken cipher suite ${suites.broken}`, hint: modern };
  if (suites.withoutForwardSecrecy !== 'none')
    yield aside(
      `${at} takes ${suites.withoutForwardSecrecy}, without forward secrecy: what is recorded today is read once its key is known`,
    );
}

const modern =
  'leave cipher suites to the defaults of the broker, or name only ones with ECDHE and AES-GCM or ChaCha20';

export function handshakePoint(at: string, { version, fault, shown }: ShownHandshake): Point {
  const told =
    shown === undefined
      ? 'no certificate'
      : `certificate ${shown.subject}, names ${shown.names}, by ${shown.issuer}, until ${shown.until.slice(0, 10)}`;
  const seen = `${at}: ${version}, ${told}`;
  if (fault === undefined) return { is: 'pass', says: seen };
  const known = certificateFault(fault);
  const why = known === undefined ? `is refused here (${fault})` : certificateFaults[known];
  return {
    is: 'fail',
    says: `${seen}; the certificate ${why}`,
    hint: 'give the listener a certificate of the authority in tls.ca, for the name that clients connect by',
  };
}

const day = 86_400_000;

const soonDays = 30;

/** Of a listener with TLS that could be reached. */
export function expiryPoints(
  at: string,
  seen: ShownHandshake | { readonly why: string },
  now: Date,
): Point[] {
  const days = 'why' in seen ? undefined : daysLeft(seen, now);
  if (days === undefined) return [];
  if (days < 0) return [{ is: 'fail', says: `${at}: the certificate has expired` }];
  if (days < soonDays) return [{ is: 'fail', says: `${at}: the certificate has ${days} days left` }];
  return [{ is: 'pass', says: `${at}: ${days} days left` }];
}

/** Undefined where it is not known. */
function daysLeft({ shown }: ShownHandshake, now: Date): number | undefined {
  return shown === undefined ? undefined : Math.floor((Date.parse(shown.until) - now.getTime()) / day);
}

/** What the certificate of a listener is made of. */
export function strengthPoints(at: string, { tls }: Pick<TriedDoor, 'tls'>): Point[] {
  if ('why' in tls || tls.shown === undefined) return [];
  const { key = '', signature = '', names, subject, issuer } = tls.shown;
  const faults = [
    ...(/^(?:rsa|dsa)\S* (\d+)$/.exec(key)?.[1] !== undefined && Number(key.split(' ')[1]) < 2048
      ? [`its key is ${key}: 2048 bits are the least`]
      : []),
    ...(/md5|sha1/i.test(signature) ? [`it is signed by ${signature}`] : []),
    ...(names === 'none' ? ['it names no host (no subject alternative name)'] : []),
    ...(subject === issuer ? ['it is signed by itself: no authority can take it back'] : []),
  ];
  if (faults.length > 0)
    return faults.map((fault): Point => ({ is: 'fail', says: `${at}: the certificate is weak: ${fault}` }));
  const made = [key, signature].filter((text) => text !== '').join(', ');
  return [
    { is: 'pass', says: `${at}: ${tls.version}, ${made === '' ? 'a certificate of an authority' : made}` },
  ];
}
