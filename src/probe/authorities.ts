import { X509Certificate } from 'node:crypto';
import { type Door, knock } from './door.ts';
import { clientHello, nameFor, serverHello } from './hello.ts';
import { flightIn } from './records.ts';

/**
 * Whose client certificates a listener asks for. A library tells its user nothing of it, and TLS 1.3 encrypts it; in the answer of TLS 1.2 it
 * can be read by anybody (RFC 5246, section 7.4.4).
 */

/** Names as the listener says them; undefined where no TLS 1.2 is spoken, or the answer is not to be understood. */
export async function authoritiesAskedFor(
  door: Door,
  { serverName, timeoutMs }: { readonly serverName?: string | undefined; readonly timeoutMs: number },
): Promise<readonly string[] | 'no certificate' | undefined> {
  const greeting = {
    say: clientHello(sound, nameFor(door, serverName)),
    isWhole: (heard: Buffer) => {
      const { messages, ended } = flightIn(heard);
      return ended !== undefined || messages.some(isLast);
    },
  };
  const said = await knock(door, greeting, timeoutMs);
  return said.is === 'answered' ? authoritiesIn(said.heard) : undefined;
}

/** In the first answer, from its beginning to its end. */
export function authoritiesIn(heard: Buffer): readonly string[] | 'no certificate' | undefined {
  const { messages } = flightIn(heard);
  if (messages[0]?.type !== serverHello || !messages.some(isLast)) return undefined;
  const request = messages.find(({ type }) => type === certificateRequest);
  if (request === undefined) return 'no certificate';
  return orUndefined(() => namesIn(request.body));
}

const isLast = ({ type }: { readonly type: number }): boolean => type === serverHelloDone;

/** The subjects in a file of certificates. */
export function subjectsIn(pem: string | undefined): readonly string[] {
  const all = pem?.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  return all.flatMap(
    (one) => orUndefined(() => new X509Certificate(one).subject.replaceAll('\n', ', ')) ?? [],
  );
}

/** What a client may well take: with forward secrecy, and for old keys of RSA without. */
const sound = [
  0xc02b, 0xc02f, 0xc02c, 0xc030, 0xcca9, 0xcca8, 0xc023, 0xc027, 0xc009, 0xc013, 0xc00a, 0xc014, 0x009c,
  0x009d, 0x002f, 0x0035,
];

const certificateRequest = 13;
const serverHelloDone = 14;

/** Behind the types of certificates and the algorithms of signatures. */
function namesIn(request: Buffer): string[] {
  const algorithms = 1 + request.readUInt8(0);
  const list = algorithms + 2 + request.readUInt16BE(algorithms);
  const end = list + 2 + request.readUInt16BE(list);
  const names: string[] = [];
  for (let at = list + 2; at < end;) {
    const next = at + 2 + request.readUInt16BE(at);
    if (next > end) throw new RangeError('a name that is longer than the list');
    names.push(nameIn(request.subarray(at + 2, next)));
    at = next;
  }
  return names;
}

/** A distinguished name as Node.js writes it: a sequence of sets of pairs of what and how. */
function nameIn(der: Buffer): string {
  const pairs = valuesIn(der).flatMap(({ body }) => valuesIn(body).flatMap((set) => valuesIn(set.body)));
  return pairs
    .map(({ body }) => {
      const [what, value] = valuesIn(body);
      if (what === undefined || value === undefined) throw new RangeError('a name with half a pair');
      const oid = what.body.toString('hex');
      // BMPString has two bytes for each character.
      const text = value.tag === 0x1e ? value.body.swap16().toString('utf16le') : value.body.toString('utf8');
      return `${shortNames[oid] ?? oid}=${text.replaceAll(special, String.raw`\$&`)}`;
    })
    .join(', ');
}

/** As RFC 2253 has it, and Node.js. */
const special = /[,+"\\<>;]|^[# ]| $/g;

const shortNames: Readonly<Record<string, string>> = {
  '550403': 'CN',
  '550406': 'C',
  '550407': 'L',
  '550408': 'ST',
  '55040a': 'O',
  '55040b': 'OU',
  '0992268993f22c640119': 'DC',
  '2a864886f70d010901': 'emailAddress',
};

/** Tag, length, value (X.690), one after another. */
function valuesIn(der: Buffer): { readonly tag: number; readonly body: Buffer }[] {
  const values: { tag: number; body: Buffer }[] = [];
  for (let at = 0; at < der.length;) {
    const first = der.readUInt8(at + 1);
    const long = first < 0x80 ? 0 : first - 0x80;
    // Without an end (0x80) is not DER, and throws as more than six bytes do.
    const length = first < 0x80 ? first : der.readUIntBE(at + 2, long);
    const start = at + 2 + long;
    if (start + length > der.length) throw new RangeError('a value that is cut off');
    values.push({ tag: der.readUInt8(at), body: Buffer.from(der.subarray(start, start + length)) });
    at = start + length;
  }
  return values;
}

/** What somebody else says may be anything. */
function orUndefined<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
