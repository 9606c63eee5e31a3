import { pass, some, untold } from '../../../core/audit.ts';
import { permissionAddress } from '../resources.ts';
import type { RabbitCheck } from './check.ts';
import { bearerOf } from './identities.ts';
import { vhostsOf } from './places.ts';

export const unmanagedUsers: RabbitCheck = {
  id: 'MQA44',
  name: 'rabbitmq-unmanaged-users',
  title: 'RabbitMQ: every user in the vhosts is known',
  severity: 'warning',
  why: 'Whoever is not in the topology is not reviewed, rotated or stopped by it.',
  instead: 'declare it under `services` or `principals`, name it under `protected`, or take it away',
  link: 'https://www.rabbitmq.com/docs/access-control',
  *points(subject) {
    const { definitions } = subject.facts;
    if (definitions.is !== 'told') {
      yield untold(definitions);
      return;
    }
    const vhosts = vhostsOf(subject);
    const here = (definitions.value.permissions ?? []).filter(({ vhost }) => vhosts.has(vhost));
    for (const { user, vhost } of here)
      if (bearerOf(subject, user).is === 'stranger')
        yield {
          is: 'fail',
          says: `${user} has permissions in ${vhost}`,
          address: permissionAddress(vhost, user),
        };
    yield pass(`${here.length} permissions in ${some([...vhosts])} looked at`);
  },
};
