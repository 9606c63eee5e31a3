import { userOf } from '../compile/world.ts';
import { nothing } from '../patterns/names.ts';
import { userAddress } from '../resources.ts';
import type { RabbitRule, RabbitSite } from './rule.ts';

export const idleUser: RabbitRule = {
  id: 'MQ609',
  name: 'idle-user',
  severity: 'note',
  summary: 'A service has a user on RabbitMQ and does nothing there.',
  why: `Its credential is made, stored and rotated, and can log in: one more that may be lost, for nothing. Mostly what it did was taken out, and the
section was left.`,
  instead: 'No `rabbitmq:` section; or what the service does.',
  *onSite({ landscape: { services }, resources }: RabbitSite) {
    const busy = new Set(
      resources.flatMap((one) => {
        if (one.kind === 'rabbitmq:user') return [];
        const isEmpty =
          one.kind === 'rabbitmq:permission' &&
          Object.values(one.spec).every((pattern) => pattern === nothing);
        return isEmpty ? [] : [one.service];
      }),
    );
    for (const service of services) {
      const hasTags = (service.section.tags ?? []).length > 0;
      if (busy.has(service.name) || service.suspended === true || hasTags) continue;
      yield {
        position: service.locate([]),
        message: `${service.name} has a user on RabbitMQ and does nothing there`,
        hint: 'take its section rabbitmq out, or say what it does',
        service: service.name,
        address: userAddress(userOf(service)),
      };
    }
  },
};
