import type { Kind } from '../../core/kind.ts';
import type { RabbitResource } from './resources.ts';
import { binding } from './kinds/binding.ts';
import { exchange } from './kinds/exchange.ts';
import { permission, topicPermission } from './kinds/grants.ts';
import { operatorPolicy, policy } from './kinds/policy.ts';
import { queue } from './kinds/queue.ts';
import { user } from './kinds/user.ts';
import { vhost } from './kinds/vhost.ts';

/** A kind judges only resources of its own kind: the differ looks it up by the resource's `kind`. */
export const kinds = {
  'rabbitmq:vhost': vhost,
  'rabbitmq:user': user,
  'rabbitmq:exchange': exchange,
  'rabbitmq:queue': queue,
  'rabbitmq:binding': binding,
  'rabbitmq:permission': permission,
  'rabbitmq:topic-permission': topicPermission,
  'rabbitmq:policy': policy,
  'rabbitmq:operator-policy': operatorPolicy,
} satisfies { [Name in RabbitResource['kind']]: Kind<Extract<RabbitResource, { kind: Name }>> };
