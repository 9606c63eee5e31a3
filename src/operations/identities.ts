import type { Compiled } from '../core/broker.ts';
import type { Ground } from '../core/kind.ts';
import type { Landscape } from '../core/landscape.ts';
import { type Position, type Problem, TopologyError } from '../core/errors.ts';
import { matchesAny } from '../core/glob.ts';
import { withoutGeneration } from '../core/naming.ts';
import type { Resource } from '../core/resource.ts';

/**
 * A line in one service's file must not be able to take, narrow or end an identity that is somebody else's: the brokers' own, another
 * service's, another environment's. Who a service is, was, and is no more are all judged here. Throws TopologyError. Pure.
 */
export function checkIdentities(
  found: Landscape<unknown, unknown>,
  compiled: Compiled<Resource>,
  ground: Ground,
): void {
  const problems = identitiesOf(found, compiled).flatMap((one): Problem[] => {
    const why = takenBy(one, compiled, ground);
    if (why !== undefined)
      return [
        {
          message: `${one.says} ${one.principal}, which ${why}`,
          position: one.position,
          hint: hints[one.is],
        },
      ];
    return isClaimed(one, ground) ? [] : [unclaimed(one, found)];
  });
  if (problems.length > 0) throw new TopologyError(problems);
}

const hints: Readonly<Record<Identity['is'], string>> = {
  declared: 'use another name',
  former: 'take it out of `formerly`: what a former name holds is changed, and deleted by --prune',
  removed: 'take it out of `removed`: only what nobody uses any more can be deleted',
};

interface Identity {
  readonly is: 'declared' | 'former' | 'removed';
  readonly principal: string;
  readonly service: string;
  /** `x cannot be`, before the principal. */
  readonly says: string;
  readonly position: Position | undefined;
}

function identitiesOf(
  { services, removed = [] }: Landscape<unknown, unknown>,
  { principals, former = new Map<string, string>() }: Compiled<Resource>,
): Identity[] {
  const byName = new Map(services.map((service) => [service.name, service]));
  const positionOf = (service: string) => byName.get(service)?.locate([]);
  const known = (is: 'declared' | 'former', all: ReadonlyMap<string, string>, verb: string) =>
    [...all].map(([principal, service]): Identity => {
      return { is, principal, service, says: `${service} cannot ${verb}`, position: positionOf(service) };
    });
  return [
    ...known('declared', principals, 'be'),
    ...known('former', former, 'formerly have been'),
    ...removed.map(({ service, principal, position }): Identity => {
      return { is: 'removed', principal, service, says: `removed: ${service}: it cannot be`, position };
    }),
  ];
}

/** Whose it is, if it is not free for this. */
function takenBy(
  { is, principal }: Identity,
  { principals, former }: Compiled<Resource>,
  ground: Ground,
): string | undefined {
  if (is !== 'declared') {
    const owner = principals.get(principal);
    if (owner !== undefined) return `is ${owner}`;
    if (matchesAny(ground.protected, principal)) return 'is protected';
    if (principal === ground.admin) return "is the administrator's own";
  }
  // Rotation gives such names: whoever has one has the next credential of the other.
  const first = withoutGeneration(principal);
  const rotated = first === principal ? undefined : (principals.get(first) ?? former?.get(first));
  if (rotated !== undefined) return `is a generation of ${first}, the name of ${rotated}`;
  if (is === 'removed' && ground.isOurs?.('user', principal) === false) return 'another environment has';
  return undefined;
}

/** Claims bind both ways: where an environment says which identities are ours, nothing is said of one that is not. */
function isClaimed({ principal }: Identity, { claims }: Ground): boolean {
  return claims.length === 0 || matchesAny(claims, principal);
}

function unclaimed(
  { is, principal, service, says, position }: Identity,
  { environment, claims }: Landscape<unknown, unknown>,
): Problem {
  const before = is === 'declared' ? `${service} would be known as` : says;
  return {
    message: `${before} ${principal}, which environment ${environment.name} does not claim`,
    position,
    hint: `its claims are ${claims.join(', ')}: widen them, or use another name`,
  };
}
