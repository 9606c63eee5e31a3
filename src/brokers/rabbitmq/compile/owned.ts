import type { Position, Problem } from '../../../core/errors.ts';
import { isReserved, nameProblem } from '../names.ts';
import type { BindingSection, ExchangeSection, QueueSection } from '../schema.ts';
import type { Path, PlacedService } from './landscape.ts';

/** An exchange or queue with the service that owns it. */
export interface Owned<Section> {
  readonly name: string;
  readonly service: PlacedService;
  readonly section: Section;
  readonly path: Path;
  /** mqwarden makes it for `calls` and `serves`: the service knows its name, and never declares it itself. */
  readonly provided?: true;
  /** Bindings into it beyond those of its section, with which the service has nothing to do either. */
  readonly ways?: readonly BindingSection[];
}

export function declaredExchanges(services: readonly PlacedService[]): Owned<ExchangeSection>[] {
  return services.flatMap((service) => ownedBy(service, 'exchanges', service.section.exchanges));
}

export function declaredQueues(services: readonly PlacedService[]): Owned<QueueSection>[] {
  return services.flatMap((service) => ownedBy(service, 'queues', service.section.queues));
}

function ownedBy<Section>(
  service: PlacedService,
  key: string,
  sections: Readonly<Record<string, Section>> = {},
): Owned<Section>[] {
  return Object.entries(sections).map(([name, section]) => ({ name, service, section, path: [key, name] }));
}

type Owners = ReadonlyMap<string, Owned<unknown>>;
const known = new WeakMap<Owners, ReadonlyMap<PlacedService, readonly Owned<unknown>[]>>();

/** What one service owns of all, which every service is asked for. */
export function thoseOf<Section>(
  all: ReadonlyMap<string, Owned<Section>>,
  service: PlacedService,
): readonly Owned<Section>[] {
  const grouped = known.get(all) ?? Map.groupBy(all.values(), (owned) => owned.service);
  known.set(all, grouped);
  return (grouped.get(service) ?? []) as readonly Owned<Section>[];
}

/** By name; each belongs to one service. */
export function ownersOf<Section>(
  what: 'exchange' | 'queue',
  all: readonly Owned<Section>[],
  problems: Problem[],
): Map<string, Owned<Section>> {
  const owners = new Map<string, Owned<Section>>();
  for (const owned of all) {
    const { name, service, path } = owned;
    const position = service.locate(path);
    const problem = nameProblem(name) ?? reservedProblem(name);
    if (problem !== undefined) {
      problems.push({
        message: `${what} "${name}" ${problem}`,
        position,
        hint: `give the ${what} another name`,
      });
    }
    const first = owners.get(name);
    if (first === undefined) owners.set(name, owned);
    else {
      problems.push({
        message: `${what} "${name}" is owned by both ${first.service.name} and ${service.name}`,
        position,
        hint: 'declare it in one service only; others publish, consume or bind',
        related: [related(`first declared by ${first.service.name}`, first.service.locate(first.path))],
      });
    }
  }
  return owners;
}

export function reservedProblem(name: string): string | undefined {
  return isReserved(name) ? 'is in the namespace amq.*, which RabbitMQ reserves for itself' : undefined;
}

export function related(message: string, position: Position): { message: string; position: Position } {
  return { message, position };
}
