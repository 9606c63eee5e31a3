import { hostname, userInfo } from 'node:os';
import { type AuditLog, openAuditLog as open } from '../history/audit-log.ts';

/** The audit log of this machine's user. Throws before anything is written to a broker if it cannot be written. */
export function openAuditLog(path: string): Promise<AuditLog> {
  return open(path, { who: userName(), host: hostname(), now: () => new Date() });
}

/** A container may run under a number that has no name. */
function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return `uid ${process.getuid?.() ?? 'unknown'}`;
  }
}
