import {
  alterClientQuotasV1,
  type ClientQuotaEntityTypeValue,
  type ClientQuotaKeyValue,
} from '@platformatic/kafka';
import type { Change } from '../../../core/resource.ts';
import type { Session } from '../admin.ts';
import { inBatches } from '../batches.ts';
import { snakeCase } from '../normalize.ts';
import { quotaAddress, quotaEntity, type QuotaResource } from '../resources.ts';
import { outcomeOf, type Report } from './outcome.ts';

type QuotaChange = Change<QuotaResource>;

/** Creates, updates and deletes: what `after` does not name of `before` is removed. */
export async function alterQuotas(
  session: Session,
  changes: readonly QuotaChange[],
  report: Report,
): Promise<void> {
  for (const batch of inBatches(changes)) {
    const { entries } = await session.call(alterClientQuotasV1.api, batch.map(entryOf), false);
    const byAddress = new Map<string, QuotaChange>(batch.map((change) => [change.address, change]));
    for (const { entity, errorCode, errorMessage } of entries) {
      const named = Object.fromEntries(entity.map((one) => [one.entityType, one.entityName ?? null]));
      const change = byAddress.get(quotaAddress(named));
      if (change !== undefined) report(change, outcomeOf(errorCode, errorMessage));
    }
  }
}

function entryOf(change: QuotaChange): alterClientQuotasV1.AlterClientQuotasRequestEntry {
  const after = change.after ?? {};
  const gone = Object.keys(change.before ?? {}).filter((key) => after[key] === undefined);
  return {
    entities: Object.entries(quotaEntity(change.address)).map(([type, entityName]) => ({
      entityType: type as ClientQuotaEntityTypeValue,
      entityName,
    })),
    ops: [
      ...Object.entries(after).map(([key, value]) => ({ key: quotaKey(key), value, remove: false as const })),
      ...gone.map((key) => ({ key: quotaKey(key), remove: true as const })),
    ],
  };
}

function quotaKey(key: string): ClientQuotaKeyValue {
  return snakeCase(key) as ClientQuotaKeyValue;
}
