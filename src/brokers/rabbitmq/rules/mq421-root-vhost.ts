import { vhostsOf } from '../compile/vhosts.ts';
import type { RabbitRule, RabbitSite } from './rule.ts';

export const rootVhost: RabbitRule = {
  id: 'MQ421',
  name: 'root-vhost',
  severity: 'warning',
  summary: 'An environment lives in the vhost `/`.',
  why: `\`/\` is there from the start, and everything that says nothing connects to it: tools, examples, the services of the next environment. Vhosts
are what keeps environments apart on RabbitMQ, and this is the one that they all fall into.`,
  instead: 'A vhost that is called after the environment: `vhost: production`. mqwarden makes it.',
  *onSite({ environment: name, landscape: { environment } }: RabbitSite) {
    for (const { section, path } of vhostsOf(environment.section).values()) {
      if (section.name !== '/') continue;
      yield {
        position: environment.locate(path),
        message: `${name} lives in the vhost /, where everything goes that names none`,
        hint: 'give it a vhost of its own',
      };
    }
  },
};
