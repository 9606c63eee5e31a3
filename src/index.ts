/**
 * The library behind the command line: the same operations, for programs. What is expected to go wrong is thrown as MqwardenError, with a
 * stable `code` (`MQWARDEN_…`) and a `hint` of what to do next; a topology that does not hold together as TopologyError, with all of its
 * `problems`. Times are milliseconds, and say so in their names; lines and columns count from 1.
 */
export { type Address, address, partsOf } from './core/address.ts';
export { cautious, type Decisions } from './core/decisions.ts';
export { MqwardenError, TopologyError } from './core/errors.ts';
export type { Plan } from './core/plan.ts';
export type { Action, Change } from './core/resource.ts';
export { apply, type ApplyOptions, type ApplyResult } from './operations/apply.ts';
export { importTopology, type ImportOptions, type ImportResult } from './operations/import.ts';
export { lint, type Linted, type LintOptions } from './operations/lint.ts';
export { openAuditLog } from './operations/audit-log.ts';
export { plan, type PlanOptions, type PlanResult } from './operations/plan.ts';
export { readPlan } from './operations/saved-plan.ts';
export { report, type ReportOptions } from './operations/report.ts';
export { verify, type Verification, type VerifyOptions } from './operations/verify.ts';
export { Redaction } from './secrets/redact.ts';
