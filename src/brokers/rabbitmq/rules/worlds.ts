import { flowsIn } from '../access/flows.ts';
import type { Flow } from '../../../core/access/model.ts';
import { once } from '../../../core/access/once.ts';
import { survey, type World } from '../compile/world.ts';
import { exchangeAddress, queueAddress } from '../resources.ts';
import type { RabbitSite } from './rule.ts';

/** What the rules ask of a site, each worked out once for all of them. */
interface Facts {
  /** A world for each vhost: who owns what there, and does what. */
  worlds(): readonly World[];
  /** The ways of messages by bindings, dead letters and alternate exchanges. */
  flows(): readonly Flow[];
}

const known = new WeakMap<RabbitSite, Facts>();

export function factsOf(site: RabbitSite): Facts {
  const before = known.get(site);
  if (before !== undefined) return before;
  const { environment, services, protected: kept } = site.landscape;
  const facts = {
    worlds: once(() => survey({ environment, services, protected: kept }, [], new Map())),
    flows: once(() => flowsIn(site.resources)),
  };
  known.set(site, facts);
  return facts;
}

/** The queues and exchanges of a world alike. */
export function objectsOf({ vhost, queues, exchanges }: World) {
  return [
    ...[...queues.values()].map((owned) => ({
      ...owned,
      what: 'queue' as const,
      address: queueAddress(vhost, owned.name),
    })),
    ...[...exchanges.values()].map((owned) => ({
      ...owned,
      what: 'exchange' as const,
      address: exchangeAddress(vhost, owned.name),
    })),
  ];
}
