import type { Compiled } from '../../core/broker.ts';
import type { Ground } from '../../core/kind.ts';
import { commonGround } from '../../core/former.ts';
import type { RabbitLandscape } from './compile/landscape.ts';
import { vhostsOf } from './compile/vhosts.ts';
import { type RabbitResource, vhostAddress } from './resources.ts';

/** What ownership is judged by. Pure. */
export function ground(landscape: RabbitLandscape, compiled: Compiled<RabbitResource>): Ground {
  return {
    ...commonGround(landscape, compiled),
    admin: landscape.environment.section.admin.username,
    containers: new Set(
      [...vhostsOf(landscape.environment.section).values()].map(({ section }) => vhostAddress(section.name)),
    ),
  };
}
