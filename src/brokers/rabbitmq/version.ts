/** True if a version such as `4.3.6` or `4.3.0-rc.1` is `major.minor` or later; false for one that cannot be read. */
export function isAtLeast(version: string, major: number, minor: number): boolean {
  const match = /^(\d+)\.(\d+)/.exec(version);
  if (match === null) return false;
  const [live, liveMinor] = [Number(match[1]), Number(match[2])];
  return live > major || (live === major && liveMinor >= minor);
}
