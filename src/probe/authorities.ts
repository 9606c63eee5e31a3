import { X509Certificate } from 'node:crypto';
import { type Door, knock } from './door.ts';
import { clientHello, handshake, nameFor } from './hello.ts';

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
    isWhole: (heard: Buffer) => flightIn(heard).isWhole,
  };
  const said = await knock(door, greeting, timeoutMs);
  if (said.is !== 'answered') return undefined;
  const { messages } = flightIn(said.heard);
  if (!messages.some(({ type }) => type === serverHelloDone)) return undefined;
  const request = messages.find(({ type }) => type === certificateRequest);
  if (request === undefined) return 'no certificate';
  return orUndefined(() => namesIn(request.body));
}

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

interface Message {
  readonly type: number;
  readonly body: Buffer;
}

/** The messages that came so far, whatever the records are that they are cut into. */
function flightIn(heard: Buffer): { readonly messages: readonly Message[]; readonly isWhole: boolean } {
  const records: Buffer[] = [];
  let at = 0;
  while (heard[at] === handshake && heard.length >= at + 5) {
    const end = at + 5 + heard.readUInt16BE(at + 3);
    records.push(heard.subarray(at + 5, end));
    at = end;
  }
  const messages = messagesIn(Buffer.concat(records));
  const isOther = at < heard.length && heard[at] !== handshake;
  return { messages, isWhole: isOther || messages.some(({ type }) => type === serverHelloDone) };
}

function messagesIn(all: Buffer): Message[] {
  const messages: Message[] = [];
  let at = 0;
  while (all.length >= at + 4) {
    const end = at + 4 + all.readUIntBE(at + 1, 3);
    if (end > all.length) break;
    messages.push({ type: all.readUInt8(at), body: all.subarray(at + 4, end) });
    at = end;
  }
  return messages;
}

/** Behind the types of certificates and the algorithms of signatures. */
function namesIn(request: Buffer): string[] {
  const algorithms = 1 + request.readUInt8(0);
  const list = algorithms + 2 + request.readUInt16BE(algorithms);
  const end = list + 2 + request.readUInt16BE(list);
  const names: string[] = [];
  for (let at = list + 2; at < end;) {
    const next = at + 2 + request.readUInt16BE(at);
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
    const length = long === 0 ? first : der.readUIntBE(at + 2, long);
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
