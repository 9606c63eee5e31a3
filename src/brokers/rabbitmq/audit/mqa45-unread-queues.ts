import { pass, untold } from '../../../core/audit.ts';
import { queueAddress } from '../resources.ts';
import type { RabbitCheck } from './check.ts';
import { vhostsOf } from './places.ts';

export const unreadQueues: RabbitCheck = {
  id: 'MQA45',
  name: 'rabbitmq-unread-queues',
  title: 'RabbitMQ: queues that hold messages have consumers',
  severity: 'warning',
  why: 'What nobody reads grows until the broker stops whoever publishes; and it may be data that should be gone.',
  instead: 'see whose queue it is: start its consumer, or delete it',
  link: 'https://www.rabbitmq.com/docs/queues',
  *points(subject) {
    const { queues } = subject.facts;
    if (queues.is !== 'told') {
      yield untold(queues);
      return;
    }
    const vhosts = vhostsOf(subject);
    const here = queues.value.filter(({ vhost }) => vhosts.has(vhost));
    for (const { vhost, name, messages, consumers } of here)
      if (messages > 0 && consumers === 0)
        yield {
          is: 'fail',
          says: `${name} in ${vhost} holds ${messages} messages, and nobody consumes it`,
          address: queueAddress(vhost, name),
        };
    yield pass(`${here.length} queues looked at`);
  },
};
