import { hostname, userInfo } from 'node:os';

/** Who runs mqwarden, and where. */
export function whoAndWhere(): { readonly who: string; readonly host: string } {
  return { who: userName(), host: hostname() };
}

/** A container may run under a number that has no name. */
function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return `uid ${process.getuid?.() ?? 'unknown'}`;
  }
}
