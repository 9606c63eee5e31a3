import { compareText } from '../../../core/json.ts';
import { byteLength } from '../names.ts';

/** Nothing is granted. A live '' means the same to the broker. */
export const nothing = '^$';

/** RabbitMQ 4.3 refuses longer patterns (`pattern_too_long`). */
export const longestPattern = 1024;

const special = /[\\.^$|()[\]{}*+?]/g;

/** Escapes what the broker's regular expressions take for more than itself, and no other character. */
export function escapePattern(name: string): string {
  return name.replace(special, '\\$&');
}

/**
 * The pattern that matches exactly these names: `^a\.b$`, `^(a|b)$` sorted, `^$` for none. Past `room` bytes common prefixes are
 * factored out, which changes the text, never the language.
 */
export function namePattern(names: Iterable<string>, room = longestPattern): string {
  const sorted = [...new Set(names)].sort(compareText);
  const plain = anchored(sorted.map(escapePattern));
  return byteLength(plain) <= room ? plain : anchored(factored(sorted.map(tokensOf)));
}

/** What a pattern is put together from: escaped characters, and wildcards as they stand. */
export type Tokens = readonly string[];

/** In whole characters: half of a surrogate pair is no text. */
export function tokensOf(name: string): Tokens {
  return Array.from(name, escapePattern);
}

/** The anchored pattern of alternatives, all different, in this order while they need not be factored. */
export function alternativesPattern(alternatives: readonly Tokens[], room = longestPattern): string {
  const plain = anchored(alternatives.map((tokens) => tokens.join('')));
  return byteLength(plain) <= room ? plain : anchored(factored(alternatives));
}

/** Whole-text alternatives that are patterns already. */
function anchored(alternatives: readonly string[]): string {
  const [first, ...rest] = alternatives;
  if (first === undefined) return nothing;
  return rest.length === 0 ? `^${first}$` : `^(${alternatives.join('|')})$`;
}

/** The same alternatives with shared beginnings pulled out wherever that makes the text shorter. */
function factored(alternatives: readonly Tokens[]): string[] {
  const groups = Map.groupBy(alternatives, ([first = '']) => first);
  return [...groups.values()].flatMap((group) => {
    const [only = [], ...more] = group;
    if (more.length === 0) return [only.join('')];
    const shared = commonLength(group);
    const head = only.slice(0, shared).join('');
    const tails = factored(group.map((tokens) => tokens.slice(shared)));
    const flat = tails.map((tail) => head + tail);
    const grouped = `${head}(${tails.join('|')})`;
    return byteLength(grouped) < byteLength(flat.join('|')) ? [grouped] : flat;
  });
}

function commonLength(group: readonly Tokens[]): number {
  const [first = []] = group;
  const differs = first.findIndex((token, at) => group.some((tokens) => tokens[at] !== token));
  return differs < 0 ? first.length : differs;
}
