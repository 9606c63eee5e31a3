import { partOf } from '../../../core/address.ts';
import { canonical, type JsonObject } from '../../../core/json.ts';
import type { Change } from '../../../core/resource.ts';
import { credentialPath } from '../../../secrets/store.ts';
import type { Admin } from '../admin.ts';
import type { LivePermission, LiveUser } from '../definitions.ts';
import { userSpec } from '../normalize.ts';
import type { User, UserSpec, Vhost, VhostSpec } from '../resources.ts';
import { recordAdmin } from './grants.ts';
import type { Hands } from './hands.ts';
import { hashPassword, type PasswordHash } from './password.ts';
import { createOnly, look, movedOn, remove, send, WriteFailure } from './request.ts';

/** Users and vhosts: what carries limits. */

export async function writeUser(hands: Hands, change: Change<User>): Promise<void> {
  const name = partOf(change.address, 0);
  const { before, after } = change;
  if (after === null) return removeUser(hands.admin, name);
  if (before === null) await createUser(hands, change, name, after);
  else if (
    change.credential === 'rewrite' ||
    canonical([before.tags, before.auth]) !== canonical([after.tags, after.auth])
  ) {
    await updateUser(hands, change, name, after);
  }
  await writeLimits(hands.admin, ['user-limits', name], before?.limits ?? {}, after.limits, userLimitNames);
}

/** Its permissions in this environment's vhosts went before it: any that are left are somebody else's to take away. */
async function removeUser(admin: Admin, name: string): Promise<void> {
  const left = ((await look(admin, ['users', name, 'permissions'])) ?? []) as readonly LivePermission[];
  const [first] = left;
  if (first === undefined) return remove(admin, ['users', name]);
  throw new WriteFailure(
    `it has permissions in vhost ${first.vhost}, which would go with it, and which the plan did not see`,
    'run plan again and look at what is there now',
  );
}

async function createUser(hands: Hands, change: Change<User>, name: string, spec: UserSpec): Promise<void> {
  const hash = spec.auth === 'none' ? noPassword : await storedHash(hands, change, name);
  const body = { ...hash, tags: spec.tags.join(',') };
  await send(hands.admin, 'PUT', ['users', name], { ...createOnly, body });
}

/** A PUT replaces the whole user, its password included: without a hash it would clear it. */
async function updateUser(hands: Hands, change: Change<User>, name: string, spec: UserSpec): Promise<void> {
  const live = (await look(hands.admin, ['users', name])) as LiveUser | undefined;
  if (live === undefined) throw movedOn();
  const hash = spec.auth === 'none' ? noPassword : await hashToKeep(hands, change, name, live);
  await send(hands.admin, 'PUT', ['users', name], { body: { ...hash, tags: spec.tags.join(',') } });
}

/** RabbitMQ refuses every login by password then; one by certificate is another mechanism. */
const noPassword = { password_hash: '' } as const;

async function hashToKeep(
  hands: Hands,
  change: Change<User>,
  name: string,
  live: LiveUser,
): Promise<PasswordHash> {
  if (change.credential === 'rewrite' || userSpec(live).auth === 'none')
    return storedHash(hands, change, name);
  const { password_hash, hashing_algorithm } = live;
  if (password_hash === undefined || hashing_algorithm === undefined) {
    throw new WriteFailure(
      'RabbitMQ does not say how the password of this user is kept, so that it would be lost',
    );
  }
  hands.context.conceal(password_hash);
  return { password_hash, hashing_algorithm };
}

/** The password goes to the store first: a broker never has one that nobody knows. */
async function storedHash(hands: Hands, change: Change<User>, name: string): Promise<PasswordHash> {
  if (change.service === undefined)
    throw new WriteFailure('this user belongs to no service, so that it has no credential');
  const { password } = await hands.credentials.ensure(
    credentialPath({ broker: 'rabbitmq', service: change.service }),
    name,
  );
  const hash = hashPassword(password);
  hands.context.conceal(hash.password_hash);
  return hash;
}

export async function writeVhost(hands: Hands, change: Change<Vhost>): Promise<void> {
  const { admin } = hands;
  const name = partOf(change.address, 0);
  const { before, after } = change;
  if (after === null) return remove(admin, ['vhosts', name]);
  if (before === null || canonical(ownFields(before)) !== canonical(ownFields(after))) {
    const { description, tags, defaultQueueType } = after;
    const body = {
      ...(description === undefined ? {} : { description }),
      ...(tags === undefined ? {} : { tags: tags.join(',') }),
      ...(defaultQueueType === undefined ? {} : { default_queue_type: defaultQueueType }),
    };
    await send(admin, 'PUT', ['vhosts', name], { ...(before === null ? createOnly : {}), body });
    if (before === null)
      recordAdmin(hands, name, 'RabbitMQ gives every permission in a new vhost to its creator');
  }
  await writeLimits(admin, ['vhost-limits', name], before?.limits ?? {}, after.limits, vhostLimitNames);
}

function ownFields({ description, tags, defaultQueueType }: VhostSpec): JsonObject {
  return { description, tags, defaultQueueType };
}

const userLimitNames = { maxConnections: 'max-connections', maxChannels: 'max-channels' };
const vhostLimitNames = { maxConnections: 'max-connections', maxQueues: 'max-queues' };

async function writeLimits(
  admin: Admin,
  path: readonly string[],
  before: JsonObject,
  after: JsonObject,
  names: Readonly<Record<string, string>>,
): Promise<void> {
  for (const [key, name] of Object.entries(names)) {
    const value = after[key];
    if (value === before[key]) continue;
    if (value === undefined) await remove(admin, [...path, name]);
    else await send(admin, 'PUT', [...path, name], { body: { value } });
  }
}
