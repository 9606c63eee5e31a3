import type { Kind } from '../../core/kind.ts';
import { aclKind } from './kinds/acl.ts';
import { quotaKind } from './kinds/quota.ts';
import { topicKind } from './kinds/topic.ts';
import { userKind } from './kinds/user.ts';
import type { KafkaResource } from './resources.ts';

export const kinds: Readonly<Record<KafkaResource['kind'], Kind<KafkaResource>>> = {
  'kafka:topic': topicKind,
  'kafka:user': userKind,
  'kafka:quota': quotaKind,
  'kafka:acl': aclKind,
};
