import type { Compiled } from '../../core/broker.ts';
import type { Ground } from '../../core/kind.ts';
import { commonGround } from '../../core/former.ts';
import type { RabbitLandscape } from './compile/landscape.ts';
import { vhostsOf } from './compile/vhosts.ts';
import { type RabbitResource, vhostAddress } from './resources.ts';

/** What ownership is judged by. Pure. */
export function ground(landscape: RabbitLandscape, compiled: Compiled<RabbitResource>): Ground {
  const common = commonGround(landscape, compiled);
  const { admin, auditor } = landscape.environment.section;
  return {
    ...common,
    admin: admin.username,
    protected: [...common.protected, ...(auditor === undefined ? [] : [auditor.username])],
    containers: new Set(
      [...vhostsOf(landscape.environment.section).values()].map(({ section }) => vhostAddress(section.name)),
    ),
  };
}
