import { randomBytes } from 'node:crypto';
import { isIP } from 'node:net';
import { type Door, knock } from './door.ts';

/**
 * Which of some cipher suites a listener would take: the first message of a TLS 1.2 handshake (RFC 5246, section 7.4.1.2), written by hand,
 * since what is asked for is what no library offers any more. The answer names the suite, and that is the end of it.
 */

/** By IANA's number. Broken: nothing is encrypted, anybody may stand in between, or it can be read by whoever takes the time. */
const brokenSuites: ReadonlyMap<number, string> = new Map([
  [0x0001, 'TLS_RSA_WITH_NULL_MD5'],
  [0x0002, 'TLS_RSA_WITH_NULL_SHA'],
  [0x003b, 'TLS_RSA_WITH_NULL_SHA256'],
  [0xc006, 'TLS_ECDHE_ECDSA_WITH_NULL_SHA'],
  [0xc010, 'TLS_ECDHE_RSA_WITH_NULL_SHA'],
  [0x0018, 'TLS_DH_anon_WITH_RC4_128_MD5'],
  [0x0034, 'TLS_DH_anon_WITH_AES_128_CBC_SHA'],
  [0x003a, 'TLS_DH_anon_WITH_AES_256_CBC_SHA'],
  [0x006c, 'TLS_DH_anon_WITH_AES_128_CBC_SHA256'],
  [0x006d, 'TLS_DH_anon_WITH_AES_256_CBC_SHA256'],
  [0x00a6, 'TLS_DH_anon_WITH_AES_128_GCM_SHA256'],
  [0x00a7, 'TLS_DH_anon_WITH_AES_256_GCM_SHA384'],
  [0xc018, 'TLS_ECDH_anon_WITH_AES_128_CBC_SHA'],
  [0xc019, 'TLS_ECDH_anon_WITH_AES_256_CBC_SHA'],
  [0x0003, 'TLS_RSA_EXPORT_WITH_RC4_40_MD5'],
  [0x0008, 'TLS_RSA_EXPORT_WITH_DES40_CBC_SHA'],
  [0x0009, 'TLS_RSA_WITH_DES_CBC_SHA'],
  [0x0015, 'TLS_DHE_RSA_WITH_DES_CBC_SHA'],
  [0x000a, 'TLS_RSA_WITH_3DES_EDE_CBC_SHA'],
  [0x0016, 'TLS_DHE_RSA_WITH_3DES_EDE_CBC_SHA'],
  [0xc008, 'TLS_ECDHE_ECDSA_WITH_3DES_EDE_CBC_SHA'],
  [0xc012, 'TLS_ECDHE_RSA_WITH_3DES_EDE_CBC_SHA'],
  [0x0004, 'TLS_RSA_WITH_RC4_128_MD5'],
  [0x0005, 'TLS_RSA_WITH_RC4_128_SHA'],
  [0xc007, 'TLS_ECDHE_ECDSA_WITH_RC4_128_SHA'],
  [0xc011, 'TLS_ECDHE_RSA_WITH_RC4_128_SHA'],
]);

/** Whoever has recorded the connection reads it once the listener's key is known (RFC 9325, section 4.1). */
const withoutForwardSecrecy: ReadonlyMap<number, string> = new Map([
  [0x002f, 'TLS_RSA_WITH_AES_128_CBC_SHA'],
  [0x0035, 'TLS_RSA_WITH_AES_256_CBC_SHA'],
  [0x003c, 'TLS_RSA_WITH_AES_128_CBC_SHA256'],
  [0x003d, 'TLS_RSA_WITH_AES_256_CBC_SHA256'],
  [0x009c, 'TLS_RSA_WITH_AES_128_GCM_SHA256'],
  [0x009d, 'TLS_RSA_WITH_AES_256_GCM_SHA384'],
  [0xc004, 'TLS_ECDH_ECDSA_WITH_AES_128_CBC_SHA'],
  [0xc005, 'TLS_ECDH_ECDSA_WITH_AES_256_CBC_SHA'],
  [0xc00e, 'TLS_ECDH_RSA_WITH_AES_128_CBC_SHA'],
  [0xc00f, 'TLS_ECDH_RSA_WITH_AES_256_CBC_SHA'],
]);

interface Way {
  readonly serverName?: string | undefined;
  readonly timeoutMs: number;
}

/** What of the bad ones is taken; undefined where it cannot be told. */
export async function suitesTakenAt(
  door: Door,
  way: Way,
): Promise<{ readonly broken: string; readonly withoutForwardSecrecy: string } | undefined> {
  const all = await Promise.all(
    [brokenSuites, withoutForwardSecrecy].map((suites) => taking(suites, door, way)),
  );
  const [broken, secret] = all;
  if (broken === undefined || secret === undefined) return undefined;
  return { broken: broken.suite ?? 'none', withoutForwardSecrecy: secret.suite ?? 'none' };
}

/** The name of the suite that the listener takes, where it takes one; undefined where nobody is there. */
async function taking(
  suites: ReadonlyMap<number, string>,
  door: Door,
  { serverName, timeoutMs }: Way,
): Promise<{ readonly suite: string | undefined } | undefined> {
  const name = serverName ?? (isIP(door.host) === 0 ? door.host : undefined);
  const greeting = {
    say: clientHello([...suites.keys()], name),
    isWhole: (heard: Buffer) => heard.length >= suiteEnd(heard),
  };
  const said = await knock(door, greeting, timeoutMs);
  if (said.is === 'unreachable') return undefined;
  return { suite: said.is === 'answered' ? taken(suites, said.heard) : undefined };
}

function taken(suites: ReadonlyMap<number, string>, heard: Buffer): string | undefined {
  const end = suiteEnd(heard);
  if (heard[0] !== handshake || heard[5] !== serverHello || heard.length < end) return undefined;
  return suites.get(heard.readUInt16BE(end - 2));
}

const handshake = 0x16;
const clientHelloType = 1;
const serverHello = 2;

/** Behind the head of the record (5), that of the message (4), the version (2), the random (32) and the session's id. */
function suiteEnd(heard: Buffer): number {
  if (heard.length === 0) return 1;
  // An alert, or no TLS at all: nothing more is waited for.
  if (heard[0] !== handshake) return 0;
  const idAt = 5 + 4 + 2 + 32;
  const length = heard[idAt];
  return length === undefined ? idAt + 1 : idAt + 1 + length + 2;
}

function clientHello(suites: readonly number[], serverName: string | undefined): Buffer {
  const extensions = Buffer.concat([
    ...(serverName === undefined
      ? []
      : [extension(0x0000, sized(2, Buffer.concat([Buffer.from([0]), sized(2, Buffer.from(serverName))])))]),
    extension(0x000a, sized(2, words([0x001d, 0x0017, 0x0018, 0x0019]))),
    extension(0x000b, sized(1, Buffer.from([0]))),
    extension(
      0x000d,
      sized(
        2,
        words([0x0403, 0x0503, 0x0603, 0x0804, 0x0805, 0x0806, 0x0401, 0x0501, 0x0601, 0x0203, 0x0201]),
      ),
    ),
    extension(0xff01, Buffer.from([0])),
  ]);
  const body = Buffer.concat([
    words([0x0303]),
    randomBytes(32),
    Buffer.from([0]),
    sized(2, words(suites)),
    Buffer.from([1, 0]),
    sized(2, extensions),
  ]);
  const message = Buffer.concat([Buffer.from([clientHelloType]), sized(3, body)]);
  return Buffer.concat([Buffer.from([handshake]), words([0x0301]), sized(2, message)]);
}

function extension(type: number, body: Buffer): Buffer {
  return Buffer.concat([words([type]), sized(2, body)]);
}

function sized(bytes: number, body: Buffer): Buffer {
  const size = Buffer.alloc(bytes);
  size.writeUIntBE(body.length, 0, bytes);
  return Buffer.concat([size, body]);
}

function words(values: readonly number[]): Buffer {
  const all = Buffer.alloc(values.length * 2);
  for (const [index, value] of values.entries()) all.writeUInt16BE(value, index * 2);
  return all;
}
