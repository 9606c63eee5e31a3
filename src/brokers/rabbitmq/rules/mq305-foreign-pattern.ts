import { listed } from '../../../core/listed.ts';
import { namesOf } from '../patterns/parse.ts';
import { compile, reach } from '../patterns/pattern.ts';
import { isWildcard, type WrittenPattern, writtenPatterns } from './patterns.ts';
import type { RabbitRule, RabbitSite } from './rule.ts';

export const foreignPattern: RabbitRule = {
  id: 'MQ305',
  name: 'foreign-pattern',
  severity: 'warning',
  summary: 'A pattern reaches what another service owns, and does not name it.',
  why: `A pattern is meant for names that its service makes. That it also fits those of another one is seen by nobody: neither file says so,
and the messages in there are read, or sent, by one more. What the other service adds tomorrow may be reached as well.`,
  instead: `A pattern that only its own names fit: \`^order\\.queue\\..*\` rather than \`^order.*\`. What is meant of another service is said
by intent (\`publishes\`, \`consumes\`), and its owner can say so too: \`allow: { consume: [audit-service] }\`.`,
  *onSite(site: RabbitSite) {
    for (const written of writtenPatterns(site)) {
      const { service, right, pattern, position, address } = written;
      if (right === 'configure' || isWildcard(pattern) || namesOf(pattern) !== undefined) continue;
      if (compile(pattern).kind === 'undecidable') continue;
      const found = foreign(written);
      if (found.length === 0) continue;
      const does = right === 'write' ? 'write to' : 'read';
      yield {
        position,
        message: `by the pattern ${pattern} ${service.name} may ${does} what others own: ${listed(found)}`,
        hint: 'write a pattern that only its own names fit, and say by intent what it does with those of others',
        service: service.name,
        address,
      };
    }
  },
};

/** What it reaches of others, without what they allow, and without what it says by intent. */
function foreign({ world, service, pattern }: WrittenPattern): string[] {
  const member = world.members.find((one) => one.service === service);
  const meant = new Set([
    ...(member?.publishes ?? []).map(({ exchange }) => exchange),
    ...(member?.consumes ?? []).map(({ queue }) => queue),
    ...(member?.sends ?? []).map(({ queue }) => queue),
  ]);
  return [...world.exchanges.values(), ...world.queues.values()]
    .filter(({ name, service: owner, section }) => {
      if (owner === service || section.allow !== undefined || meant.has(name)) return false;
      return reach(pattern, name) === 'yes';
    })
    .map(({ name, service: owner }) => `${name} of ${owner.name}`);
}
