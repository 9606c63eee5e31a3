import { type Address, partOf } from '../../../core/address.ts';
import type { Kind, View } from '../../../core/kind.ts';
import type { Change, Hazard, Resource } from '../../../core/resource.ts';
import { setting } from '../../../core/setting.ts';
import { type OperatorPolicy, type Policy, type PolicySpec, vhostAddress } from '../resources.ts';
import { isTarget, lossesBetween, mayRule, type Policies, type Target } from '../ruling.ts';
import { differences, inDeclaredVhost, phases, showRecord, upOrDown } from './shared.ts';

/** Policies and operator policies: a change of one may discard what is in every queue that it reaches. */
function policyKind<P extends Policy | OperatorPolicy>(label: string, order: number): Kind<P> {
  return {
    label,
    order,
    holdsData: false,
    ownership: (live, ground) => ({ fate: inDeclaredVhost(live.address, ground) ? 'prunable' : 'unmanaged' }),
    judge: (live, desired) => ({ is: 'update', why: differences(live.spec, desired.spec) }),
    needs: ({ address }) => [vhostAddress(partOf(address, 0))],
    hazard: (change, view) => hazardOf(change, view),
    phase: (change) => upOrDown(change, phases.policy, phases.policyDelete),
    show: (spec) => [
      ['pattern', spec.pattern],
      setting('applies to', spec.applyTo, 'all'),
      setting('priority', String(spec.priority), '0'),
      ['definition', showRecord(spec.definition)],
    ],
  };
}

export const policy = policyKind<Policy>('policy', 7);
export const operatorPolicy = policyKind<OperatorPolicy>('operator policy', 8);

/**
 * Looks at what is on the broker: a queue that is yet to be made has nothing to lose. Both by this change alone and by all of the
 * plan, since a part of it may be held back.
 */
function hazardOf(
  change: Change<Policy | OperatorPolicy>,
  view: View<Policy | OperatorPolicy>,
): Hazard | undefined {
  const { address, before, after } = change;
  const live = rulesIn(view.live, change);
  const alone = new Map(live);
  if (after === null) alone.delete(address);
  else alone.set(address, after);
  const whole = wholePlan(live, view, change);
  const found = targetsIn(view.live, partOf(address, 0))
    .filter((target) => mayRule(before, target) || mayRule(after, target))
    .map((target) => {
      const ends = [alone, whole].flatMap((end) => lossesBetween(live, end, target, address));
      return { name: partOf(target.address, 1), losses: [...new Set(ends)].join(', ') };
    })
    .filter(({ losses }) => losses !== '');
  if (found.length === 0) return undefined;
  const told = [...Map.groupBy(found, ({ losses }) => losses)].map(
    ([losses, group]) => `${losses} on ${listed(group.map(({ name }) => name))}`,
  );
  return { needs: 'data-loss', why: `messages may be discarded: ${told.join('; ')}` };
}

function wholePlan(live: Policies, view: View<Policy | OperatorPolicy>, change: Change): Policies {
  const staying = [...live].filter(([address]) => !view.going.has(address));
  return new Map([...staying, ...rulesIn(view.desired, change)]);
}

/** The policies of the same kind in the same vhost. */
function rulesIn(
  all: ReadonlyMap<Address, Policy | OperatorPolicy>,
  { kind, address }: Pick<Change, 'kind' | 'address'>,
): Map<Address, PolicySpec> {
  const here = [...all.values()].filter(
    (one) => one.kind === kind && partOf(one.address, 0) === partOf(address, 0),
  );
  return new Map(here.map((one) => [one.address, one.spec]));
}

function targetsIn(live: ReadonlyMap<Address, Resource>, vhost: string): Target[] {
  return [...live.values()].filter(isTarget).filter((one) => partOf(one.address, 0) === vhost);
}

const mostNames = 5;

function listed(names: readonly string[]): string {
  const more = names.length - mostNames;
  return names.slice(0, mostNames).join(', ') + (more > 0 ? ` and ${more} more` : '');
}
