import { aside, pass, type Point } from '../../../core/audit.ts';
import { besideTls, handshakePoint } from '../../../core/doors.ts';
import type { KafkaCheck } from './check.ts';
import {
  controllerNames,
  controllersElsewhere,
  isEncrypted,
  type Knocked,
  listenersIn,
  type Settings,
  settingsPoints,
} from './facts.ts';

export const tls: KafkaCheck = {
  id: 'MQA08',
  name: 'kafka-tls',
  check: 8,
  title: 'Kafka: TLS for inter-broker and client traffic',
  severity: 'error',
  why: 'Passwords and records can be read on the way, between brokers as well as to clients.',
  instead:
    'let every listener be SASL_SSL or SSL in listener.security.protocol.map, and name one in inter.broker.listener.name',
  link: 'https://kafka.apache.org/documentation/#security_ssl',
  *points({ facts }) {
    yield* settingsPoints(facts, settingPoints);
    for (const one of facts.knocked) yield* doorPoints(one);
  },
};

function* settingPoints(settings: Settings): Iterable<Point> {
  const listeners = listenersIn(settings, 'listeners');
  const controllers = controllerNames(settings);
  for (const { name, protocol } of listeners) {
    const what = controllers.has(name) ? `the controllers' listener ${name}` : `the listener ${name}`;
    if (isEncrypted(protocol)) yield pass(`${what} is ${protocol}`);
    else yield { is: 'fail', says: `${what} is ${protocol}, without TLS` };
  }
  for (const [name, protocol] of controllersElsewhere(settings))
    if (isEncrypted(protocol)) yield pass(`brokers talk to their controllers by ${name}, ${protocol}`);
    else yield { is: 'fail', says: `brokers talk to their controllers by ${name}, ${protocol}, without TLS` };
  yield interBroker(settings, listeners);
}

/** Where a listener is named, `security.inter.broker.protocol` still reads PLAINTEXT, and does not count. */
function interBroker(settings: Settings, listeners: ReturnType<typeof listenersIn>): Point {
  const name = settings.get('inter.broker.listener.name') ?? '';
  const named = listeners.find((one) => one.name === name);
  const protocol = named?.protocol ?? settings.get('security.inter.broker.protocol') ?? 'PLAINTEXT';
  const says = `brokers talk to one another by ${name === '' ? protocol : `${name}, ${protocol}`}`;
  return isEncrypted(protocol) ? pass(says) : { is: 'fail', says: `${says}, without TLS` };
}

function* doorPoints(door: Knocked): Iterable<Point> {
  const { at, internal, protocol, tls: seen } = door;
  if (!isEncrypted(protocol)) return;
  if ('why' in seen) {
    yield* besideTls(door, newer);
    // A listener that asks for a certificate, where none is at hand. Any other alert may be for the want of TLS 1.2.
    if (seen.reached && /CERTIFICATE/i.test(seen.why))
      yield pass(`${at}: TLS, and not without a client certificate`);
    else if (internal)
      yield aside(`${at}: no handshake from here (${seen.why}); its protocol is that of the settings`);
    else
      yield {
        is: 'manual',
        says: `${at}: no handshake from here (${seen.why})`,
        hint: 'run audit from where services connect',
      };
    return;
  }
  yield handshakePoint(at, seen);
  yield* besideTls(door, newer);
}

const newer = 'set ssl.enabled.protocols=TLSv1.3,TLSv1.2';
