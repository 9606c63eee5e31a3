import { pbkdf2, randomBytes } from 'node:crypto';
import { promisify } from 'node:util';
import { alterUserScramCredentialsV0 } from '@platformatic/kafka';
import { partOf } from '../../../core/address.ts';
import type { Credentials, Outcome } from '../../../core/broker.ts';
import { messageOf } from '../../../core/errors.ts';
import { inPool, lanes } from '../../../core/pool.ts';
import type { Change } from '../../../core/resource.ts';
import { credentialPath } from '../../../secrets/store.ts';
import type { Session } from '../admin.ts';
import { inBatches } from '../batches.ts';
import { scramMechanisms } from '../normalize.ts';
import type { UserResource } from '../resources.ts';
import { describeUsers } from '../scram.ts';
import { done, outcomeOf, type Report, required, unanswered } from './outcome.ts';

type UserChange = Change<UserResource>;
type Upsertion = alterUserScramCredentialsV0.AlterUserScramCredentialsRequestUpsertions;

const nameOf = (change: UserChange) => partOf(change.address, 0);

const sha512Bytes = 64;
const saltBytes = 32;
const deriveKey = promisify(pbkdf2);

/** Salted here (RFC 5802, KIP-554): the password itself never reaches the broker. */
export async function upsertionOf(name: string, iterations: number, password: string): Promise<Upsertion> {
  const salt = randomBytes(saltBytes);
  const saltedPassword = await deriveKey(password, salt, iterations, sha512Bytes, 'sha512');
  return { name, mechanism: scramMechanisms['SCRAM-SHA-512'], iterations, salt, saltedPassword };
}

/** Creates and updates. The password is in the store before the broker hears of it. */
export async function upsertUsers(
  session: Session,
  credentials: Credentials,
  changes: readonly UserChange[],
  report: Report,
): Promise<void> {
  const live = await mechanismsByUser(session);
  for (const batch of inBatches(changes)) {
    const ready = new Map<string, { change: UserChange; upsertion: Upsertion }>();
    // Deriving a key takes a core for ten milliseconds, and storing a password a flush of the disk.
    await inPool(batch, lanes, async (change) => {
      const prepared = await prepareUser(credentials, change, live.has(nameOf(change)));
      if ('status' in prepared) report(change, prepared);
      else ready.set(nameOf(change), { change, upsertion: prepared });
    });
    if (ready.size === 0) continue;
    const upsertions = [...ready.values()].map(({ upsertion }) => upsertion);
    const { results } = await session.call(alterUserScramCredentialsV0.api, [], upsertions);
    for (const { user, errorCode, errorMessage } of results) {
      const change = ready.get(user)?.change;
      if (change !== undefined) report(change, outcomeOf(errorCode, errorMessage));
    }
  }
}

/** An upsert overwrites silently, so a user of somebody else's making must not reach it. */
async function prepareUser(
  credentials: Credentials,
  change: UserChange,
  exists: boolean,
): Promise<Upsertion | Outcome> {
  const name = nameOf(change);
  const path = credentialPath({ broker: 'kafka', service: change.service ?? name });
  if (change.action === 'create' && exists) {
    const error = `user ${name} was made by somebody else since the plan was read`;
    return { status: 'failed', error, hint: 'run plan again: it keeps its password' };
  }
  try {
    if (change.action === 'update' && (await credentials.has(path)) !== true) {
      const error = `no password of ${name} is stored at ${path}, and a new one would lock out who uses it now`;
      return { status: 'failed', error, hint: 'put its username and password into the store first' };
    }
    const { password } = await credentials.ensure(path, name);
    return await upsertionOf(name, required(change.after, change).iterations, password);
  } catch (error) {
    return { status: 'failed', error: `the password of ${name} cannot be stored: ${messageOf(error)}` };
  }
}

/** Deletes every mechanism of a user, by deletions. Two of one user go in two requests. */
export async function deleteUsers(
  session: Session,
  changes: readonly UserChange[],
  report: Report,
): Promise<void> {
  const live = await mechanismsByUser(session);
  for (const batch of inBatches(changes)) {
    const failed = new Map<string, Outcome>();
    for (const mechanism of Object.values(scramMechanisms)) {
      const deletions = batch
        .filter((change) => live.get(nameOf(change))?.includes(mechanism))
        .map((change) => ({ name: nameOf(change), mechanism }));
      for (const [user, outcome] of await deleteCredentials(session, deletions)) {
        if (outcome.status !== 'done') failed.set(user, outcome);
      }
    }
    for (const change of batch) report(change, failed.get(nameOf(change)) ?? done);
  }
}

/** The outcome of each; what the broker does not mention has failed. */
async function deleteCredentials(
  session: Session,
  deletions: { name: string; mechanism: number }[],
): Promise<Map<string, Outcome>> {
  const outcomes = new Map(deletions.map(({ name }) => [name, unanswered]));
  if (deletions.length === 0) return outcomes;
  const { results } = await session.call(alterUserScramCredentialsV0.api, deletions, []);
  for (const { user, errorCode, errorMessage } of results) {
    outcomes.set(user, outcomeOf(errorCode, errorMessage, 'RESOURCE_NOT_FOUND'));
  }
  return outcomes;
}

async function mechanismsByUser(session: Session): Promise<Map<string, number[]>> {
  const users = await describeUsers(session);
  return new Map(users.map((one) => [one.user, one.credentialInfos.map(({ mechanism }) => mechanism)]));
}
