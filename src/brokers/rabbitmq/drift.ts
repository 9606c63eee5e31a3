import { type Address, partOf } from '../../core/address.ts';
import type { Context, Credential, CredentialDrift, Warning } from '../../core/broker.ts';
import type { Placed } from '../../core/landscape.ts';
import { openAdmin } from './admin.ts';
import type { LiveUser } from './definitions.ts';
import type { RabbitResource } from './resources.ts';
import type { RabbitEnvironment } from './schema.ts';
import { type Kept, keptOf } from './write/password.ts';

/** One reading of all users: each hash is computed again from the stored password, with its own salt. */
export async function drift(
  target: Placed<RabbitEnvironment>,
  stored: ReadonlyMap<Address, Credential>,
  _live: readonly RabbitResource[],
  context: Context,
): Promise<CredentialDrift> {
  const admin = await openAdmin(target, context);
  try {
    const users = (await admin.get(['users'])) as readonly LiveUser[];
    return compared(users, stored, context);
  } finally {
    admin.close();
  }
}

const whys: Readonly<Partial<Record<Kept, string>>> = {
  other: 'update user credential: the broker has another password than the secret store',
  weak: 'update user credential: the broker keeps the password as an MD5 hash',
};

function compared(
  users: readonly LiveUser[],
  stored: ReadonlyMap<Address, Credential>,
  context: Context,
): CredentialDrift {
  const live = new Map(users.map((user) => [user.name, user]));
  const drifted = new Map<Address, { why: string }>();
  const unknown: Warning[] = [];
  for (const [address, { password }] of stored) {
    const user = live.get(partOf(address, 0));
    if (user?.password_hash === undefined || user.password_hash === '') continue;
    context.conceal(user.password_hash);
    const kept = keptOf(password, user);
    const why = whys[kept];
    if (why !== undefined) drifted.set(address, { why });
    if (kept === 'unknown') {
      const message =
        'whether the broker has the stored password cannot be told: it is kept by an algorithm that is not known here';
      unknown.push({ address, message });
    }
  }
  return { drifted, unknown };
}
