import type { Warning } from '../../../core/broker.ts';
import type { Position, Problem } from '../../../core/errors.ts';
import { aclAddress, type AclSpec } from '../resources.ts';
import { serviceAcls } from './acls.ts';
import type { PlacedService } from './landscape.ts';

/**
 * Consumer groups and transactional ids have no owner on Kafka: whoever names one takes part in it. Two services in one group
 * share its messages; two producers with one transactional id fence each other.
 */

interface Named {
  readonly service: PlacedService;
  readonly position: Position;
}

/** The same transactional id in what two services produce is never meant: the second producer stops the first. */
export function transactionalProblems(services: readonly PlacedService[]): Problem[] {
  const first = new Map<string, Named>();
  const problems: Problem[] = [];
  for (const service of services) {
    for (const [index, { transactionalId }] of (service.section.produces ?? []).entries()) {
      if (transactionalId === undefined) continue;
      const position = service.locate(['produces', index, 'transactionalId']);
      const other = first.get(transactionalId);
      if (other === undefined) first.set(transactionalId, { service, position });
      else if (other.service !== service) problems.push(fenced(transactionalId, other, service, position));
    }
  }
  return problems;
}

function fenced(id: string, other: Named, service: PlacedService, position: Position): Problem {
  return {
    message: `${service.name} produces with the transactional id ${id} of ${other.service.name}: each would fence the other's producer`,
    position,
    hint: 'give each service a transactional id of its own',
    related: [{ message: `first used by ${other.service.name}`, position: other.position }],
  };
}

/** A service's way into groups or transactional ids: one of them, or all that begin with a prefix. */
interface Reach {
  readonly service: PlacedService;
  readonly spec: AclSpec;
}

/** What a service must hold to take part: reading joins a group, writing begins transactions. */
const takingPart: Readonly<Record<string, string>> = { group: 'read', transactional_id: 'write' };
const nouns: Readonly<Record<string, string>> = { group: 'group', transactional_id: 'transactional id' };

/** Groups and transactional ids that several services take part in, or reach by a prefix. */
export function sharedWarnings(services: readonly PlacedService[]): Warning[] {
  const reaches = services.flatMap(reachesOf);
  return Object.keys(takingPart).flatMap((resource) => {
    const all = reaches.filter(({ spec }) => spec.resource === resource);
    const single = all.filter(({ spec }) => prefixOf(spec) === undefined);
    const together = [...Map.groupBy(single, ({ spec }) => spec.name).values()].flatMap(togetherWarning);
    return [...together, ...wideIn(all).map(reachWarning)];
  });
}

/** A way into all groups, or transactional ids, that begin with a prefix, and those of others among them. */
export interface WideReach extends Reach {
  readonly others: readonly Reach[];
}

export function wideReaches(services: readonly PlacedService[]): WideReach[] {
  const reaches = services.flatMap(reachesOf);
  return Object.keys(takingPart).flatMap((resource) =>
    wideIn(reaches.filter(({ spec }) => spec.resource === resource)),
  );
}

/** Of ways into one sort of things. Where none of others is reached, nothing is told. */
function wideIn(all: readonly Reach[]): WideReach[] {
  const single = all.filter(({ spec }) => prefixOf(spec) === undefined);
  const wide = all.filter(({ spec }) => prefixOf(spec) !== undefined);
  return wide.flatMap((one, index): WideReach[] => {
    const prefix = prefixOf(one.spec) ?? '';
    const reached = [
      ...single.filter(({ spec }) => spec.name.startsWith(prefix)),
      // Of two equal prefixes the later one tells.
      ...wide.filter(({ spec }, at) => {
        const other = prefixOf(spec) ?? '';
        return other.startsWith(prefix) && (other !== prefix || at < index);
      }),
    ];
    const others = reached.filter(({ service }) => service !== one.service);
    return others.length === 0 ? [] : [{ ...one, others }];
  });
}

/** One for each pattern, whatever the hosts. */
function reachesOf(service: PlacedService): Reach[] {
  const specs = serviceAcls(service)
    .map(({ spec }) => spec)
    .filter(({ resource, permission, operation }) => {
      const needed = takingPart[resource];
      return needed !== undefined && permission === 'allow' && [needed, 'all'].includes(operation);
    });
  const patterns = new Map(specs.map((spec) => [`${spec.resource} ${spec.pattern} ${spec.name}`, spec]));
  return [...patterns.values()].map((spec) => ({ service, spec }));
}

/** Undefined for one name; `*` in an ACL begins every name. */
function prefixOf({ pattern, name }: AclSpec): string | undefined {
  if (pattern === 'prefixed') return name;
  return name === '*' ? '' : undefined;
}

function togetherWarning(group: readonly Reach[]): Warning[] {
  const [first, second] = group;
  if (first === undefined || second === undefined) return [];
  const names = group.map(({ service }) => service.name).sort();
  const what = `${names.slice(0, -1).join(', ')} and ${names.at(-1) ?? ''}`;
  const { resource, name } = second.spec;
  const message =
    resource === 'group'
      ? `${what} consume as one group ${name}: each gets only a part of the messages; give each a group of its own`
      : `${what} may write with one transactional id ${name}: each would fence the other's producer`;
  return [{ address: aclAddress(second.spec), message }];
}

/** So many are named. */
const namedAtMost = 3;

function reachWarning({ service, spec, others }: WideReach): Warning {
  const noun = nouns[spec.resource] ?? spec.resource;
  const named = others.slice(0, namedAtMost).map((one) => `${label(one.spec)} of ${one.service.name}`);
  const more = others.length - named.length;
  const all = more > 0 ? [...named, `${more} more`] : named;
  const message = `${service.name} reaches, by ${noun} ${label(spec)}, also ${all.join(', ')}`;
  return { address: aclAddress(spec), message };
}

function label(spec: AclSpec): string {
  return prefixOf(spec) === undefined || spec.name === '*' ? spec.name : `${spec.name}*`;
}
