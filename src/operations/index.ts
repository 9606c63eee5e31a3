export { apply, type ApplyOptions, type ApplyResult } from './apply.ts';
export { openAuditLog } from './audit-log.ts';
export { plan, type PlanOptions, type PlanResult } from './plan.ts';
export { readPlan } from './saved-plan.ts';
export { kinds, type SessionOptions } from './session.ts';
