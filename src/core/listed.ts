/** Names as a sentence has them: `a, b and c`; past `most` of them, `a, b, c and 4 more`. */
export function listed(names: readonly string[], most = 3): string {
  const more = names.length - most;
  // To say "1 more" is no shorter than to name it.
  const [last, ...before] =
    more > 1 ? [`${more} more`, ...names.slice(0, most).reverse()] : names.toReversed();
  if (last === undefined) return '';
  return before.length === 0 ? last : `${before.reverse().join(', ')} and ${last}`;
}
