/** A name as one word of a POSIX shell, for a command that a hint offers to copy: it may hold spaces, quotes and `$`. */
export function quoted(word: string): string {
  return /^[\w./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
