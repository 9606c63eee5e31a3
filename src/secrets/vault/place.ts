/** For messages. */
export function placeOf(path: string): string {
  return `vault ${path}`;
}
