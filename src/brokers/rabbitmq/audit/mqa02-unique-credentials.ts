import { type Point, untold } from '../../../core/audit.ts';
import type { RabbitCheck } from './check.ts';
import { type Connected, pass, type RabbitSubject, some } from './facts.ts';
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
    if (secrets.is === 'told') yield* storedPoints(subject, secrets.value);
    else yield untold(secrets);
    if (facts.connections.is === 'told') yield* usePoints(subject, facts.connections.value);
    else yield untold(facts.connections);
  },
};

function* storedPoints(
  { landscape }: RabbitSubject,
  { found, missing, shared }: Extract<RabbitSubject['secrets'], { is: 'told' }>['value'],
): Iterable<Point> {
  const mine = (names: readonly string[]) => names.filter((name) => name.startsWith('rabbitmq/'));
  for (const group of shared.filter((one) => mine(one).length > 0))
    yield {
      is: 'fail',
      says: `one stored password for ${some(group)}`,
      hint: 'rotate them: mqwarden rotate --service …',
    };
  if (mine(found).length > 0) yield pass(`${mine(found).length} stored passwords, compared with one another`);
  const byPassword = landscape.services.filter(
    ({ section, suspended }) => section.auth === 'password' && suspended !== true,
  );
  const absent = mine(missing).filter((path) => byPassword.some(({ name }) => path === `rabbitmq/${name}`));
  if (absent.length > 0)
    yield {
      is: 'manual',
      says: `no stored password of ${some(absent)}: with whom it is shared cannot be told, since the broker's hashes are salted`,
      hint: 'name the store in `secrets` of the environment, and take these over: mqwarden rotate --adopt',
    };
}

/** The factories say which service a connection is of; other clients say nothing. */
function* usePoints(subject: RabbitSubject, connections: readonly Connected[]): Iterable<Point> {
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
