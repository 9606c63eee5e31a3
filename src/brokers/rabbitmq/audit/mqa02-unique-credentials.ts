import { aside, pass, type Point, some, storedPoints, untold } from '../../../core/audit.ts';
import type { RabbitCheck } from './check.ts';
import type { Connected, RabbitSubject } from './facts.ts';
import { bearerOf } from './identities.ts';

export const uniqueCredentials: RabbitCheck = {
  id: 'MQA02',
  name: 'rabbitmq-unique-credentials',
  check: 2,
  title: 'RabbitMQ: each service has unique credentials',
  severity: 'error',
  why: 'Where two services share a user or a password, nobody can tell them apart or take the rights of one away.',
  instead:
    'give each service a user and a password of its own: `mqwarden apply`, then `mqwarden rotate --service …`',
  link: 'https://www.rabbitmq.com/docs/access-control',
  *points(subject) {
    const { landscape, compiled, secrets, facts } = subject;
    const users = new Map([...compiled.principals].map(([user, service]) => [service, user]));
    if (landscape.services.length === 0) {
      yield { is: 'na', says: 'no service of the topology is on RabbitMQ' };
      return;
    }
    yield pass(
      `${landscape.services.length} services and other principals, each with a user of its own (${users.size})`,
    );
    if (secrets.is === 'told')
      yield* storedPoints(secrets.value, {
        broker: 'rabbitmq',
        services: byPassword(subject),
        since: ", since the broker's hashes are salted",
      });
    else yield untold(secrets);
    if (facts.connections.is === 'told') yield* usePoints(subject, facts.connections.value);
    else yield untold(facts.connections);
  },
};

function byPassword({ landscape }: RabbitSubject): string[] {
  return landscape.services
    .filter(({ section, suspended }) => section.auth === 'password' && suspended !== true)
    .map(({ name }) => name);
}

/** The factories say which service a connection is of, as the client property `service`; other clients say nothing. */
function* usePoints(subject: RabbitSubject, connections: readonly Connected[]): Iterable<Point> {
  const silent = connections.filter(({ service }) => service === undefined);
  if (silent.length > 0)
    yield aside(
      `${silent.length} open connections do not say which service they are of (the client property service, which the connection factories set)`,
    );
  const using = new Map<string, Set<string>>();
  for (const { user, service } of connections)
    if (service !== undefined) using.set(user, (using.get(user) ?? new Set()).add(service));
  for (const [user, services] of using) {
    const bearer = bearerOf(subject, user);
    if (services.size > 1)
      yield { is: 'fail', says: `the user ${user} is in use from ${some([...services])}` };
    else if (bearer.is === 'service' && !services.has(bearer.name))
      yield { is: 'fail', says: `the user of ${bearer.name} is in use from ${some([...services])}` };
  }
}
