import { compile } from '../patterns/pattern.ts';
import { type Node, parse } from '../patterns/syntax.ts';
import { isWildcard, writtenPatterns } from './patterns.ts';
import type { RabbitRule, RabbitSite } from './rule.ts';

export const loosePattern: RabbitRule = {
  id: 'MQ310',
  name: 'loose-pattern',
  severity: 'warning',
  summary: 'A pattern is not tied to the beginning of a name, or not to its end.',
  why: `RabbitMQ looks for a pattern anywhere in a name: \`orders\` is also \`reorders\`, \`orders.secret\` and \`old-orders-2019\`. Whoever
may name things chooses what it reaches.`,
  instead: `\`^orders$\` for one name, \`^orders\\..*\` for all that begins so. In alternatives, each: \`^(orders|refunds)$\`, not
\`^orders|refunds$\`. A beginning that ends in a separator, \`^orders\\.\`, and an open end that is written out (\`.*\`) are taken as meant.`,
  *onSite(site: RabbitSite) {
    for (const { service, pattern, position, address } of writtenPatterns(site)) {
      if (isWildcard(pattern) || compile(pattern).kind === 'undecidable') continue;
      const { node } = parse(pattern);
      const [starts, ends] = [isTied(node, 'start'), isTied(node, 'end')];
      if (starts && ends) continue;
      const what = starts ? 'after' : ends ? 'before' : 'before and after';
      yield {
        position,
        message: `the pattern ${pattern} of ${service.name} fits names that have anything ${what} it`,
        hint: 'begin it with ^ and end it with $, or with .* where more may follow',
        service: service.name,
        address,
      };
    }
  },
};

/** By an anchor, or by a wildcard that says that it is not meant to be. */
function isTied(node: Node, side: 'start' | 'end'): boolean {
  switch (node.is) {
    case side:
      return true;
    case 'sequence': {
      const outer = side === 'start' ? node.nodes[0] : node.nodes.at(-1);
      return outer !== undefined && isTied(outer, side);
    }
    case 'choice':
      return node.nodes.every((one) => isTied(one, side));
    case 'repeat':
      return (
        node.most === Infinity && node.node.is === 'bytes' && node.node.bytes.filter(Boolean).length > 200
      );
    case 'bytes':
      return side === 'end' && isSeparator(node);
    default:
      return false;
  }
}

function isSeparator({ bytes }: { readonly bytes: readonly boolean[] }): boolean {
  const chosen = bytes.flatMap((isOne, byte) => (isOne ? [String.fromCharCode(byte)] : []));
  return chosen.length === 1 && /[._:/-]/.test(chosen[0] ?? '');
}
