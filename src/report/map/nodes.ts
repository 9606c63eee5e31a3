import type { Basis } from '../../core/access/model.ts';
import { type Address, kindOf, partsOf } from '../../core/address.ts';
import { compareText } from '../../core/json.ts';
import type { PageEdge, PageNode } from '../page/model.ts';
import { type MapService, type MapSide, type Person, serviceId, type Surveyed } from './side.ts';

/** Services, principals and things, a node each. Pure. */

export function nodesOf(sides: readonly Surveyed[], edges: readonly PageEdge[]): PageNode[] {
  const ends = new Set(edges.flatMap(({ from, to }) => [from, to]));
  const nodes = [...whoIsThere(sides), ...sides.flatMap((side) => thingsOf(side, ends))];
  return nodes.sort(
    (a, b) => compareText(a.kind, b.kind) || compareText(a.label, b.label) || compareText(a.id, b.id),
  );
}

function whoIsThere(sides: readonly Surveyed[]): PageNode[] {
  const services = new Map<string, MapService>(
    sides.flatMap((side) => side.services.map((one) => [serviceId(one.name), one] as const)),
  );
  const holders = sides.flatMap((side) => side.people.flatMap((person) => holding(side, person)));
  const byId = Map.groupBy(holders, ({ id }) => id);
  const ids = new Set([...services.keys(), ...byId.keys()]);
  return [...ids].map((id): PageNode => {
    const some = byId.get(id) ?? [];
    const powers = [...new Set(some.flatMap(({ power }) => power ?? []))];
    const wide = [...new Set(some.flatMap((one) => one.wide))];
    const extra = {
      ...(powers.length === 0 ? {} : { power: powers.join(', ') }),
      ...(wide.length === 0 ? {} : { wide }),
    };
    const [first] = some;
    const service = services.get(id);
    const name = service?.name ?? first?.holder.service;
    if (name !== undefined) return { ...serviceNode(name, service), ...extra };
    const { broker, principal = id, is = 'other' } = first?.holder ?? {};
    const what = is === 'service' ? {} : { is };
    return {
      id,
      kind: 'principal',
      label: principal === '*' ? 'everyone' : principal,
      place: '',
      ...(broker === undefined ? {} : { broker }),
      ...what,
      ...extra,
    };
  });
}

function serviceNode(name: string, service: MapService | undefined): PageNode {
  return {
    id: serviceId(name),
    kind: 'service',
    label: name,
    place: '',
    ...(service?.owner === undefined ? {} : { owner: service.owner }),
    ...(service?.suspended === true ? { suspended: true } : {}),
  };
}

/** Whoever has, or could have, a right. */
function holding({ model, broker }: Surveyed, { principal, holder, id, held }: Person) {
  const by = model.powers.get(principal);
  const wide = model.wide(principal).map(wideText);
  if (by === undefined && wide.length === 0 && held.length === 0) return [];
  const power = by === undefined ? undefined : `${by}, on ${broker.title}`;
  return [{ id, holder, power, wide }];
}

export function wideText({ says, address, doubt }: Basis): string {
  return `${says}${doubt === undefined ? '' : `: ${doubt}`} (${address})`;
}

/** What is there, and what somebody is let to that is not. */
function thingsOf({ broker, model, resources }: MapSide, ends: ReadonlySet<string>): PageNode[] {
  const told = new Set<Address>([...model.things, ...model.flows.flatMap(({ from, to }) => [from, to])]);
  const shown = [...told].filter((at) => {
    const { puts, gets } = model.effects(at);
    return (puts ?? gets) !== undefined && (resources.has(at) || ends.has(at));
  });
  const placeOf = (at: Address) => partsOf(at).slice(0, -1).join('/');
  const isOnePlace = new Set(shown.map(placeOf)).size <= 1;
  return shown.map((at) => {
    const owner = resources.get(at);
    return {
      id: at,
      kind: kindOf(at),
      label: partsOf(at).at(-1) || '(default exchange)',
      place: isOnePlace ? '' : placeOf(at),
      broker: broker.name,
      ...(owner === undefined ? {} : { owner }),
    };
  });
}
