import { partOf } from '../../../core/address.ts';
import { canonical } from '../../../core/json.ts';
import type { Change } from '../../../core/resource.ts';
import type { Admin } from '../admin.ts';
import type { LivePolicy } from '../definitions.ts';
import { policySpec } from '../normalize.ts';
import type { OperatorPolicy, Policy } from '../resources.ts';
import { createOnly, look, movedOn, remove, send } from './request.ts';

const paths = { 'rabbitmq:policy': 'policies', 'rabbitmq:operator-policy': 'operator-policies' } as const;

/** A change is read again before it is written: a PUT would overwrite what somebody else has made of it since. */
export async function writePolicy(
  admin: Admin,
  kind: (Policy | OperatorPolicy)['kind'],
  { address, before, after }: Change<Policy> | Change<OperatorPolicy>,
): Promise<void> {
  const path = [paths[kind], partOf(address, 0), partOf(address, 1)];
  if (before !== null) {
    const live = (await look(admin, path)) as LivePolicy | undefined;
    const spec = live === undefined ? null : policySpec(live);
    if (canonical(spec) === canonical(after)) return;
    if (canonical(spec) !== canonical(before)) throw movedOn();
  }
  if (after === null) return remove(admin, path);
  const { pattern, applyTo, priority, definition } = after;
  const body = { pattern, 'apply-to': applyTo, priority, definition };
  await send(admin, 'PUT', path, { ...(before === null ? createOnly : {}), body });
}
