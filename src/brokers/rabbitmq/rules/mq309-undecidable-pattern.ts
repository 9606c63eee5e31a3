import { doubtOf } from '../compile/asks.ts';
import { writtenPatterns } from './patterns.ts';
import type { RabbitRule, RabbitSite } from './rule.ts';

export const undecidablePattern: RabbitRule = {
  id: 'MQ309',
  name: 'undecidable-pattern',
  severity: 'warning',
  summary: 'What a pattern reaches cannot be told.',
  why: `mqwarden judges patterns by an engine that takes linear time and agrees with every version of the broker. Look-around, back-references
and the like are beyond it, and are read differently by PCRE and by the PCRE2 of newer Erlangs. Such a pattern counts as reaching everything:
owners' \`allow\` refuses it, \`access\` and \`verify\` say "perhaps", and who reviews it has to trust it.`,
  instead: 'Alternatives that are written out: `^order\\.(queue|exchange)\\..*`, `^(a|b|c)$`.',
  *onSite(site: RabbitSite) {
    for (const { service, pattern, position, address } of writtenPatterns(site)) {
      const doubt = doubtOf(pattern);
      if (doubt === undefined) continue;
      yield {
        position,
        message: `what ${service.name} reaches by the pattern ${pattern} cannot be told: it has ${doubt}`,
        hint: 'write the alternatives out: ^order\\.(queue|exchange)\\..*',
        service: service.name,
        address,
      };
    }
  },
};
