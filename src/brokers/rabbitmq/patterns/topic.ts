import { compareText } from '../../../core/json.ts';
import { alternativesPattern, namePattern, type Tokens, tokensOf } from './names.ts';

/**
 * Routing keys with AMQP's wildcards, as regular expressions for topic permissions. Pure.
 *
 * A routing key is a list of words joined by dots, and the empty key is the empty list; `*` stands for one word (which may
 * be empty), `#` for zero or more. Seen in RabbitMQ's rabbit_exchange_type_topic.
 */

/** Every routing key. */
export const everyKey = '.*';

/** The pattern that matches exactly the keys that these patterns match; `^$` for none, which lets the empty key through. */
export function topicPattern(routingKeys: Iterable<string>): string {
  const bodies = new Map([...routingKeys].map(keyBody).map((tokens) => [tokens.join(''), tokens]));
  if (bodies.has(everyKey)) return everyKey;
  const sorted = [...bodies].sort(([a], [b]) => compareText(a, b));
  return alternativesPattern(sorted.map(([, tokens]) => tokens));
}

/** What `*.#` comes to. */
const everyKeyWithAWord = '^.+$';

/** Whether it stands for every routing key, or for every one that is not empty, however it is written: `#`, `#.#`, `*.#`. */
export function isEveryKey(routingKey: string): boolean {
  return [everyKey, everyKeyWithAWord].includes(topicPattern([routingKey]));
}

/**
 * The pattern that lets through exactly these binding keys as text. Never expanded: the broker matches the binding key as
 * it is written, so that a `#` in it would slip through a compiled pattern.
 */
export function bindingKeyPattern(bindingKeys: Iterable<string>): string {
  return namePattern(bindingKeys);
}

function keyBody(routingKey: string): Tokens {
  const words = canonicalWords(routingKey === '' ? [] : routingKey.split('.'));
  const rest = words.filter((word) => word !== '#');
  if (rest.length === 0) return words.length === 0 ? [] : [everyKey];
  const single = singleWord(words, rest);
  return single === undefined ? joined(words) : [single];
}

/** In a run of wildcards their order says nothing: stars first, then at most one `#`. */
function canonicalWords(words: readonly string[]): string[] {
  const canonical: string[] = [];
  let many = false;
  for (const word of words) {
    if (word === '#') {
      many = true;
      continue;
    }
    if (many && word !== '*') canonical.push('#');
    if (word !== '*') many = false;
    canonical.push(word);
  }
  return many ? [...canonical, '#'] : canonical;
}

/**
 * With one word that may be empty, the plain translation would match the empty key, which has no word at all: these few
 * cases are written out.
 */
function singleWord(words: readonly string[], rest: readonly string[]): string | undefined {
  const [word] = rest;
  if (rest.length !== 1 || (word !== '*' && word !== '')) return undefined;
  if (word === '*') return words.length === 1 ? '[^.]+' : '.+';
  if (words.length === 3) return '((.*\\.)?\\..*|.*\\.)';
  return words[0] === '#' ? '.*\\.' : '\\..*';
}

/** Words with `\.` between them; a `#` takes the dot beside it along when it stands for nothing. */
function joined(words: readonly string[]): Tokens {
  return words.flatMap((word, at) => {
    const first = at === 0;
    const last = at === words.length - 1;
    if (word === '#') return last ? ['(\\..*)?'] : first ? ['(.*\\.)?'] : ['\\.', '(.*\\.)?'];
    // A `#` before this word has already written the dot between them.
    const dot = first || words[at - 1] === '#' ? [] : ['\\.'];
    return [...dot, ...(word === '*' ? ['[^.]*'] : tokensOf(word))];
  });
}
