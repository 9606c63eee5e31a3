export { apply, type ApplyResult } from './apply.ts';
export { openAuditLog } from './audit-log.ts';
export { listCredentials } from './credentials.ts';
export { importTopology, type ImportResult } from './import.ts';
export { plan, planAgainst, planWithoutSecrets } from './plan.ts';
export { planRotation, rotate } from './rotate.ts';
export { readPlan, savePlan } from './saved-plan.ts';
export { kinds } from './session.ts';
export { readSnapshot, saveSnapshot, takeSnapshot } from './snapshot.ts';
