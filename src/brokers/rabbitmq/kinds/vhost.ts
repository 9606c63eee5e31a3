import type { Kind } from '../../../core/kind.ts';
import { setting } from '../../../core/setting.ts';
import type { Vhost, VhostSpec } from '../resources.ts';
import { differences, phases, showList, showRecord, upOrDown } from './shared.ts';

export const vhost: Kind<Vhost> = {
  label: 'vhost',
  order: 0,
  holdsData: true,
  // Undeclared vhosts are not even read: no decision of this tool reaches them.
  ownership: () => ({ fate: 'unmanaged' }),
  settle: (live, desired) => ({ ...desired, spec: settled(live.spec, desired.spec) }),
  judge: (live, desired) => ({ is: 'update', why: differences(live.spec, desired.spec) }),
  needs: () => [],
  hazard: (change) =>
    change.action === 'delete' || change.action === 'replace'
      ? { needs: 'data-loss', why: 'everything in the vhost would go with it' }
      : undefined,
  phase: (change) => upOrDown(change, phases.vhost, phases.vhostDelete),
  show: (spec) => [
    ...(spec.description === undefined ? [] : [setting('description', spec.description || '-')]),
    ...(spec.tags === undefined ? [] : [setting('tags', showList(spec.tags))]),
    ...(spec.defaultQueueType === undefined ? [] : [setting('default queue type', spec.defaultQueueType)]),
    setting('limits', showRecord(spec.limits)),
  ],
};

/** Limits are whole; the other fields are left as they are where the topology does not name them. */
function settled(live: VhostSpec, desired: VhostSpec): VhostSpec {
  const { defaultQueueType, ...rest } = { ...live, ...desired };
  // A broker that does not show the field (before 3.11) cannot keep it: every queue states its type anyway.
  return live.defaultQueueType === undefined || defaultQueueType === undefined
    ? rest
    : { ...rest, defaultQueueType };
}
