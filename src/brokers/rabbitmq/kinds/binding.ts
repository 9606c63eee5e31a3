import { type Address, partOf } from '../../../core/address.ts';
import type { Kind, View } from '../../../core/kind.ts';
import type { Change, Hazard, Resource } from '../../../core/resource.ts';
import { setting } from '../../../core/setting.ts';
import { type Binding, type BindingSpec, exchangeNeed, queueAddress, vhostAddress } from '../resources.ts';
import { isInternalName } from '../names.ts';
import { starved } from './paths.ts';
import { differences, inDeclaredVhost, phases, showRecord, upOrDown } from './shared.ts';

export const binding: Kind<Binding> = {
  label: 'binding',
  order: 4,
  holdsData: false,
  ownership(live, ground) {
    const { source, destination, destinationType } = live.spec;
    const serverNamed = destinationType === 'queue' && isInternalName(destination);
    const automatic = source === '' || serverNamed || [source, destination].some(isOfFederation);
    if (automatic) return { fate: 'internal' };
    return { fate: inDeclaredVhost(live.address, ground) ? 'prunable' : 'unmanaged' };
  },
  // All of a binding is its identity: two with one address never differ.
  judge: (live, desired) => ({ is: 'replace', why: differences(live.spec, desired.spec) }),
  needs({ address, spec }) {
    const vhost = partOf(address, 0);
    const destination =
      spec.destinationType === 'queue'
        ? queueAddress(vhost, spec.destination)
        : exchangeNeed(vhost, spec.destination);
    return [...new Set([vhostAddress(vhost), exchangeNeed(vhost, spec.source), destination])];
  },
  hazard(change, view) {
    const { before } = change;
    if (change.action !== 'delete' || before === null) return undefined;
    if (before.destinationType === 'exchange') return upstreamHazard(change, before, view);
    const queue = queueAddress(partOf(change.address, 0), before.destination);
    if (!view.live.has(queue) || view.going.has(queue)) return undefined;
    const others = bindingsOf(view, queue).filter((at) => !view.going.has(at));
    if (others.length > 0) return undefined;
    return {
      needs: 'data-loss',
      why: `it is the last binding of queue ${before.destination}: what is published no longer reaches it`,
    };
  },
  phase: (change) => upOrDown(change, phases.binding, phases.bindingDelete),
  title: (at, { source, destinationType, destination, routingKey }) =>
    `${partOf(at, 0)}/${source} → ${destinationType} ${destination}, key ${JSON.stringify(routingKey)}`,
  show: (spec) => [setting('arguments', showRecord(spec.arguments))],
};

/** So many queues are named. */
const namedAtMost = 3;

/** A binding between exchanges may be the only way to queues that stand further down. */
function upstreamHazard(change: Change<Binding>, spec: BindingSpec, view: View<Binding>): Hazard | undefined {
  const queues = starved(view, spec, partOf(change.address, 0)).map((at) => partOf(at, 1));
  if (queues.length === 0) return undefined;
  const more = queues.length > namedAtMost ? ` and ${queues.length - namedAtMost} more` : '';
  const named = `${queues.slice(0, namedAtMost).join(', ')}${more}`;
  return {
    needs: 'data-loss',
    why: `it is the only way to queue ${named}: what is published to ${spec.source} no longer reaches it`,
  };
}

function isOfFederation(name: string): boolean {
  return name.startsWith('federation:');
}

const indexes = new WeakMap<View<Binding>['live'], ReadonlyMap<Address, readonly Address[]>>();

/** The live bindings of a queue but that of the default exchange. Indexed once a live state. */
function bindingsOf(view: View<Binding>, queue: Address): readonly Address[] {
  let index = indexes.get(view.live);
  if (index === undefined) {
    // The map holds every kind, whatever its type says of this one.
    const live: readonly Resource[] = [...view.live.values()];
    const toQueues = live
      .filter((one): one is Binding => one.kind === 'rabbitmq:binding')
      .filter(({ spec }) => spec.destinationType === 'queue' && spec.source !== '');
    const groups = Map.groupBy(toQueues, (one) => queueAddress(partOf(one.address, 0), one.spec.destination));
    index = new Map([...groups].map(([at, group]) => [at, group.map((one) => one.address)]));
    indexes.set(view.live, index);
  }
  return index.get(queue) ?? [];
}
