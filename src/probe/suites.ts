import type { TriedSuites } from '../core/doors.ts';
import { type Door, knock, noAnswer, type Plain } from './door.ts';
import { clientHello, nameFor, serverHello } from './hello.ts';
import { flightIn } from './records.ts';

/** Which of some cipher suites a listener would take: what is asked for is what no library offers any more. The answer names the suite. */

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

/** Of the bad ones, which are taken. */
export async function suitesTakenAt(door: Door, way: Way): Promise<TriedSuites> {
  const [broken, withoutSecrecy] = await Promise.all([
    taking(brokenSuites, door, way),
    taking(withoutForwardSecrecy, door, way),
  ]);
  return { broken, withoutForwardSecrecy: withoutSecrecy };
}

/** Connections for each kind: whoever takes so many has to look at the list anyway. */
const mostTries = 5;

/** One after another, until none of the rest is taken; in the time of one. */
async function taking(
  suites: ReadonlyMap<number, string>,
  door: Door,
  { serverName, timeoutMs }: Way,
): Promise<readonly string[] | { readonly why: string }> {
  const left = new Map(suites);
  const taken: string[] = [];
  const end = performance.now() + timeoutMs;
  for (let tries = 0; tries < mostTries; tries += 1) {
    const greeting = { say: clientHello([...left.keys()], nameFor(door, serverName)), isWhole: isWholeHello };
    const said = await knock(door, greeting, Math.max(1, Math.ceil(end - performance.now())));
    const answer = answerOf(said);
    if (answer === 'refused') break;
    const suite = typeof answer === 'number' ? left.get(answer) : undefined;
    if (typeof answer === 'object' || suite === undefined) {
      const why = typeof answer === 'object' ? answer.why : 'a cipher suite that was not asked for';
      return taken.length > 0 ? taken : { why };
    }
    left.delete(answer);
    taken.push(suite);
  }
  return taken;
}

/** The number of the suite that was chosen. A connection that is closed without a word is a refusal, too; silence is none. */
function answerOf(said: Plain): SuiteAnswer {
  if (said.is === 'answered') return suiteIn(said.heard);
  return said.is === 'unreachable' || said.why === noAnswer ? { why: said.why } : 'refused';
}

type SuiteAnswer = number | 'refused' | { readonly why: string };

/** What the first answer says to the suites that were asked for. What is not understood is no refusal. */
export function suiteIn(heard: Buffer): SuiteAnswer {
  const { messages, ended } = flightIn(heard);
  const [first] = messages;
  if (first !== undefined) return suiteOf(first) ?? { why: 'an answer that is not understood' };
  if (ended === undefined) return { why: 'half an answer' };
  if (ended === 'something else') return { why: 'an answer that is no TLS' };
  return refusals.has(ended) ? 'refused' : { why: `alert ${ended} of TLS` };
}

/** close_notify, handshake_failure, protocol_version, insufficient_security: any other is about something else than the suites. */
const refusals: ReadonlySet<number> = new Set([0, 40, 70, 71]);

/** Behind the version (2), the random (32) and the session's id. */
function suiteOf({ type, body }: { readonly type: number; readonly body: Buffer }): number | undefined {
  const at = 2 + 32 + 1 + (body[2 + 32] ?? 0);
  return type === serverHello && body.length >= at + 2 ? body.readUInt16BE(at) : undefined;
}

/** A message, an alert, or no TLS at all: nothing more is waited for. */
function isWholeHello(heard: Buffer): boolean {
  const { messages, ended } = flightIn(heard);
  return messages.length > 0 || ended !== undefined;
}
