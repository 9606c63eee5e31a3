import type { Address } from '../../../core/address.ts';
import type { Position } from '../../../core/errors.ts';
import type { PlacedService } from '../compile/landscape.ts';
import type { Member } from '../compile/vhosts.ts';
import { userOf, type World } from '../compile/world.ts';
import { nothing } from '../patterns/names.ts';
import { covers } from '../patterns/pattern.ts';
import { permissionAddress } from '../resources.ts';
import type { RabbitSite } from './rule.ts';
import { factsOf } from './worlds.ts';

export type Right = 'configure' | 'write' | 'read';

const rights: readonly Right[] = ['configure', 'write', 'read'];

/** A pattern that somebody wrote under `grants`. */
export interface WrittenPattern {
  readonly world: World;
  readonly service: PlacedService;
  readonly right: Right;
  readonly pattern: string;
  readonly position: Position;
  /** The entry of `grants` that it stands in. */
  readonly grant: Member['grants'][number];
  /** Of the permission that it is a part of. */
  readonly address: Address;
}

/** Of permissions: those of topic permissions are about routing keys. */
export function writtenPatterns(site: RabbitSite): WrittenPattern[] {
  return factsOf(site)
    .worlds()
    .flatMap((world) =>
      world.members.flatMap(({ service, grants }) =>
        grants
          .filter(({ exchange }) => exchange === undefined)
          .flatMap((grant) =>
            rights.flatMap((right): WrittenPattern[] => {
              const pattern = grant[right];
              if (pattern === undefined || pattern === nothing) return [];
              const position = service.locate([...grant.path, right]);
              const address = permissionAddress(world.vhost, userOf(service));
              return [{ world, service, right, pattern, position, grant, address }];
            }),
          ),
      ),
    );
}

/** Whether it matches whatever there is. */
export function isWildcard(pattern: string): boolean {
  return covers(pattern, '^.+$');
}
