import type { Flow, Held } from '../../core/access/model.ts';
import { type Address, kindOf, partsOf } from '../../core/address.ts';
import { compareText } from '../../core/json.ts';
import type { PageEdge } from '../page/model.ts';
import type { MapSide, Surveyed } from './side.ts';

/** Who writes and reads what, and how messages go on from there. Pure. */

export function edgesOf(side: Surveyed): PageEdge[] {
  const drawn = side.people
    .filter(({ reaches }) => reaches === 'some')
    .map(({ id, held }) => {
      const used = held.flatMap((one) => useOf(side, one));
      const groups = groupsIn(side, held);
      return { used, edges: used.map((one) => edgeOf(id, one, groups)) };
    });
  const fed = drawn.flatMap(({ used }) => used.filter(({ is }) => is === 'writes'));
  return merged([...drawn.flatMap(({ edges }) => edges), ...flowEdges(side, fed)]);
}

interface Use extends Held {
  readonly is: 'writes' | 'reads';
}

function useOf({ model }: MapSide, held: Held): Use[] {
  const { puts, gets } = model.effects(held.at);
  return [
    ...(held.right === puts ? [{ ...held, is: 'writes' as const }] : []),
    ...(held.right === gets ? [{ ...held, is: 'reads' as const }] : []),
  ];
}

/** What is no place of messages, but goes with reading or writing: groups, transactional ids. By the right on it. */
function groupsIn({ model }: MapSide, held: readonly Held[]): ReadonlyMap<string, readonly Address[]> {
  const beside = held.filter(({ at, right }) => {
    const { takes, gets } = model.effects(at);
    return takes === right && gets === undefined;
  });
  return new Map(
    [...Map.groupBy(beside, ({ right }) => right)].map(([right, some]) => [
      right,
      some.map(({ at }) => at).sort(compareText),
    ]),
  );
}

const mostNamed = 3;

function edgeOf(who: string, use: Use, groups: ReadonlyMap<string, readonly Address[]>): PageEdge {
  const { at, right, is, ruling } = use;
  const keys = ruling.keys === undefined ? [] : [`keys ${ruling.keys}`];
  const beside = groups.get(right) ?? [];
  const named = beside.slice(0, mostNamed).map(
    (one) =>
      `${kindOf(one)
        .slice(one.indexOf(':') + 1)
        .replaceAll('-', ' ')} ${partsOf(one).at(-1) ?? ''}`,
  );
  const more = beside.length > mostNamed ? [`and ${beside.length - mostNamed} more`] : [];
  const doubts = ruling.by.flatMap(({ doubt }) => doubt ?? []);
  return {
    ...(is === 'writes' ? { from: who, to: at } : { from: at, to: who }),
    is,
    right,
    says: [...keys, ...named, ...more].join(', '),
    ...(ruling.may === 'yes' ? {} : { doubt: doubts.join('; ') || 'it cannot be told' }),
  };
}

/** What a broker comes with leads everywhere: of that, only what messages can come to. */
function flowEdges({ model, resources }: MapSide, fed: readonly Use[]): PageEdge[] {
  const feeding = Map.groupBy(model.flows, ({ to }) => to);
  const writing = Map.groupBy(fed, ({ at }) => at);
  const keysInto = new Map<Address, ReadonlySet<string | undefined>>();
  const into = (at: Address) => {
    const known = keysInto.get(at);
    if (known !== undefined) return known;
    const keys = [
      ...(writing.get(at) ?? []).map(({ ruling }) => ruling.keys),
      ...(feeding.get(at) ?? []).map(({ passes, rekeys }) => rekeys ?? passes),
    ];
    const found = new Set(keys);
    keysInto.set(at, found);
    return found;
  };
  const isFed = ({ from, passes }: Flow): boolean => {
    if (resources.has(from)) return true;
    return [...into(from)].some(
      (keys) => keys === undefined || passes === undefined || model.meet([keys, passes]) !== 'no',
    );
  };
  return model.flows.filter(isFed).map(({ from, to, by, doubt }) => ({
    from,
    to,
    is: 'flows',
    says: by,
    ...(doubt === undefined ? {} : { doubt }),
  }));
}

/** One for each pair: sure, if any of them is. */
function merged(edges: readonly PageEdge[]): PageEdge[] {
  const groups = Map.groupBy(edges, ({ from, to, is }) => JSON.stringify([from, to, is]));
  return [...groups.values()].flatMap((some) => {
    const [first] = some;
    if (first === undefined) return [];
    const { from, to, is, right } = first;
    const says = [...new Set(some.map((one) => one.says))].filter((one) => one !== '').join('; ');
    const isSure = some.some(({ doubt }) => doubt === undefined);
    const doubt = [...new Set(some.flatMap((one) => one.doubt ?? []))].join('; ');
    return [{ from, to, is, ...(right === undefined ? {} : { right }), says, ...(isSure ? {} : { doubt }) }];
  });
}
