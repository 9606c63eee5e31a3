/** What stands behind the # of the page's address: what a person chose, so that it can be passed on, and Back goes back. Pure. */

/** Empty: everything, as the page opens. */
export type Place = ReadonlyMap<string, string>;

/** Undefined: the id of a part of the page, which chooses nothing. */
export function placeOf(hash: string): Place | undefined {
  const text = hash.slice(1);
  if (text !== '' && !text.includes('=')) return undefined;
  const pairs = text.split('&').flatMap((pair) => {
    const at = pair.indexOf('=');
    const [name, value] = [readable(pair.slice(0, at)), readable(pair.slice(at + 1))];
    return at < 1 || name === undefined || value === undefined || value === ''
      ? []
      : [[name, value] as const];
  });
  return new Map(pairs);
}

export function hashOf(place: Place): string {
  // What is half a character cannot be encoded.
  const written = (text: string) => encodeURIComponent(text.toWellFormed());
  const pairs = [...place].map(([name, value]) => `${written(name)}=${written(value)}`);
  return `#${pairs.length === 0 ? 'at=' : pairs.join('&')}`;
}

function readable(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
