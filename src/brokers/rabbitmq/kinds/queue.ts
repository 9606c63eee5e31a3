import { partOf } from '../../../core/address.ts';
import type { Kind } from '../../../core/kind.ts';
import { setting } from '../../../core/setting.ts';
import { type Queue, vhostAddress } from '../resources.ts';
import { differences, namedFate, phases, showRecord, upOrDown } from './shared.ts';

export const queue: Kind<Queue> = {
  label: 'queue',
  order: 3,
  holdsData: true,
  ownership: (live, ground) => namedFate(live.address, ground),
  judge: (live, desired) => ({
    is: 'replace',
    why: `${differences(live.spec, desired.spec)}, which RabbitMQ cannot change on a queue`,
  }),
  needs: ({ address }) => [vhostAddress(partOf(address, 0))],
  hazard: (change) =>
    change.action === 'delete' || change.action === 'replace'
      ? { needs: 'data-loss', why: 'the messages in it would be lost' }
      : undefined,
  phase: (change) => upOrDown(change, phases.queue, phases.queueDelete),
  show: (spec) => [
    ['type', spec.type],
    setting('durable', String(spec.durable), 'true'),
    setting('auto-delete', String(spec.autoDelete), 'false'),
    setting('arguments', showRecord(spec.arguments)),
  ],
};
