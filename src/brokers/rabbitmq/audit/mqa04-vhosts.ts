import { aside, pass, type Point, some, untold } from '../../../core/audit.ts';
import { permissionAddress, vhostAddress } from '../resources.ts';
import type { RabbitCheck } from './check.ts';
import { bearerOf } from './identities.ts';
import { environmentsOf, vhostsOf } from './places.ts';

export const vhosts: RabbitCheck = {
  id: 'MQA04',
  name: 'rabbitmq-vhosts',
  check: 4,
  title: 'RabbitMQ: vhosts isolate environments',
  severity: 'error',
  why: 'A user of one environment that reaches into another makes a test a danger to production.',
  instead:
    'give each environment a vhost of its own and its own users, and take the permissions elsewhere away',
  link: 'https://www.rabbitmq.com/docs/vhosts',
  *points(subject) {
    const own = vhostsOf(subject);
    if (own.has('/'))
      yield {
        is: 'fail',
        says: 'the environment lives in /, the default vhost',
        address: vhostAddress('/'),
        hint: 'give it a vhost of its own',
      };
    const { definitions } = subject.facts;
    if (definitions.is !== 'told') {
      yield untold(definitions);
      return;
    }
    const environments = environmentsOf(subject);
    const byUser = Map.groupBy(definitions.value.permissions ?? [], ({ user }) => user);
    for (const [user, granted] of byUser) {
      const bearer = bearerOf(subject, user);
      if (bearer.is === 'administrator' || bearer.is === 'neighbour') continue;
      const at = { user, places: granted.map(({ vhost }) => vhost), environments, own };
      yield* acrossPoints(at, bearer.is === 'protected');
      if (bearer.is === 'service') yield* strangePoints(at);
    }
    yield pass(
      `${byUser.size} users looked at; environments on this broker: ${some([...new Set(environments.values())])}; vhosts here: ${some([...own])}`,
    );
  },
};

/** Where a user has permissions, and whose vhosts there are. */
interface Places {
  readonly user: string;
  readonly places: readonly string[];
  readonly environments: ReturnType<typeof environmentsOf>;
  /** Those of the environment that is audited. */
  readonly own: ReturnType<typeof vhostsOf>;
}

function elsewhere({ user, places, own }: Places) {
  return permissionAddress(places.find((vhost) => !own.has(vhost)) ?? '', user);
}

function acrossPoints(at: Places, isProtected: boolean): Point[] {
  const { user, places, environments } = at;
  const across = new Set(places.flatMap((vhost) => environments.get(vhost) ?? []));
  if (across.size <= 1) return [];
  const says = `${user} has permissions in vhosts of the environments ${some([...across])}: ${some(places)}`;
  return [isProtected ? aside(`${says}; it is protected`) : { is: 'fail', says, address: elsewhere(at) }];
}

/** In the default vhost, or in one that no environment has. */
function* strangePoints(at: Places): Iterable<Point> {
  const { user, places, environments, own } = at;
  if (places.includes('/') && !own.has('/')) {
    const says = `${user} has permissions in /, the default vhost`;
    yield { is: 'fail', says, address: permissionAddress('/', user) };
  }
  const unknown = places.filter((vhost) => vhost !== '/' && !environments.has(vhost));
  if (unknown.length === 0) return;
  yield {
    is: 'manual',
    says: `${user} has permissions in ${some(unknown)}, which no environment of the topology has on this broker`,
    address: elsewhere(at),
    hint: 'see whose vhost it is, and take the permission away',
  };
}
