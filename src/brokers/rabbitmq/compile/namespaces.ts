import { inNamespace, namespaceParts } from './grants.ts';
import type { PlacedService } from './landscape.ts';
import { type Owned, related } from './owned.ts';
import type { Member } from './vhosts.ts';
import type { World } from './world.ts';

const hint = 'give each service a namespace of its own, or name what it uses without one';

/** A namespace brings configure, which deletes: it may hold nothing of another service, whatever that one allows. */
export function checkNamespace(world: World, { service, namespace }: Member): void {
  if (namespace === undefined) return;
  const held: readonly (readonly [string, Owned<unknown>])[] = [
    ...[...world.exchanges.values()].map((owned) => ['exchange', owned] as const),
    ...[...world.queues.values()].map((owned) => ['queue', owned] as const),
  ];
  for (const [what, { name, service: owner, path }] of held) {
    if (owner === service || !inNamespace(namespace, 'configure', name)) continue;
    world.problems.push({
      message: `the namespace ${namespace} of ${service.name} reaches ${what} ${name}, which ${owner.name} owns`,
      position: service.locate(['namespace']),
      hint,
      related: [related(`${owner.name} declares it here`, owner.locate(path))],
    });
  }
  for (const other of world.members) checkWithin(world, service, namespace, other);
}

/** A service may declare at start what stands in no file: a namespace within its own reaches that, too. */
function checkWithin(world: World, service: PlacedService, namespace: string, other: Member): void {
  const { namespace: wider, service: owner } = other;
  if (owner === service || wider === undefined) return;
  if (!namespaceParts.configure.some((part) => inNamespace(wider, 'configure', `${namespace}.${part}.`)))
    return;
  world.problems.push({
    message: `the namespace ${namespace} of ${service.name} lies in the namespace ${wider} of ${owner.name}`,
    position: service.locate(['namespace']),
    hint,
    related: [related(`${owner.name} has it here`, owner.locate(['namespace']))],
  });
}
