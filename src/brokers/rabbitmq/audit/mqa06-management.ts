import { aside, pass, type Point, some, untold } from '../../../core/audit.ts';
import { besideTls, handshakePoint } from '../../../core/doors.ts';
import { userAddress } from '../resources.ts';
import type { RabbitCheck } from './check.ts';
import type { Knocked, Listener, RabbitSubject } from './facts.ts';
import { bearerOf } from './identities.ts';

export const management: RabbitCheck = {
  id: 'MQA06',
  name: 'rabbitmq-management',
  check: 6,
  title: 'RabbitMQ: management access restricted',
  severity: 'error',
  why: 'With a tag of management a stolen password of a service reads, or changes, the whole broker.',
  instead: 'leave `tags` of services out; set `management.ssl.port`, and no `management.tcp.port`',
  link: 'https://www.rabbitmq.com/docs/management#permissions',
  *points(subject) {
    const { listeners, definitions, knocked } = subject.facts;
    if (listeners.is === 'told') yield* listenerPoints(listeners.value);
    else yield untold(listeners);
    for (const one of knocked) yield* doorPoints(one);
    if (definitions.is !== 'told') {
      yield untold(definitions);
      return;
    }
    for (const { name, tags = [] } of definitions.value.users ?? [])
      yield* userPoints(name, powersIn(tags), subject);
    yield pass(`the tags of ${definitions.value.users?.length ?? 0} users were looked at`);
  },
};

function* listenerPoints(listeners: readonly Listener[]): Iterable<Point> {
  const clear = listeners.filter(({ protocol }) => protocol === 'http');
  for (const { ip_address: ip = '', port } of clear)
    yield {
      is: 'fail',
      says: `management answers over HTTP, without TLS, on ${ip}:${port}`,
      hint: 'set `management.ssl.port`, and no `management.tcp.port`',
    };
  const secure = listeners.filter(({ protocol }) => protocol === 'https');
  if (clear.length === 0 && secure.length > 0)
    yield pass(`management over HTTPS only: ${some(secure.map(({ port }) => String(port)))}`);
}

function* doorPoints(door: Knocked): Iterable<Point> {
  const { at, protocol, tls, plaintext } = door;
  if (protocol === 'http' && plaintext === 'answered') yield { is: 'fail', says: `${at} answers in clear` };
  if (protocol !== 'https') return;
  if ('why' in tls) yield { is: 'manual', says: `${at}: no handshake from here (${tls.why})` };
  else yield handshakePoint(at, tls);
  yield* besideTls(door, 'set `management.ssl.versions.1 = tlsv1.3`');
}

const powers = ['administrator', 'monitoring', 'policymaker', 'management'];

function powersIn(tags: readonly string[] | string): string[] {
  const all = typeof tags === 'string' ? tags.split(',').map((tag) => tag.trim()) : tags;
  return all.filter((tag) => powers.includes(tag));
}

function* userPoints(user: string, tags: readonly string[], subject: RabbitSubject): Iterable<Point> {
  if (tags.length === 0) return;
  const bearer = bearerOf(subject, user);
  const says = `${user} has the tags ${tags.join(', ')}`;
  const address = userAddress(user);
  switch (bearer.is) {
    case 'service':
      yield { is: 'fail', says: `the service ${bearer.name} may log in to management: ${says}`, address };
      return;
    case 'stranger':
      // Neither the topology nor whoever protects names has said who this is.
      yield {
        is: 'manual',
        says: `${says}, and the topology does not know it`,
        address,
        hint: 'see who it is; name it under `principals` or `protected`, or take the tags away',
      };
      return;
    default:
      yield aside(`${says}: ${bearer.is === 'principal' ? `the principal ${bearer.name}` : bearer.is}`);
  }
}
