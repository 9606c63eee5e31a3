import { partOf } from '../../../core/address.ts';
import type { Context, Credentials, Outcome, Placed, Warning, Writer } from '../../../core/broker.ts';
import { ConnectionError, MqwardenError } from '../../../core/errors.ts';
import { type Admin, atATime, openAdmin } from '../admin.ts';
import { holds, listConnections } from '../connections.ts';
import { inPool } from '../pool.ts';
import { declaring } from '../read.ts';
import type { RabbitChange, RabbitResource } from '../resources.ts';
import type { RabbitEnvironment } from '../schema.ts';
import { admitAdmin, writePermission, writeTopicPermission } from './grants.ts';
import { writeBinding, writeExchange, writeQueue } from './objects.ts';
import { failed, WriteFailure } from './request.ts';
import { type Hands, writeUser, writeVhost } from './users.ts';

/** Carries out changes over the management API. */
export async function writer(
  target: Placed<RabbitEnvironment>,
  context: Context,
  credentials: Credentials,
): Promise<Writer<RabbitResource>> {
  const admin = await openAdmin(target, context);
  const hands = { admin, context, credentials };
  const admitted = new Map<string, Promise<void>>();
  return {
    // A change's kind fixes the types of its specs: the union says so, where the port's type cannot.
    write: (changes, report) => writeAll(hands, admitted, changes as readonly RabbitChange[], report),
    closeSessions: (changes) =>
      closeSessions(admin, changes as readonly RabbitChange[], context.correlationId),
    close: () => {
      admin.close();
      return Promise.resolve();
    },
  };
}

type Report = (change: RabbitChange, outcome: Outcome) => void;

/** One after the other in each of the lanes; after a lost broker the rest is not even tried. */
async function writeAll(
  hands: Hands,
  admitted: Map<string, Promise<void>>,
  changes: readonly RabbitChange[],
  report: Report,
): Promise<void> {
  let lost: ConnectionError | undefined;
  await inPool(changes, atATime, async (change) => {
    if (lost !== undefined) {
      report(change, { status: 'skipped', error: `not tried: ${lost.message}` });
      return;
    }
    try {
      if (declaring.has(change.kind)) await admitOnce(hands.admin, admitted, partOf(change.address, 0));
      await writeOne(hands, change);
      report(change, { status: 'done' });
    } catch (error) {
      report(change, outcomeOf(error));
      if (error instanceof ConnectionError && !(await stillAnswers(hands.admin))) lost = error;
    }
  });
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
function admitOnce(admin: Admin, admitted: Map<string, Promise<void>>, vhost: string): Promise<void> {
  const known = admitted.get(vhost) ?? admitAdmin(admin, vhost);
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
  }
}

/** Rights are checked when a consumer starts and cached by channels: who lost some must log in again. */
async function closeSessions(
  admin: Admin,
  changes: readonly RabbitChange[],
  correlationId: string,
): Promise<readonly Warning[]> {
  const warnings: Warning[] = [];
  const headers = { 'X-Reason': `mqwarden: permissions were narrowed (${correlationId})` };
  const open = (await listConnections(admin)).flatMap((connection) => {
    const change = changes.find((one) => holds(connection, one));
    return change === undefined ? [] : [{ connection, change }];
  });
  await inPool(open, atATime, async ({ connection, change }) => {
    const answer = await admin.request('DELETE', ['connections', connection.name], { headers });
    if (answer.status === 404 || (answer.status >= 200 && answer.status < 300)) return;
    const words = answer.reason === '' ? String(answer.status) : `${answer.reason} (${answer.status})`;
    const message = `connection ${connection.name} keeps what it had: it could not be closed: ${words}`;
    warnings.push({ address: change.address, message });
  });
  return warnings;
}
