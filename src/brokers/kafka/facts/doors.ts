import { isIP } from 'node:net';
import type { Context } from '../../../core/broker.ts';
import { hostAndPort } from '../../../core/host.ts';
import type { Placed } from '../../../core/landscape.ts';
import {
  type Greeting,
  type Handshake,
  type HandshakeOptions,
  isSilent,
  knock,
  shakeHands,
  shakeHandsAtAll,
  shownIn,
} from '../../../probe/door.ts';
import { offeredAt } from '../../../probe/offered.ts';
import {
  controllerNames,
  isEncrypted,
  type Knocked,
  type Listener,
  listenersIn,
  type Settings,
} from '../audit/facts.ts';
import type { KafkaEnvironment } from '../schema.ts';

/** Knocks at each listener of each broker, where clients are told to find it. No login: what is asked is what anybody may ask. */
export async function knockAll(
  brokers: ReadonlyMap<number, Settings>,
  target: Placed<KafkaEnvironment>,
  context: Context,
): Promise<readonly Knocked[]> {
  const { tls = {} } = target.section;
  const load = async (key: 'ca' | 'cert' | 'key') => {
    const path = tls[key];
    return path === undefined ? undefined : context.file(path, target.locate(['tls', key]));
  };
  const pem = {
    ca: await load('ca'),
    cert: await load('cert'),
    key: await load('key'),
    serverName: tls.serverName,
  };
  const doors = [...brokers.values()].flatMap(doorsOf);
  return Promise.all(doors.map((door) => knockAt(door, pem, context.timeoutMs)));
}

interface Door extends Listener {
  readonly internal: boolean;
}

/** A controller's is not advertised, and listens where its broker does. */
function doorsOf(settings: Settings): Door[] {
  const advertised = listenersIn(settings, 'advertised.listeners');
  const bound = listenersIn(settings, 'listeners');
  const controllers = controllerNames(settings);
  const named = new Set(advertised.map(({ name }) => name));
  const host = advertised[0]?.host ?? '';
  return [
    ...advertised,
    ...bound
      .filter(({ name }) => !named.has(name))
      .map((one) => ({ ...one, host: isWildcard(one.host) ? host : one.host })),
  ].map((one) => ({ ...one, internal: controllers.has(one.name) }));
}

function isWildcard(host: string): boolean {
  return host === '' || (isIP(host) !== 0 && /^[0:.]+$/.test(host));
}

type Pem = Pick<HandshakeOptions, 'ca' | 'cert' | 'key' | 'serverName'>;

async function knockAt(
  { host, port, protocol, name, internal }: Door,
  pem: Pem,
  timeoutMs: number,
): Promise<Knocked> {
  const door = { host, port };
  const bare = { ca: pem.ca, serverName: pem.serverName, timeoutMs };
  const secure = isEncrypted(protocol);
  const shake = (options: Partial<HandshakeOptions>, greeting: Greeting) =>
    secure ? shakeHands(door, { ...bare, greeting, ...options }) : undefined;
  const [plain, shown, withoutCertificate, anonymous, old] = await Promise.all([
    knock(door, askMechanisms, timeoutMs),
    secure ? shakeHandsAtAll(door, { ...bare, ...pem, greeting: askMechanisms }) : undefined,
    shake({}, askMechanisms),
    shake({}, askMetadata),
    shake({ ...pem, offers: 'old' }, askMechanisms),
  ]);
  const nobody = secure ? undefined : await knock(door, askMetadata, timeoutMs);
  return {
    at: `${name} at ${hostAndPort({ host, port })}`,
    protocol,
    internal,
    tls: shownIn(shown),
    oldTls: old === undefined || isSilent(old) ? undefined : old.is === 'open' ? 'accepted' : 'refused',
    ...(await offeredAt(door, shown, { ...bare, ...pem, greeting: askMechanisms })),
    plaintext: isSilent(plain)
      ? undefined
      : plain.is === 'answered' && isAnswer(plain.heard)
        ? 'answered'
        : 'refused',
    anonymous: anonymousIn(anonymous ?? nobody),
    withoutCertificate: letIn(withoutCertificate),
    mechanisms: mechanismsIn(
      shown?.is === 'open' ? shown.heard : plain.is === 'answered' ? plain.heard : Buffer.alloc(0),
    ),
  };
}

function letIn(seen: Handshake | undefined): Knocked['withoutCertificate'] {
  if (seen === undefined || isSilent(seen)) return undefined;
  return seen.is === 'open' && isAnswer(seen.heard) ? 'let in' : 'refused';
}

type Heard = Handshake | Awaited<ReturnType<typeof knock>>;

function anonymousIn(seen: Heard | undefined): Knocked['anonymous'] {
  if (seen === undefined || isSilent(seen)) return undefined;
  return 'heard' in seen && isAnswer(seen.heard) ? 'answered' : 'refused';
}

const ask = 0x6d71;

/** Of version 1: which mechanisms there are, when one is asked for that there is not. */
const askMechanisms = greeting(17, 1, text('MQWARDEN-AUDIT'));
/** Of version 4: of no topic, and makes none. What a listener that wants to know who asks does not answer. */
const askMetadata = greeting(3, 4, Buffer.from([0, 0, 0, 0, 0]));

function greeting(apiKey: number, version: number, body: Buffer): Greeting {
  const head = Buffer.alloc(8);
  head.writeInt16BE(apiKey, 0);
  head.writeInt16BE(version, 2);
  head.writeInt32BE(ask, 4);
  const frame = Buffer.concat([head, text('mqwarden-audit'), body]);
  const size = Buffer.alloc(4);
  size.writeInt32BE(frame.length);
  return {
    say: Buffer.concat([size, frame]),
    isWhole: (heard) => heard.length >= 8 && heard.length >= 4 + heard.readInt32BE(0),
  };
}

function text(value: string): Buffer {
  const bytes = Buffer.from(value, 'utf8');
  const size = Buffer.alloc(2);
  size.writeInt16BE(bytes.length);
  return Buffer.concat([size, bytes]);
}

/** Kafka says whose answer it is. */
function isAnswer(heard: Buffer): boolean {
  return heard.length >= 8 && heard.readInt32BE(4) === ask;
}

/** After size and id: an error, and a list of texts. */
function mechanismsIn(heard: Buffer): readonly string[] | undefined {
  if (!isAnswer(heard)) return undefined;
  try {
    const names: string[] = [];
    let at = 14;
    for (let left = heard.readInt32BE(10); left > 0; left -= 1) {
      const end = at + 2 + heard.readInt16BE(at);
      names.push(heard.toString('utf8', at + 2, end));
      at = end;
    }
    return names;
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}
