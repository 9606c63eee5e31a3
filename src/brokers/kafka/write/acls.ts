import { type Acl, createAclsV3, deleteAclsV3 } from '@platformatic/kafka';
import type { Change } from '../../../core/resource.ts';
import type { Session } from '../admin.ts';
import { inBatches } from '../batches.ts';
import type { AclResource, AclSpec } from '../resources.ts';
import { codeOf, operations, patternTypes, permissionTypes, resourceTypes } from '../words.ts';
import { done, outcomeOf, type Report, required } from './outcome.ts';

type AclChange = Change<AclResource>;

/** A binding, and at the same time the one filter that matches nothing else: all seven fields, never null, never MATCH. */
function bindingOf(spec: AclSpec): Acl {
  return {
    resourceType: codeOf(resourceTypes, spec.resource) as Acl['resourceType'],
    resourceName: spec.name,
    resourcePatternType: codeOf(patternTypes, spec.pattern) as Acl['resourcePatternType'],
    principal: spec.principal,
    host: spec.host,
    operation: codeOf(operations, spec.operation) as Acl['operation'],
    permissionType: codeOf(permissionTypes, spec.permission) as Acl['permissionType'],
  };
}

export async function createAcls(
  session: Session,
  changes: readonly AclChange[],
  report: Report,
): Promise<void> {
  for (const batch of inBatches(changes)) {
    const creations = batch.map((change) => bindingOf(required(change.after, change)));
    const { results } = await session.call(createAclsV3.api, creations);
    for (const [index, result] of results.entries()) {
      const change = batch[index];
      if (change !== undefined) report(change, outcomeOf(result.errorCode, result.errorMessage));
    }
  }
}

/** A filter that matches nothing is done too: somebody else has deleted it. */
export async function deleteAcls(
  session: Session,
  changes: readonly AclChange[],
  report: Report,
): Promise<void> {
  for (const batch of inBatches(changes)) {
    const filters = batch.map((change) => bindingOf(required(change.before, change)));
    const { filterResults } = await session.call(deleteAclsV3.api, filters);
    for (const [index, result] of filterResults.entries()) {
      const change = batch[index];
      if (change === undefined) continue;
      const failed = [result, ...result.matchingAcls].find(({ errorCode }) => errorCode !== 0);
      report(change, failed === undefined ? done : outcomeOf(failed.errorCode, failed.errorMessage));
    }
  }
}
