import { aside, pass, type Point, some, untold } from '../../../core/audit.ts';
import { besideTls, handshakePoint } from '../../../core/doors.ts';
import type { RabbitCheck } from './check.ts';
import type { Connected, Knocked, Listener } from './facts.ts';

export const tls: RabbitCheck = {
  id: 'MQA01',
  name: 'rabbitmq-tls',
  check: 1,
  title: 'RabbitMQ: TLS enabled for connections',
  severity: 'error',
  why: 'Passwords and messages can be read on the way, or somebody can stand in for the broker.',
  instead:
    'set `listeners.tcp = none` and `listeners.ssl.default = 5671` in rabbitmq.conf, with certificates of your authority',
  link: 'https://www.rabbitmq.com/docs/ssl',
  *points({ facts: { listeners, connections, knocked } }) {
    if (listeners.is === 'told') yield* listenerPoints(listeners.value);
    else yield untold(listeners);
    for (const one of knocked) yield* knockedPoints(one);
    if (connections.is === 'told') yield* connectionPoints(connections.value);
    else yield untold(connections);
  },
};

/** The management API over plain HTTP is another check. */
const managed: readonly string[] = ['http', 'https'];

function* listenerPoints(listeners: readonly Listener[]): Iterable<Point> {
  for (const { protocol, ip_address: ip = '', port } of listeners) {
    if (managed.includes(protocol) || protocol === 'clustering' || isSecure(protocol)) continue;
    yield {
      is: 'fail',
      says: `a listener without TLS: ${protocol} on ${ip}:${port}`,
      hint: 'set `listeners.tcp = none` (and the like for MQTT, STOMP and streams), so that only TLS listeners are left',
    };
  }
  const secure = listeners.filter(({ protocol }) => protocol === 'amqp/ssl');
  if (secure.length === 0) yield { is: 'fail', says: 'no listener for AMQP over TLS' };
  else yield pass(`listeners for AMQP over TLS: ${some(secure.map(({ port }) => String(port)))}`);
  const nodes = new Set(listeners.map(({ node }) => node));
  if (nodes.size > 1)
    yield aside(`${nodes.size} nodes: whether they talk to one another by TLS is not told (inter-node TLS)`);
}

function isSecure(protocol: string): boolean {
  return protocol.endsWith('/ssl') || protocol.startsWith('https');
}

function* knockedPoints(door: Knocked): Iterable<Point> {
  const { at, protocol, tls: seen, plaintext } = door;
  if (protocol !== undefined && managed.includes(protocol)) return;
  if (protocol !== undefined && !isSecure(protocol)) {
    if (plaintext === 'answered') yield { is: 'fail', says: `${at} answers in clear` };
    return;
  }
  if ('why' in seen) {
    yield* besideTls(door, newer);
    yield {
      is: 'manual',
      says: `${at}: no handshake from here (${seen.why})`,
      hint: 'run audit from where services connect',
    };
    return;
  }
  yield handshakePoint(at, seen);
  yield* besideTls(door, newer);
  if (plaintext === 'refused') yield pass(`${at} does not answer in clear`);
}

const newer = 'set `ssl_options.versions.1 = tlsv1.3` and `ssl_options.versions.2 = tlsv1.2`';

function* connectionPoints(connections: readonly Connected[]): Iterable<Point> {
  const clear = connections.filter(({ ssl }) => !ssl);
  if (clear.length === 0) {
    yield pass(`${connections.length} open connections, none without TLS`);
    return;
  }
  const users = [...new Set(clear.map(({ user, vhost }) => `${user} in ${vhost}`))];
  yield { is: 'fail', says: `${clear.length} open connections without TLS: ${some(users)}` };
}
