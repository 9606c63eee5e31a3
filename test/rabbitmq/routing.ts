/** The reference: AMQP's own words, by recursion. The empty key has no word (rabbit_exchange_type_topic). */
export function routes(pattern: string, key: string): boolean {
  return matches(words(pattern), words(key));
}

function matches(pattern: readonly string[], key: readonly string[]): boolean {
  const [word, ...rest] = pattern;
  if (word === undefined) return key.length === 0;
  if (word === '#') return matches(rest, key) || (key.length > 0 && matches(pattern, key.slice(1)));
  return key.length > 0 && (word === '*' || word === key[0]) && matches(rest, key.slice(1));
}

function words(key: string): string[] {
  return key === '' ? [] : key.split('.');
}
