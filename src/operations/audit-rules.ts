import { brokers } from '../brokers/index.ts';
import type { AuditRule } from '../core/audit.ts';
import { certificateChecks } from '../core/audit-certificates.ts';
import { secretChecks } from '../core/audit-secrets.ts';
import { compareText } from '../core/json.ts';

/** All that audit asks, of every broker that there is, in the order of their ids. Loads what talks to brokers. */
export async function auditRules(): Promise<readonly AuditRule[]> {
  const auditors = await Promise.all(brokers.map((broker) => broker.auditor()));
  return [...auditors.flatMap(({ rules }) => rules), ...secretChecks, ...certificateChecks].sort((a, b) =>
    compareText(a.id, b.id),
  );
}
