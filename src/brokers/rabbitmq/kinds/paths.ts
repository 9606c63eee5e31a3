import { type Address, kindOf, partOf } from '../../../core/address.ts';
import type { View } from '../../../core/kind.ts';
import type { Resource } from '../../../core/resource.ts';
import { type Binding, exchangeAddress, queueAddress } from '../resources.ts';

/**
 * The ways that messages take: exchanges and queues are nodes, live bindings but those of the default exchange are edges. A
 * message enters at an exchange that nothing is bound to, or, where exchanges feed only one another, at any of them.
 */
interface Edge {
  readonly binding: Address;
  readonly from: Address;
  readonly to: Address;
}

interface Graph {
  readonly edges: ReadonlyMap<Address, readonly Edge[]>;
  readonly entries: ReadonlySet<Address>;
  /** Everything that a message can come to. */
  readonly fed: ReadonlySet<Address>;
}

/** The queues, under the destination of a binding between exchanges that goes, which nothing would reach any more. */
export function starved(view: View<Binding>, binding: Binding['spec'], vhost: string): readonly Address[] {
  const graph = graphOf(view.live);
  const fed = fedAfter(view, graph);
  const stays = (edge: Edge) => !view.going.has(edge.binding);
  const under = reach(graph.edges, [exchangeAddress(vhost, binding.destination)], stays);
  return [...under].filter(
    (at) => isQueue(at) && view.live.has(at) && !view.going.has(at) && graph.fed.has(at) && !fed.has(at),
  );
}

const graphs = new WeakMap<View<Binding>['live'], Graph>();

/** Built once a live state: plans are asked for each change. */
function graphOf(live: View<Binding>['live']): Graph {
  const known = graphs.get(live);
  if (known !== undefined) return known;
  // The map holds every kind, whatever its type says of this one.
  const all: readonly Resource[] = [...live.values()];
  const edges = Map.groupBy(
    all
      .filter(isBinding)
      .filter(({ spec }) => spec.source !== '')
      .map(edgeOf),
    ({ from }) => from,
  );
  const fedByOthers = new Set([...edges.values()].flat().map(({ to }) => to));
  const tops = [...edges.keys()].filter((at) => !fedByOthers.has(at));
  const fromTops = reach(edges, tops);
  const entries = new Set([...tops, ...[...edges.keys()].filter((at) => !fromTops.has(at))]);
  const graph = { edges, entries, fed: reach(edges, [...entries]) };
  graphs.set(live, graph);
  return graph;
}

const fedSets = new WeakMap<View<Binding>['going'], ReadonlySet<Address>>();

/** What a message can still come to once everything is gone that goes. Walked once a set of what goes. */
function fedAfter({ going }: View<Binding>, { edges, entries }: Graph): ReadonlySet<Address> {
  const known = fedSets.get(going) ?? reach(edges, [...entries], (edge) => !going.has(edge.binding));
  fedSets.set(going, known);
  return known;
}

function reach(
  edges: Graph['edges'],
  from: readonly Address[],
  open: (edge: Edge) => boolean = () => true,
): ReadonlySet<Address> {
  const seen = new Set(from);
  // A set is walked in the order of insertion, what is added on the way too.
  for (const at of seen) {
    for (const edge of edges.get(at) ?? []) if (open(edge)) seen.add(edge.to);
  }
  return seen;
}

function edgeOf({ address, spec }: Binding): Edge {
  const vhost = partOf(address, 0);
  const to = spec.destinationType === 'queue' ? queueAddress : exchangeAddress;
  return { binding: address, from: exchangeAddress(vhost, spec.source), to: to(vhost, spec.destination) };
}

function isBinding(one: Resource): one is Binding {
  return one.kind === 'rabbitmq:binding';
}

function isQueue(at: Address): boolean {
  return kindOf(at) === 'rabbitmq:queue';
}
