import { vhostsOf } from '../compile/vhosts.ts';
import type { RabbitRule, RabbitSite } from './rule.ts';

export const unlimitedVhost: RabbitRule = {
  id: 'MQ806',
  name: 'unlimited-vhost',
  severity: 'note',
  summary: 'A production vhost takes any number of connections.',
  why: `A service that connects anew in a loop, or for each request, takes the memory and file descriptors of the broker, and with them those of all
other vhosts.`,
  instead: '`limits: { maxConnections: 1000 }` in the vhost; also `limits` in the services that need few.',
  *onSite({ production, landscape: { environment, services } }: RabbitSite) {
    if (!production || services.length === 0) return;
    for (const { section, path } of vhostsOf(environment.section).values()) {
      if (section.limits?.maxConnections !== undefined) continue;
      yield {
        position: environment.locate(path),
        message: `vhost ${section.name} takes any number of connections`,
        hint: 'write limits: { maxConnections: … } in it',
      };
    }
  },
};
