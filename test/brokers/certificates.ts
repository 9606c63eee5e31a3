/**
 * A certificate authority for tests: made in memory at each start, so that no key is ever stored in the repository
 * and nothing expires while nobody looks.
 */
import './reflect.ts';
import { randomBytes, webcrypto } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as x509 from '@peculiar/x509';

/** A certificate and its key, both PEM; the key is PKCS#8 and not encrypted, as Kafka's PEM stores want it. */
export interface Issued {
  readonly cert: string;
  readonly key: string;
}

export interface IssuedFiles extends Issued {
  readonly certFile: string;
  readonly keyFile: string;
}

export interface IssueOptions {
  /** The validity ended yesterday: what an audit must find and a client must refuse. */
  readonly expired?: boolean;
  /** How many days from now it ends; default 90. */
  readonly validDays?: number;
  /** The bits of an RSA key; default an elliptic curve. 1,024 are weak. */
  readonly rsa?: number;
  /** Over SHA-1. */
  readonly weakSignature?: boolean;
  /** Names of a server certificate; default localhost and both loopback addresses. */
  readonly dnsNames?: readonly string[];
  readonly addresses?: readonly string[];
}

export interface ServerOptions extends IssueOptions {
  readonly commonName?: string;
  /** Good for the client's side too: a broker that connects to its controller. */
  readonly alsoClient?: boolean;
}

export interface Authority {
  /** The authority's own certificate, PEM: what clients trust. */
  readonly ca: string;
  /** Its key, PEM: lets another process of the same test run issue from it ({@link restoreAuthority}). */
  readonly caKey: string;
  server(options?: ServerOptions): Promise<Issued>;
  client(commonName: string, options?: IssueOptions): Promise<Issued>;
}

/** P-256: a key takes 1 ms where RSA-2048 takes 100 to 1,000, and every broker and client here speaks it. */
const CURVE = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const RSA = {
  name: 'RSASSA-PKCS1-v1_5',
  hash: 'SHA-256',
  publicExponent: new Uint8Array([1, 0, 1]),
} as const;
const { serverAuth, clientAuth } = x509.ExtendedKeyUsage;
/** An RSA key may have sessions' secrets encrypted to it, too: without forward secrecy. */
const ofRsa = new x509.KeyUsagesExtension(
  x509.KeyUsageFlags.digitalSignature | x509.KeyUsageFlags.keyEncipherment,
  true,
);
const ofCurve = new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true);
const DAY = 24 * 60 * 60 * 1000;

export async function createAuthority(commonName = 'mqwarden test CA'): Promise<Authority> {
  const keys = await generateKeys();
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: serialNumber(),
    name: nameOf(commonName),
    ...validity(),
    keys,
    signingAlgorithm: CURVE,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return authority(certificate, keys.privateKey, await pemOf(keys.privateKey));
}

/** The same authority in another process, from what the first one passed on. */
export async function restoreAuthority(ca: string, caKey: string): Promise<Authority> {
  const key = await webcrypto.subtle.importKey('pkcs8', x509.PemConverter.decodeFirst(caKey), CURVE, true, [
    'sign',
  ]);
  return authority(new x509.X509Certificate(ca), key, caKey);
}

/** Writes `<name>.pem` and `<name>.key`, readable by nobody else. */
export function writeIssued(folder: string, name: string, issued: Issued): IssuedFiles {
  const certFile = join(folder, `${name}.pem`);
  const keyFile = join(folder, `${name}.key`);
  writeFileSync(certFile, issued.cert, { mode: 0o600 });
  writeFileSync(keyFile, issued.key, { mode: 0o600 });
  return { ...issued, certFile, keyFile };
}

function authority(ca: x509.X509Certificate, caPrivateKey: webcrypto.CryptoKey, caKey: string): Authority {
  const issue = async (
    commonName: string,
    usages: string[],
    names: x509.Extension[],
    options: IssueOptions,
  ) => {
    const keys = await generateKeys(options.rsa);
    const certificate = await x509.X509CertificateGenerator.create({
      serialNumber: serialNumber(),
      subject: nameOf(commonName),
      issuer: ca.subject,
      ...validity(options),
      publicKey: keys.publicKey,
      signingKey: caPrivateKey,
      signingAlgorithm: options.weakSignature === true ? { ...CURVE, hash: 'SHA-1' } : CURVE,
      extensions: [
        new x509.BasicConstraintsExtension(false, undefined, true),
        options.rsa === undefined ? ofCurve : ofRsa,
        new x509.ExtendedKeyUsageExtension(usages),
        await x509.AuthorityKeyIdentifierExtension.create(ca.publicKey),
        ...names,
      ],
    });
    return { cert: certificate.toString('pem'), key: await pemOf(keys.privateKey) };
  };
  return {
    ca: ca.toString('pem'),
    caKey,
    server: (options = {}) => {
      const usages = options.alsoClient === true ? [serverAuth, clientAuth] : [serverAuth];
      return issue(options.commonName ?? 'localhost', usages, [namesOf(options)], options);
    },
    client: (commonName, options = {}) => issue(commonName, [clientAuth], [], options),
  };
}

function namesOf(options: IssueOptions): x509.Extension {
  return new x509.SubjectAlternativeNameExtension([
    ...(options.dnsNames ?? ['localhost']).map((value) => ({ type: 'dns' as const, value })),
    ...(options.addresses ?? ['127.0.0.1', '::1']).map((value) => ({ type: 'ip' as const, value })),
  ]);
}

/** Starts an hour ago, so that a container whose clock lags a little does not refuse it. */
function validity({ expired = false, validDays = 90 }: IssueOptions = {}): {
  notBefore: Date;
  notAfter: Date;
} {
  const now = Date.now();
  return expired
    ? { notBefore: new Date(now - 30 * DAY), notAfter: new Date(now - DAY) }
    : { notBefore: new Date(now - DAY / 24), notAfter: new Date(now + validDays * DAY) };
}

/** A name as data, not as text: a common name may hold a comma or an equals sign. */
function nameOf(commonName: string): x509.Name {
  return new x509.Name([{ CN: [commonName] }]);
}

/** The first bit is 0: a serial number is a positive integer. */
function serialNumber(): string {
  return `01${randomBytes(15).toString('hex')}`;
}

function generateKeys(bits?: number): Promise<webcrypto.CryptoKeyPair> {
  const algorithm = bits === undefined ? CURVE : { ...RSA, modulusLength: bits };
  return webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
}

async function pemOf(key: webcrypto.CryptoKey): Promise<string> {
  return x509.PemConverter.encode(await webcrypto.subtle.exportKey('pkcs8', key), 'PRIVATE KEY');
}
