import { pass, untold } from '../../../core/audit.ts';
import { userAddress } from '../resources.ts';
import type { RabbitCheck } from './check.ts';
import { bearerOf } from './identities.ts';

export const idleUsers: RabbitCheck = {
  id: 'MQA42',
  name: 'rabbitmq-idle-users',
  title: 'RabbitMQ: every user has a use',
  severity: 'warning',
  why: 'A user that nobody needs is a password that nobody watches.',
  instead: 'delete the user, or name it under `protected`',
  link: 'https://www.rabbitmq.com/docs/access-control',
  *points(subject) {
    const { definitions } = subject.facts;
    if (definitions.is !== 'told') {
      yield untold(definitions);
      return;
    }
    const { users = [], permissions = [] } = definitions.value;
    const permitted = new Set(permissions.map(({ user }) => user));
    for (const { name, tags = [] } of users)
      if (!permitted.has(name) && tags.length === 0 && bearerOf(subject, name).is === 'stranger')
        yield {
          is: 'fail',
          says: `${name} has no permission in any vhost, and no tag`,
          address: userAddress(name),
        };
    yield pass(`${users.length} users looked at`);
  },
};
