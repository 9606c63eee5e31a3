import { certificateFault, certificateFaults } from './certificate-fault.ts';
import { aside, pass, type Point, some } from './audit.ts';

/** What a listener showed to whoever knocked, in words. Pure. */

/** As a probe saw it. */
export interface ShownHandshake {
  readonly version: string;
  /** `TLS_AES_256_GCM_SHA384`; undefined where it was not told. */
  readonly cipher?: string | undefined;
  readonly fault: string | undefined;
  /** A client of today was not let in, and one of yesterday was. */
  readonly outdated?: true | undefined;
  readonly shown:
    | {
        readonly subject: string;
        readonly issuer: string;
        readonly names: string;
        readonly until: string;
        readonly from?: string | undefined;
        /** The subjects of what was sent beside it. */
        readonly chain?: readonly string[] | undefined;
        /** Where it is told that it is revoked. */
        readonly revocation?: readonly string[] | undefined;
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
  /** What TLS 1.2 alone came to: its cipher suite, or undefined where it is not spoken; the whole undefined where it is not known. */
  readonly tls12?: { readonly cipher: string | undefined } | undefined;
  readonly suites?: TriedSuites | undefined;
  /** Whose client certificates are asked for; undefined where that is not known. */
  readonly authorities?: readonly string[] | 'no certificate' | undefined;
  /** The authorities of `tls.ca`. */
  readonly trusted?: readonly string[];
}

/** Cipher suites that were taken where nothing better was offered; or why that is not known. */
export interface TriedSuites {
  readonly broken: readonly string[] | { readonly why: string };
  readonly withoutForwardSecrecy: readonly string[] | { readonly why: string };
}

/**
 * Whether a client without a certificate is let in by a listener with TLS. Undefined: it did not say, or it refuses every client of today,
 * whatever certificate that shows.
 */
export function askedFor({ tls, withoutCertificate }: TriedDoor): TriedDoor['withoutCertificate'] {
  const isOutdated = 'version' in tls && tls.outdated === true;
  return isOutdated && withoutCertificate === 'refused' ? undefined : withoutCertificate;
}

export function unasked(at: string): Point {
  return { is: 'manual', says: `whether ${at} lets in a client without a certificate is not known` };
}

/** What a listener with TLS must not do beside. `newer`: how to have new versions alone. */
export function* besideTls(door: TriedDoor, newer: string): Iterable<Point> {
  const { at, oldTls, plaintext, suites } = door;
  if (plaintext === 'answered') yield { is: 'fail', says: `${at} answers in clear, too` };
  if (oldTls === 'accepted') yield { is: 'fail', says: `${at} takes TLS versions before 1.2`, hint: newer };
  if ('version' in door.tls && door.tls.outdated === true)
    yield {
      is: 'fail',
      says: `${at} refuses clients of today, and lets in those that take weak algorithms, such as a certificate over SHA-1`,
    };
  yield* offeredPoints(door, newer);
  if (suites !== undefined) yield* suitePoints(at, suites);
}

/** What is chosen between this client and the listener, where each is free to. */
function* offeredPoints({ at, tls, tls12 }: TriedDoor, newer: string): Iterable<Point> {
  if ('why' in tls || tls.cipher === undefined) return;
  const newest = `${tls.version} (${tls.cipher})`;
  if (tls.version !== 'TLSv1.3') yield aside(`${at} offers no TLS 1.3, ${newest} is its newest: ${newer}`);
  else if (tls12?.cipher !== undefined) yield aside(`${at} offers ${newest} and TLSv1.2 (${tls12.cipher})`);
  else yield aside(`${at} offers ${newest}${tls12 === undefined ? '' : ', and no TLS 1.2'}`);
}

function* suitePoints(at: string, { broken, withoutForwardSecrecy }: TriedSuites): Iterable<Point> {
  if ('why' in broken)
    yield { is: 'manual', says: `${at}: whether it takes broken cipher suites is not known (${broken.why})` };
  else if (broken.length > 0)
    yield { is: 'fail', says: `${at} takes broken cipher suites: ${some(broken)}`, hint: modern };
  else yield pass(`${at} takes no broken cipher suite (none, anonymous, export, DES, 3DES, RC4)`);
  if (!('why' in withoutForwardSecrecy) && withoutForwardSecrecy.length > 0)
    yield aside(
      `${at} takes ${some(withoutForwardSecrecy)}, without forward secrecy: what is recorded today is read once its key is known`,
    );
}

const modern =
  'leave cipher suites to the defaults of the broker, or name only ones with ECDHE and AES-GCM or ChaCha20';

export function handshakePoint(at: string, { version, fault, shown }: ShownHandshake): Point {
  const told =
    shown === undefined
      ? 'no certificate that can be read'
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
