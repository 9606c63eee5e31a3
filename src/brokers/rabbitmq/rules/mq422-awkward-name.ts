import { listed } from '../../../core/listed.ts';
import type { RabbitRule, RabbitSite } from './rule.ts';
import { factsOf, objectsOf } from './worlds.ts';

export const awkwardName: RabbitRule = {
  id: 'MQ422',
  name: 'awkward-name',
  severity: 'note',
  summary: 'The name of a queue or exchange has characters that get lost on the way.',
  why: `RabbitMQ takes nearly every name. Blanks, quotes, slashes and characters beyond ASCII have to be escaped in addresses, shells and patterns,
each in another way, and some look like others. Where somebody forgets it, another name is meant, or all of them.`,
  instead: 'Letters, digits, `.`, `_`, `-` and `:`: `order.queue.payments`.',
  *onSite(site: RabbitSite) {
    for (const world of factsOf(site).worlds()) {
      for (const { what, name, service, path, provided, address } of objectsOf(world)) {
        const odd = [...new Set(name.match(/[^A-Za-z0-9._:-]/gu) ?? [])].map((one) =>
          one === ' ' ? 'a blank' : `"${one}"`,
        );
        if (odd.length === 0 || provided === true) continue;
        yield {
          position: service.locate(path),
          message: `the name of ${what} ${name} has ${listed(odd)} in it`,
          hint: 'use letters, digits, ".", "_", "-" and ":"',
          service: service.name,
          address,
        };
      }
    }
  },
};
