import { allowsIn } from '../allows.ts';
import type { TopologyRule } from '../rule.ts';
import { nearest } from '../../topology/issues.ts';
import { positionOf } from '../scalars.ts';

export const allowedStranger: TopologyRule = {
  id: 'MQ319',
  name: 'allowed-stranger',
  severity: 'warning',
  summary: 'An owner allows a service that there is not.',
  why: `Mostly the name is misspelt, and the service that was meant is refused; or the service is gone, and one that is called so later has a right
that nobody gave it.`,
  instead: 'The name of the service as it stands under `services` or `principals`; or no entry.',
  *inTopology({ topology, files }) {
    const names = [...topology.services.keys()];
    for (const allowed of allowsIn(files)) {
      const { value, owner, what, file } = allowed;
      if (value.includes('*') || topology.services.has(value) || !topology.services.has(owner)) continue;
      const near = nearest(value, names);
      yield {
        position: positionOf(file, allowed),
        message: `${owner} allows ${value} the use of ${what}, and no service is called so`,
        hint: near === undefined ? 'take it out, or add the service' : `did you mean "${near}"?`,
        service: owner,
      };
    }
  },
};
