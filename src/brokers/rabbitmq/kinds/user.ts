import { partOf } from '../../../core/address.ts';
import type { Kind } from '../../../core/kind.ts';
import { setting } from '../../../core/setting.ts';
import { fateOf } from '../../../core/standing.ts';
import { type User, userAddress } from '../resources.ts';
import { differences, phases, showList, showRecord, upOrDown } from './shared.ts';

const passwordText = { password: 'it has no password', none: 'its password is taken away' } as const;

export const user: Kind<User> = {
  label: 'user',
  order: 1,
  holdsData: false,
  // Tags and limits are written with the hash that is there.
  credential: ({ before, after, credential }) =>
    after?.auth === 'password' && (before?.auth !== 'password' || credential === 'rewrite'),
  isBare: ({ auth }) => auth === 'none',
  // One that lives under a declared name and is not declared is of `auth: external`: somebody else makes it.
  ownership: (live, ground) =>
    fateOf(partOf(live.address, 0), ground, (service, is) => ({
      fate: is === 'declared' ? 'unmanaged' : 'claimed',
      service,
    })),
  principal: ({ address }) => partOf(address, 0),
  as: (live, name) => ({ ...live, address: userAddress(name) }),
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
