/** What `push(...more)` does, but for any number: an argument each has no room on the stack from some 100,000 on. */
export function append<T>(to: T[], more: Iterable<T>): void {
  for (const one of more) to.push(one);
}
