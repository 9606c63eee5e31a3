import type { Address } from '../../../core/address.ts';
import type { Kind } from '../../../core/kind.ts';
import { canonical } from '../../../core/json.ts';
import type { Change } from '../../../core/resource.ts';
import { principalOf, userOf } from '../names.ts';
import { aclAddress, type AclResource, type AclSpec } from '../resources.ts';
import { clusterName } from '../words.ts';
import { userOwnership } from './ownership.ts';
import { phases } from './phases.ts';

/**
 * An ACL binding is its identity, so it is only ever created or deleted. The order keeps a principal within the union of its
 * old and new grants: DENY comes first, ALLOW next, old ALLOW goes after the new is in, old DENY last.
 */
export const aclKind: Kind<AclResource> = {
  label: 'ACL',
  order: 3,
  holdsData: false,
  ownership: (live, ground) => userOwnership(userOf(live.spec.principal), ground),
  principal: ({ spec }) => userOf(spec.principal),
  as: (live, name) => {
    const spec = { ...live.spec, principal: principalOf(name) };
    return { ...live, spec, address: aclAddress(spec) };
  },
  // Never asked: an equal address is an equal spec.
  judge: () => ({ is: 'replace', why: 'differs' }),
  // Kafka takes ACLs for what does not exist yet, be it topic or user.
  needs: () => [],
  hazard: (change) =>
    change.action === 'delete' && change.before?.permission === 'deny'
      ? { needs: 'widening', why: `removes a DENY: ${sentence(change.before)}` }
      : undefined,
  phase: (change) => phaseOf[stepOf(change)],
  after,
  title: (_at, { permission, resource, name, pattern, principal, host }, row) => {
    const operations = row.map(({ operation }) => operation).sort();
    const on = resource === 'cluster' ? clusterName : `${resource} ${name} (${pattern})`;
    return `${permission} ${operations.join(', ')} on ${on} to ${principal} from ${host}`;
  },
  row: ({ permission, resource, name, pattern, principal, host }) =>
    canonical([permission, resource, name, pattern, principal, host]),
  // The title says it all: an ACL is its identity.
  show: () => [],
};

function sentence({ principal, operation, resource, name, host }: AclSpec): string {
  const from = host === '*' ? '' : ` from ${host}`;
  return `${principal} could ${operation} ${resource} ${name}${from} again where an ALLOW covers it`;
}

type Step = 'create deny' | 'create allow' | 'delete allow' | 'delete deny';

const phaseOf: Readonly<Record<Step, number>> = {
  'create deny': phases.denyCreate,
  'create allow': phases.allowCreate,
  'delete allow': phases.allowDelete,
  'delete deny': phases.denyDelete,
};

const waitsFor: Readonly<Record<Step, readonly Step[]>> = {
  'create deny': [],
  'create allow': ['create deny'],
  'delete allow': ['create allow'],
  'delete deny': ['create deny', 'delete allow'],
};

function stepOf(change: Change<AclResource>): Step {
  const spec = change.after ?? change.before;
  const permission = spec?.permission === 'deny' ? 'deny' : 'allow';
  return change.action === 'delete' ? `delete ${permission}` : `create ${permission}`;
}

function after(change: Change<AclResource>, others: readonly Change[]): Address[] {
  const principal = (change.after ?? change.before)?.principal ?? '';
  const steps = stepsOf(others).get(principal);
  return waitsFor[stepOf(change)].flatMap((step) => steps?.get(step) ?? []);
}

type Steps = ReadonlyMap<string, ReadonlyMap<Step, readonly Address[]>>;

/** Asked once for each change with the same list: thousands of ACLs must not be walked thousands of times. */
const indexed = new WeakMap<readonly Change[], Steps>();

function stepsOf(changes: readonly Change[]): Steps {
  const known = indexed.get(changes);
  if (known !== undefined) return known;
  const steps = new Map<string, Map<Step, Address[]>>();
  for (const change of changes.filter(isAclChange)) {
    const principal = (change.after ?? change.before)?.principal ?? '';
    const own = steps.get(principal) ?? new Map<Step, Address[]>();
    own.set(stepOf(change), [...(own.get(stepOf(change)) ?? []), change.address]);
    steps.set(principal, own);
  }
  indexed.set(changes, steps);
  return steps;
}

export function isAclChange(change: Change): change is Change<AclResource> {
  return change.kind === 'kafka:acl';
}

/** The planned deletions of a principal's ACLs. */
export function aclDeletions(changes: readonly Change[], principal: string): Address[] {
  const steps = stepsOf(changes).get(principal);
  return [...(steps?.get('delete allow') ?? []), ...(steps?.get('delete deny') ?? [])];
}
