import { type AuditLog, openAuditLog as open } from '../history/audit-log.ts';
import { whoAndWhere } from './user.ts';

/** The audit log of this machine's user. Throws before anything is written to a broker if it cannot be written. */
export function openAuditLog(path: string): Promise<AuditLog> {
  return open(path, { ...whoAndWhere(), now: () => new Date() });
}
