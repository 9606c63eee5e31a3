import { isWildcard, type Right, writtenPatterns } from './patterns.ts';
import type { RabbitRule, RabbitSite } from './rule.ts';

const may: Readonly<Record<Right, string>> = {
  configure: 'declare and delete every queue and exchange',
  write: 'publish to every exchange, and through the default one to every queue,',
  read: 'read every queue, and bind to every exchange,',
};

export const wildcardPermission: RabbitRule = {
  id: 'MQ301',
  name: 'wildcard-permission',
  severity: 'error',
  summary: 'A service is granted a right on everything in a vhost of RabbitMQ.',
  why: `\`.*\` is what tutorials grant. Whoever gets the credential of that service has the messages of all the others: it reads them before
they do, sends in their name, or deletes their queues with all that is in them. What is added to the vhost later is in it too.`,
  instead: `What the service does: \`publishes\`, \`consumes\`, \`sends\`; the pattern follows from it. Where names are made at run time, a
\`namespace\`, or a pattern that begins with a prefix of its own: \`^webhook\\..*\`.`,
  *onSite(site: RabbitSite) {
    for (const { service, right, pattern, position, address } of writtenPatterns(site)) {
      if (!isWildcard(pattern)) continue;
      yield {
        position,
        message: `${service.name} may ${may[right]} of its vhost, by the pattern ${pattern}`,
        hint: 'say what it does (publishes, consumes), or write a pattern that begins with its own names',
        service: service.name,
        address,
      };
    }
  },
};
