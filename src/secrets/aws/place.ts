/** For messages. */
export function placeOf(name: string): string {
  return `aws-sm ${name}`;
}
