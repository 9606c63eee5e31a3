import { partOf } from '../../../core/address.ts';
import type { Kind } from '../../../core/broker.ts';
import { setting } from '../../../core/setting.ts';
import { removedFate, standingOf } from '../../../core/standing.ts';
import type { User } from '../resources.ts';
import { differences, phases, showList, showRecord, upOrDown } from './shared.ts';

const passwordText = { password: 'it has no password', none: 'its password is taken away' } as const;

export const user: Kind<User> = {
  label: 'user',
  order: 1,
  holdsData: false,
  // Tags and limits are written with the hash that is there.
  credential: ({ before, after }) => after?.auth === 'password' && before?.auth !== 'password',
  ownership(live, ground) {
    const standing = standingOf(partOf(live.address, 0), ground);
    switch (standing.is) {
      case 'internal':
        return { fate: 'internal' };
      case 'declared':
        // `auth: external`: somebody else makes it.
        return { fate: 'unmanaged', service: standing.service };
      case 'former':
        return { fate: 'claimed', service: standing.service };
      case 'removed':
        return removedFate(standing.service);
      case 'claimed':
        return { fate: 'claimed' };
      case 'stranger':
        return { fate: 'unmanaged' };
    }
  },
  holder: ({ address }) => partOf(address, 0),
  judge: ({ spec: live }, { spec: desired }) => ({
    is: 'update',
    why: live.auth === desired.auth ? differences(live, desired) : passwordText[desired.auth],
  }),
  // Who is in by a password that is refused from now on has to come in again.
  narrows: ({ before, after }) => before?.auth === 'password' && after?.auth === 'none',
  needs: () => [],
  phase: (change) => upOrDown(change, phases.user, phases.userDelete),
  show: (spec) => [
    setting('authentication', spec.auth, 'password'),
    setting('tags', showList(spec.tags)),
    setting('limits', showRecord(spec.limits)),
  ],
};
