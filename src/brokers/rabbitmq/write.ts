import { partOf } from '../../core/address.ts';
import type { Context, Credentials, Outcome, Permit, Watch, Writer } from '../../core/broker.ts';
import type { Placed } from '../../core/landscape.ts';
import { ConnectionError, MqwardenError } from '../../core/errors.ts';
import { inPool } from '../../core/pool.ts';
import { type Admin, atATime, openAdmin } from './admin.ts';
import { declaring } from './recall.ts';
import type { RabbitChange, RabbitResource } from './resources.ts';
import type { RabbitEnvironment } from './schema.ts';
import { admitAdmin, writePermission, writeTopicPermission } from './write/grants.ts';
import { writeBinding, writeExchange, writeQueue } from './write/objects.ts';
import type { Hands } from './write/hands.ts';
import { writePolicy } from './write/policies.ts';
import { failed, WriteFailure } from './write/request.ts';
import { closeSessions } from './write/sessions.ts';
import { writeUser, writeVhost } from './write/users.ts';

/** Carries out changes over the management API. */
export async function writer(
  target: Placed<RabbitEnvironment>,
  context: Context,
  credentials: Credentials,
  { permit, record }: Watch,
): Promise<Writer<RabbitResource>> {
  const admin = await openAdmin(target, context);
  const hands = { admin: permitted(admin, permit), context, credentials, record };
  const admitted = new Map<string, Promise<void>>();
  return {
    // A change's kind fixes the types of its specs: the union says so, where the port's type cannot.
    write: (changes, report) => writeAll(hands, admitted, changes as readonly RabbitChange[], report),
    closeSessions: (changes) => closeSessions(hands, changes as readonly RabbitChange[]),
    close: () => {
      admin.close();
      return Promise.resolve();
    },
  };
}

/** Asked before every single write: one change may need several. Closing sessions is none: what is gone must not be used. */
function permitted(admin: Admin, permit: Permit): Admin {
  return {
    ...admin,
    request: (method, path, options) =>
      admin.request(method, path, method === 'GET' ? options : { ...options, permit }),
  };
}

type Report = (change: RabbitChange, outcome: Outcome) => void;

/**
 * One after the other in each of the lanes; after a lost broker the rest is not even tried. Replacements come last and in one
 * lane: two ends of a binding that are replaced at once would each note it while the other one is gone.
 */
async function writeAll(
  hands: Hands,
  admitted: Map<string, Promise<void>>,
  changes: readonly RabbitChange[],
  report: Report,
): Promise<void> {
  let lost: ConnectionError | undefined;
  const tryOne = async (change: RabbitChange) => {
    if (lost !== undefined) {
      report(change, { status: 'skipped', error: `not tried: ${lost.message}` });
      return;
    }
    try {
      if (declaring.has(change.kind)) await admitOnce(hands, admitted, partOf(change.address, 0));
      await writeOne(hands, change);
      report(change, { status: 'done' });
    } catch (error) {
      report(change, outcomeOf(error));
      if (error instanceof ConnectionError && !(await stillAnswers(hands.admin))) lost = error;
    }
  };
  const { replace = [], others = [] } = Object.groupBy(changes, ({ action }) =>
    action === 'replace' ? action : 'others',
  );
  await inPool(others, atATime, tryOne);
  await inPool(replace, 1, tryOne);
  if (lost !== undefined) throw lost;
}

const patienceMs = 2_000;

/** One broken connection is no lost broker: what does not depend on that change can still be done. */
async function stillAnswers(admin: Admin): Promise<boolean> {
  try {
    return (await admin.request('GET', ['whoami'], { patienceMs })).status === 200;
  } catch {
    return false;
  }
}

function outcomeOf(error: unknown): Outcome {
  if (error instanceof WriteFailure) return failed(error);
  if (error instanceof MqwardenError) return { status: 'failed', error: error.message, hint: error.hint };
  throw error;
}

/** Asks once a vhost, however many changes wait for the answer. */
function admitOnce(hands: Hands, admitted: Map<string, Promise<void>>, vhost: string): Promise<void> {
  const known = admitted.get(vhost) ?? admitAdmin(hands, vhost);
  admitted.set(vhost, known);
  return known;
}

function writeOne(hands: Hands, change: RabbitChange): Promise<void> {
  switch (change.kind) {
    case 'rabbitmq:vhost':
      return writeVhost(hands, change);
    case 'rabbitmq:user':
      return writeUser(hands, change);
    case 'rabbitmq:permission':
      return writePermission(hands.admin, change);
    case 'rabbitmq:topic-permission':
      return writeTopicPermission(hands.admin, change);
    case 'rabbitmq:exchange':
      return writeExchange(hands.admin, change);
    case 'rabbitmq:queue':
      return writeQueue(hands.admin, change);
    case 'rabbitmq:binding':
      return writeBinding(hands.admin, change);
    case 'rabbitmq:policy':
    case 'rabbitmq:operator-policy':
      return writePolicy(hands.admin, change.kind, change);
  }
}
