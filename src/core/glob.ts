/**
 * A whole-name, case-sensitive glob in which only `*` is special and stands for any run of characters. Used for claims
 * and for protected names. Matching is linear in name times stars: no regular expression is built from user input.
 */
export function matchesGlob(glob: string, name: string): boolean {
  const [head = '', ...rest] = glob.split('*');
  if (rest.length === 0) return glob === name;
  const tail = rest.pop() ?? '';
  if (!name.startsWith(head) || name.length < head.length + tail.length || !name.endsWith(tail)) return false;
  let from = head.length;
  const end = name.length - tail.length;
  for (const part of rest) {
    const found = name.indexOf(part, from);
    if (found < 0 || found + part.length > end) return false;
    from = found + part.length;
  }
  return true;
}

export function matchesAny(globs: readonly string[], name: string): boolean {
  return globs.some((glob) => matchesGlob(glob, name));
}

/** Whether some name is matched by both globs. In the time of one length times the other. */
export function globsOverlap(a: string, b: string): boolean {
  // Where in `b` one can be after so much of `a`; a star may stand for nothing, or stay where it is.
  let at = skipStars(b, [0]);
  for (const step of a) {
    if (step === '*') at = skipStars(b, from(Math.min(...at), b.length));
    else {
      const moved = at.flatMap((j) => (b[j] === '*' ? [j] : b[j] === step ? [j + 1] : []));
      at = skipStars(b, moved);
    }
    if (at.length === 0) return false;
  }
  return at.includes(b.length);
}

function from(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_unused, index) => first + index);
}

function skipStars(glob: string, at: readonly number[]): number[] {
  const reached = new Set(at);
  for (const j of reached) if (glob[j] === '*') reached.add(j + 1);
  return [...reached];
}
