import { isIP } from 'node:net';
import type { Context } from '../../../core/broker.ts';
import { hostAndPort } from '../../../core/host.ts';
import type { Placed } from '../../../core/landscape.ts';
import {
  type Greeting,
  type Handshake,
  type HandshakeOptions,
  knock,
  type Plain,
  shakeHands,
  shakeHandsAtAll,
  shownIn,
} from '../../../probe/door.ts';
import { isSilent, oldTlsIn, plaintextIn } from '../../../probe/heard.ts';
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
import { askMechanisms, askMetadata, isAnswer, mechanismsIn } from './frames.ts';

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
    shake({}, askMetadata) ?? knock(door, askMetadata, timeoutMs),
    shake({ ...pem, offers: 'old' }, askMechanisms),
  ]);
  return {
    at: `${name} at ${hostAndPort({ host, port })}`,
    protocol,
    internal,
    tls: shownIn(shown),
    oldTls: oldTlsIn(old),
    ...(await offeredAt(door, shown, { ...bare, ...pem, greeting: askMechanisms })),
    plaintext: plaintextIn(plain, isAnswer),
    anonymous: answerIn(anonymous),
    withoutCertificate: letIn(withoutCertificate),
    mechanisms: mechanismsIn(
      shown?.is === 'open' ? shown.heard : plain.is === 'answered' ? plain.heard : Buffer.alloc(0),
    ),
  };
}

function letIn(seen: Handshake | undefined): Knocked['withoutCertificate'] {
  const answer = answerIn(seen);
  return answer === 'answered' ? 'let in' : answer;
}

/** Whoever says something else, or half of it, has refused nothing. */
function answerIn(seen: Handshake | Plain | undefined): 'answered' | 'refused' | undefined {
  if (seen === undefined || isSilent(seen)) return undefined;
  if (!('heard' in seen)) return 'refused';
  return isAnswer(seen.heard) ? 'answered' : undefined;
}
