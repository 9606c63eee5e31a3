import { allowedSpecs, bites } from './covers.ts';
import { writtenGrants } from './grants.ts';
import type { KafkaRule, KafkaSite } from './rule.ts';

export const needlessDeny: KafkaRule = {
  id: 'MQ315',
  name: 'needless-deny',
  severity: 'note',
  summary: 'A DENY is about what is not allowed anyway.',
  why: `Kafka refuses what no ACL allows. A DENY of it changes nothing today, and looks as if something were allowed that must be taken back;
whoever later grants it on purpose is refused, and finds out why last. It is hard to get rid of, too: removing a DENY counts as widening.`,
  instead: `Nothing. Where it guards against what others may add, such as an ALLOW for \`User:*\`, say so in a comment that ignores this.`,
  *onSite(site: KafkaSite) {
    for (const [service, grants] of Map.groupBy(writtenGrants(site), (one) => one.service)) {
      const allowed = allowedSpecs(service);
      for (const { grant, specs, locate, label } of grants) {
        if (grant.permission !== 'deny') continue;
        for (const operation of grant.operations) {
          const denied = specs.filter((spec) => spec.operation === operation);
          if (denied.some((deny) => allowed.some((allow) => bites(deny, allow)))) continue;
          yield {
            position: locate(),
            message: `the DENY changes nothing: ${service.name} is not allowed to ${label(operation)}`,
            hint: 'take it out, or say in a comment what it guards against',
            service: service.name,
          };
        }
      }
    }
  },
};
