import { partOf } from '../../../core/address.ts';
import type { Kind } from '../../../core/kind.ts';
import { setting } from '../../../core/setting.ts';
import { type Exchange, vhostAddress } from '../resources.ts';
import { differences, namedFate, phases, showRecord, upOrDown } from './shared.ts';

export const exchange: Kind<Exchange> = {
  label: 'exchange',
  order: 2,
  holdsData: true,
  ownership: (live, ground) => namedFate(live.address, ground),
  judge: (live, desired) => ({
    is: 'replace',
    why: `${differences(live.spec, desired.spec)}, which RabbitMQ cannot change on an exchange`,
  }),
  needs: ({ address }) => [vhostAddress(partOf(address, 0))],
  hazard: (change) =>
    change.action === 'delete' || change.action === 'replace'
      ? { needs: 'data-loss', why: 'messages published while it is gone, and bindings to it, would be lost' }
      : undefined,
  phase: (change) => upOrDown(change, phases.exchange, phases.exchangeDelete),
  show: (spec) => [
    ['type', spec.type],
    setting('durable', String(spec.durable), 'true'),
    setting('auto-delete', String(spec.autoDelete), 'false'),
    setting('internal', String(spec.internal), 'false'),
    setting('arguments', showRecord(spec.arguments)),
  ],
};
