import type { PageEdge, PageNode } from './model.ts';

/**
 * The map as it stands in the page: in columns, edges name nodes by their number, and what is said often is said once and named by
 * its number. That is a quarter of what it would be as objects. Pure.
 */
export interface Packed {
  /** The first is empty. */
  readonly words: readonly string[];
  readonly nodes: {
    /** Behind its kind, with which each begins. */
    readonly id: readonly string[];
    readonly kind: readonly number[];
    /** 0: as its id ends. */
    readonly label: readonly (string | 0)[];
    readonly place: readonly number[];
    readonly broker: readonly number[];
    readonly owner: readonly number[];
    /** What few have, by number. */
    readonly more: readonly (readonly [number, Pick<PageNode, 'suspended' | 'is' | 'power' | 'wide'>])[];
  };
  readonly edges: {
    readonly from: readonly number[];
    readonly to: readonly number[];
    readonly is: readonly number[];
    readonly right: readonly number[];
    readonly says: readonly number[];
    /** 0: it is sure; others are one more than the number of the word, which may be empty. */
    readonly doubt: readonly number[];
  };
}

const ways = ['writes', 'reads', 'flows'] as const;

/** An edge whose ends are not there is nothing that could be drawn. */
export function packed(nodes: readonly PageNode[], edges: readonly PageEdge[]): Packed {
  const words = new Map([['', 0]]);
  const word = (text = ''): number => {
    const known = words.get(text) ?? words.size;
    words.set(text, known);
    return known;
  };
  const numbers = new Map(nodes.map(({ id }, index) => [id, index]));
  const numberOf = (id: string) => numbers.get(id) ?? -1;
  const drawn = edges.filter(({ from, to }) => numbers.has(from) && numbers.has(to));
  const columns = {
    nodes: {
      id: nodes.map(({ id, kind }) => id.slice(kind.length + 1)),
      kind: nodes.map(({ kind }) => word(kind)),
      label: nodes.map(({ id, label }) => (endOf(id) === label ? 0 : label)),
      place: nodes.map(({ place }) => word(place)),
      broker: nodes.map(({ broker }) => word(broker)),
      owner: nodes.map(({ owner }) => word(owner)),
      more: nodes.flatMap(({ suspended, is, power, wide }, index) => {
        const some = Object.entries({ suspended, is, power, wide }).filter(
          ([, value]) => value !== undefined,
        );
        return some.length === 0 ? [] : [[index, Object.fromEntries(some)] as const];
      }),
    },
    edges: {
      from: drawn.map(({ from }) => numberOf(from)),
      to: drawn.map(({ to }) => numberOf(to)),
      is: drawn.map(({ is }) => ways.indexOf(is)),
      right: drawn.map(({ right }) => word(right)),
      says: drawn.map(({ says }) => word(says)),
      doubt: drawn.map(({ doubt }) => (doubt === undefined ? 0 : word(doubt) + 1)),
    },
  };
  return { words: [...words.keys()], ...columns };
}

export function unpacked({ words, nodes, edges }: Packed): {
  readonly nodes: readonly PageNode[];
  readonly edges: readonly PageEdge[];
} {
  const at = (column: readonly number[], index: number) => words[column[index] ?? 0] ?? '';
  const given = <Name extends string>(name: Name, value: string) =>
    (value === '' ? {} : { [name]: value }) as Partial<Record<Name, string>>;
  const more = new Map(nodes.more);
  const unpackedNodes = nodes.id.map((end, index): PageNode => {
    const kind = at(nodes.kind, index);
    const id = `${kind}:${end}`;
    return {
      id,
      kind,
      label: nodes.label[index] || (endOf(id) ?? ''),
      place: at(nodes.place, index),
      ...given('broker', at(nodes.broker, index)),
      ...given('owner', at(nodes.owner, index)),
      ...more.get(index),
    };
  });
  const idOf = (number: number | undefined) => unpackedNodes[number ?? -1]?.id ?? '';
  return {
    nodes: unpackedNodes,
    edges: edges.from.map((from, index): PageEdge => {
      const doubt = edges.doubt[index] ?? 0;
      return {
        from: idOf(from),
        to: idOf(edges.to[index]),
        is: ways[edges.is[index] ?? 0] ?? 'flows',
        ...given('right', at(edges.right, index)),
        says: at(edges.says, index),
        ...(doubt === 0 ? {} : { doubt: words[doubt - 1] ?? '' }),
      };
    }),
  };
}

/** The last part of an address, as a person writes it. */
function endOf(id: string): string | undefined {
  const last = id.slice(Math.max(id.lastIndexOf(':'), id.lastIndexOf('/')) + 1);
  try {
    return decodeURIComponent(last);
  } catch {
    return undefined;
  }
}
