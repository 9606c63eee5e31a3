import { takes } from './covers.ts';
import { writtenGrants, type WrittenGrant } from './grants.ts';
import type { KafkaRule, KafkaSite } from './rule.ts';

export const shadowedDeny: KafkaRule = {
  id: 'MQ316',
  name: 'shadowed-deny',
  severity: 'note',
  summary: 'All that a DENY takes, another one of the same service takes, too.',
  why: `One of the two is for nothing, and nobody can tell which was meant: who takes the wider one out to let something through finds the narrower
one in the way, and who takes out the narrower one believes to have opened something that is still shut.`,
  instead: 'The one that is meant.',
  *onSite(site: KafkaSite) {
    for (const [service, grants] of Map.groupBy(writtenGrants(site), (one) => one.service)) {
      const denies = grants.filter(({ grant }) => grant.permission === 'deny');
      for (const [at, narrow] of denies.entries()) {
        const wide = denies.find(
          // Of two that are equal, the first one is kept.
          (one, index) => index !== at && within(narrow, one) && (index < at || !within(one, narrow)),
        );
        if (wide === undefined) continue;
        yield {
          position: narrow.locate(),
          message: `another DENY of ${service.name} takes all that this one takes`,
          hint: 'take one of the two out',
          service: service.name,
          related: [{ message: 'the other one is here', position: wide.locate() }],
        };
      }
    }
  },
};

function within(narrow: WrittenGrant, wide: WrittenGrant): boolean {
  return narrow.specs.every((one) => wide.specs.some((other) => takes(other, one)));
}
