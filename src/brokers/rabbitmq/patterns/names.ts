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
 * The pattern that matches exactly these names: `^a\.b$`, `^(a|b)$` sorted, `^$` for none. Past 1,024 bytes common prefixes
 * are factored out, which changes the text, never the language.
 */
export function namePattern(names: Iterable<string>): string {
  const sorted = [...new Set(names)].sort(compareText);
  const plain = anchored(sorted.map(escapePattern));
  if (byteLength(plain) <= longestPattern) return plain;
  return anchored(factored(sorted));
}

/** Whole-text alternatives that are patterns already. */
export function anchored(alternatives: readonly string[]): string {
  const [first, ...rest] = alternatives;
  if (first === undefined) return nothing;
  return rest.length === 0 ? `^${first}$` : `^(${alternatives.join('|')})$`;
}

/** Alternatives for sorted, distinct names, with shared prefixes pulled out wherever that makes the text shorter. */
function factored(names: readonly string[]): string[] {
  const groups = Map.groupBy(names, (name) => firstCharacter(name));
  return [...groups.values()].flatMap((group) => {
    const [only, ...more] = group;
    if (only === undefined || more.length === 0) return group.map(escapePattern);
    const prefix = commonPrefix(group);
    const tails = factored(group.map((name) => name.slice(prefix.length)));
    const head = escapePattern(prefix);
    const flat = tails.map((tail) => head + tail);
    const grouped = `${head}(${tails.join('|')})`;
    return byteLength(grouped) < byteLength(flat.join('|')) ? [grouped] : flat;
  });
}

function firstCharacter(name: string): string {
  const [first = ''] = name;
  return first;
}

/** In whole characters: half of a surrogate pair is no text. */
function commonPrefix(names: readonly string[]): string {
  const characters = names.map((name) => Array.from(name));
  const [shortest = []] = [...characters].sort((a, b) => a.length - b.length);
  const differs = shortest.findIndex((character, at) => characters.some((name) => name[at] !== character));
  return shortest.slice(0, differs < 0 ? shortest.length : differs).join('');
}
