import type { Context, Credentials, Permit, Watch, Writer } from '../../core/broker.ts';
import type { Placed } from '../../core/landscape.ts';
import { ConnectionError, LockError, messageOf, PartialView } from '../../core/errors.ts';
import type { Change } from '../../core/resource.ts';
import { prepare, type Session } from './admin.ts';
import { isAclChange } from './kinds/acl.ts';
import type { KafkaResource, QuotaResource, TopicResource, UserResource } from './resources.ts';
import type { KafkaEnvironment } from './schema.ts';
import { createAcls, deleteAcls } from './write/acls.ts';
import { type Report, unanswered } from './write/outcome.ts';
import { alterQuotas } from './write/quotas.ts';
import { createTopics, deleteTopics, updateTopics } from './write/topics.ts';
import { deleteUsers, upsertUsers } from './write/users.ts';

/** A large batch may take the controller so many times longer than a read takes. */
const patience = 6;

/** Opens the administrator's connection for apply and rotate. It does nothing beside the changes. */
export async function writer(
  target: Placed<KafkaEnvironment>,
  context: Context,
  credentials: Credentials,
  { permit }: Watch,
): Promise<Writer<KafkaResource>> {
  const dialer = await prepare(target, context, patience * context.timeoutMs);
  const connect = async () => permitted(await dialer.first(), permit);
  let session = await connect();
  return {
    async write(changes, report) {
      for (const group of groupsOf(changes)) {
        if (await carryOut(session, credentials, group, report)) continue;
        // One broken connection is no lost broker: what does not depend on this group can still be done.
        await session.close();
        session = await connect();
      }
    },
    // Kafka checks its ACLs on every request: no session outlives a right.
    closeSessions: () => Promise.resolve([]),
    close: () => session.close(),
  };
}

/** Asked before every batch: a phase may have many. */
function permitted(session: Session, permit: Permit): Session {
  return {
    ...session,
    call: async (api, ...args) => {
      await permit();
      return session.call(api, ...args);
    },
  };
}

type Changes = readonly Change<KafkaResource>[];

/** Changes of one kind and action: what can share a request. */
function groupsOf(changes: Changes): Changes[] {
  const groups = Map.groupBy(changes, (change) => `${change.kind} ${change.action}`);
  return [...groups.values()];
}

/** Every change is reported exactly once, also where the connection breaks in the middle; false where it did. */
async function carryOut(
  session: Session,
  credentials: Credentials,
  changes: Changes,
  report: Report,
): Promise<boolean> {
  const open = new Set(changes);
  const once: Report = (change, outcome) => {
    if (open.delete(change)) report(change, outcome);
  };
  try {
    await dispatch(session, credentials, changes, once);
  } catch (error) {
    const text = messageOf(error);
    const unknown = 'whether it was done is not known: run plan again';
    // A read that must come before the write was refused, or the write itself not permitted: nothing was done.
    const undone = error instanceof PartialView || error instanceof LockError;
    const hint = undone ? error.hint : unknown;
    for (const change of [...open]) once(change, { status: 'failed', error: text, hint });
    return !(error instanceof ConnectionError);
  }
  for (const change of [...open]) once(change, unanswered);
  return true;
}

/** The changes are all of one kind and action; each filter only tells the compiler so. */
async function dispatch(
  session: Session,
  credentials: Credentials,
  changes: Changes,
  report: Report,
): Promise<void> {
  const action = changes[0]?.action;
  const [topics, acls] = [changes.filter(isTopic), changes.filter(isAclChange)];
  const [users, quotas] = [changes.filter(isUser), changes.filter(isQuota)];
  if (topics.length > 0) {
    const write = action === 'create' ? createTopics : action === 'delete' ? deleteTopics : updateTopics;
    await write(session, topics, report);
  }
  if (acls.length > 0) await (action === 'delete' ? deleteAcls : createAcls)(session, acls, report);
  if (quotas.length > 0) await alterQuotas(session, quotas, report);
  if (users.length === 0) return;
  if (action === 'delete') await deleteUsers(session, users, report);
  else await upsertUsers(session, credentials, users, report);
}

function isTopic(change: Change): change is Change<TopicResource> {
  return change.kind === 'kafka:topic';
}

function isUser(change: Change): change is Change<UserResource> {
  return change.kind === 'kafka:user';
}

function isQuota(change: Change): change is Change<QuotaResource> {
  return change.kind === 'kafka:quota';
}
