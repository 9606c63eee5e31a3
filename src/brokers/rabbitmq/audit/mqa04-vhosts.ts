import { aside, pass, some, untold } from '../../../core/audit.ts';
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
      const places = granted.map(({ vhost }) => vhost);
      const across = new Set(places.flatMap((vhost) => environments.get(vhost) ?? []));
      const address = permissionAddress(places.find((vhost) => !own.has(vhost)) ?? '', user);
      if (across.size > 1) {
        const says = `${user} has permissions in vhosts of the environments ${some([...across])}: ${some(places)}`;
        yield bearer.is === 'protected' ? aside(`${says}; it is protected`) : { is: 'fail', says, address };
      }
      if (bearer.is !== 'service') continue;
      if (places.includes('/') && !own.has('/'))
        yield {
          is: 'fail',
          says: `${user} has permissions in /, the default vhost`,
          address: permissionAddress('/', user),
        };
      const unknown = places.filter((vhost) => vhost !== '/' && !environments.has(vhost));
      if (unknown.length > 0)
        yield {
          is: 'manual',
          says: `${user} has permissions in ${some(unknown)}, which no environment of the topology has on this broker`,
          address,
          hint: 'see whose vhost it is, and take the permission away',
        };
    }
    yield pass(
      `${byUser.size} users looked at; environments on this broker: ${some([...new Set(environments.values())])}; vhosts here: ${some([...own])}`,
    );
  },
};
