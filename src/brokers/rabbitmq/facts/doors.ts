import { isIP } from 'node:net';
import type { Told } from '../../../core/audit.ts';
import type { Context } from '../../../core/broker.ts';
import { hostAndPort, withoutBrackets } from '../../../core/host.ts';
import type { Placed } from '../../../core/landscape.ts';
import {
  type Door,
  type Greeting,
  type Handshake,
  type HandshakeOptions,
  knock,
  shakeHands,
  shakeHandsAtAll,
  shownIn,
} from '../../../probe/door.ts';
import { isSilent, oldTlsIn, plaintextIn } from '../../../probe/heard.ts';
import { offeredAt } from '../../../probe/offered.ts';
import type { Login } from '../admin.ts';
import type { Knocked, Listener } from '../audit/facts.ts';
import type { RabbitEnvironment } from '../schema.ts';
import { amqpGreeting, anonymousAnswer, anonymousLogin, mechanismsIn } from './amqp.ts';

interface Knockable extends Door {
  readonly protocol: string | undefined;
  /** Whose certificate is looked for, where the door is not where clients are told to go. */
  readonly serverName?: string;
}

/**
 * Each listener that the broker tells of, at the host that the topology names, and what the topology itself names. Behind one host a
 * cluster has several nodes, each with a certificate and settings of its own: these are sought by the names that they have for one another.
 */
export function doorsOf(
  { section }: Placed<RabbitEnvironment>,
  listeners: Told<readonly Listener[]>,
): Knockable[] {
  const { amqpsUrl, managementUrl } = section;
  const hostOf = (url: URL) => withoutBrackets(url.hostname);
  const management = new URL(managementUrl);
  const amqps = amqpsUrl === undefined ? undefined : new URL(amqpsUrl);
  const hostFor = (protocol: string) =>
    hostOf(protocol.startsWith('http') ? management : (amqps ?? management));
  const all = (listeners.is === 'told' ? listeners.value : []).filter(
    ({ protocol }) => protocol !== 'clustering',
  );
  const told = all.map(({ protocol, port }) => ({ protocol, host: hostFor(protocol), port }));
  const named = [
    ...(amqps === undefined
      ? []
      : [{ protocol: undefined, host: hostOf(amqps), port: Number(amqps.port || 5671) }]),
    { protocol: 'https', host: hostOf(management), port: Number(management.port || 443) },
  ].filter(({ port }) => !told.some((one) => one.port === port));
  const doors: Knockable[] = [...told, ...named, ...doorsOfNodes(all, hostFor)];
  return [...new Map(doors.map((door) => [`${door.host} ${door.port}`, door])).values()];
}

/** Of a cluster on several hosts: `rabbit@host` is where its brokers find it. */
function doorsOfNodes(listeners: readonly Listener[], hostFor: (protocol: string) => string): Knockable[] {
  const hostOf = ({ node = '' }: Listener) => node.slice(node.indexOf('@') + 1);
  if (new Set(listeners.map(hostOf)).size < 2) return [];
  return listeners.map((one) => {
    const name = hostFor(one.protocol);
    return {
      protocol: one.protocol,
      host: hostOf(one),
      port: one.port,
      ...(isIP(name) === 0 ? { serverName: name } : {}),
    };
  });
}

/** Knocks at each door. No login: what is asked is what anybody may ask. */
export async function knockAll(
  doors: readonly Knockable[],
  { tls }: Login,
  { timeoutMs }: Context,
): Promise<readonly Knocked[]> {
  const { ca, cert, key, serverName } = tls;
  return Promise.all(
    doors.map(async ({ protocol, serverName: name, ...door }): Promise<Knocked> => {
      const greeting = (protocol ?? 'amqp').startsWith('http') ? httpGreeting : amqpGreeting;
      const options = { ca, serverName: serverName ?? name, greeting, timeoutMs };
      const isSecure = protocol === undefined || /ssl$|^https/.test(protocol);
      const [plain, shown, bare, old] = await Promise.all([
        knock(door, greeting, timeoutMs),
        isSecure ? shakeHandsAtAll(door, { ...options, cert, key }) : undefined,
        isSecure ? shakeHands(door, options) : undefined,
        isSecure ? shakeHands(door, { ...options, cert, key, offers: 'old' }) : undefined,
      ]);
      const known = { ...options, cert, key };
      const [offered, logins] = await Promise.all([
        offeredAt(door, shown, known),
        loginsAt(door, shown, known),
      ]);
      return {
        at: `${protocol ?? 'endpoint'} ${hostAndPort(door)}`,
        protocol,
        tls: shownIn(shown),
        withoutCertificate: letIn(bare),
        oldTls: oldTlsIn(old),
        ...offered,
        plaintext: plaintextIn(plain, speaks),
        ...logins,
      };
    }),
  );
}

/** Which logins it offers, and whether it lets in who says to be nobody: tried only where it offers that. */
async function loginsAt(
  door: Door,
  shown: Handshake | undefined,
  options: HandshakeOptions,
): Promise<Pick<Knocked, 'mechanisms' | 'anonymous'>> {
  const mechanisms = shown?.is === 'open' ? mechanismsIn(shown.heard) : undefined;
  if (mechanisms?.includes('ANONYMOUS') !== true) return { mechanisms, anonymous: undefined };
  const tried = await shakeHands(door, { ...options, greeting: anonymousLogin });
  return { mechanisms, anonymous: tried.is === 'open' ? anonymousAnswer(tried.heard) : undefined };
}

function letIn(seen: Handshake | undefined): Knocked['withoutCertificate'] {
  if (seen === undefined || isSilent(seen)) return undefined;
  return seen.is === 'open' && seen.heard.length > 0 ? 'let in' : 'refused';
}

const httpGreeting: Greeting = {
  say: Buffer.from('GET /api/whoami HTTP/1.0\r\n\r\n', 'latin1'),
  isWhole: (heard) => heard.includes('\r\n\r\n'),
};

/** AMQP or HTTP, and not an alert of TLS; a listener with TLS that is spoken to in HTTP may answer so, with 400. */
function speaks(heard: Buffer): boolean {
  const text = heard.subarray(0, 16).toString('latin1');
  return (
    heard[0] === 1 || text.startsWith('AMQP') || (/^HTTP\/1\.[01] /.test(text) && !text.includes(' 400'))
  );
}
