import type { Kind } from '../../../core/broker.ts';
import type { RabbitResource } from '../resources.ts';
import { binding } from './binding.ts';
import { exchange } from './exchange.ts';
import { permission, topicPermission } from './grants.ts';
import { operatorPolicy, policy } from './policy.ts';
import { queue } from './queue.ts';
import { user } from './user.ts';
import { vhost } from './vhost.ts';

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
