import { partOf } from '../../../core/address.ts';
import type { Kind } from '../../../core/broker.ts';
import { matchesAny } from '../../../core/glob.ts';
import { setting } from '../../../core/setting.ts';
import type { User } from '../resources.ts';
import { differences, phases, showList, showRecord, upOrDown } from './shared.ts';

export const user: Kind<User> = {
  label: 'user',
  order: 1,
  holdsData: false,
  // Tags and limits are written with the hash that is there.
  credential: ({ before, after }) => after?.auth === 'password' && before?.auth !== 'password',
  ownership(live, ground) {
    const name = partOf(live.address, 0);
    if (name === ground.admin || matchesAny(ground.protected, name)) return { fate: 'internal' };
    return { fate: matchesAny(ground.claims, name) ? 'claimed' : 'unmanaged' };
  },
  judge: (live, desired) => ({
    is: 'update',
    why: live.spec.auth === desired.spec.auth ? differences(live.spec, desired.spec) : 'it has no password',
  }),
  needs: () => [],
  phase: (change) => upOrDown(change, phases.user, phases.userDelete),
  show: (spec) => [
    setting('authentication', spec.auth, 'password'),
    setting('tags', showList(spec.tags)),
    setting('limits', showRecord(spec.limits)),
  ],
};
