import { partOf } from '../../../core/address.ts';
import { messageOf } from '../../../core/errors.ts';
import { canonical } from '../../../core/json.ts';
import type { Change } from '../../../core/resource.ts';
import type { Admin } from '../admin.ts';
import type { LiveBinding, LiveTopicPermission } from '../definitions.ts';
import { bindingSpec } from '../normalize.ts';
import type { Binding, BindingSpec, Exchange, ExchangeSpec, Queue, QueueSpec } from '../resources.ts';
import { createOnly, look, remove, send, WriteFailure } from './request.ts';

/** Exchanges, queues and bindings. */

export async function writeExchange(admin: Admin, change: Change<Exchange>): Promise<void> {
  const [vhost, name] = [partOf(change.address, 0), partOf(change.address, 1)];
  const { before, after } = change;
  const path = ['exchanges', vhost, name];
  if (after === null) return remove(admin, path);
  const create = () => send(admin, 'PUT', path, { ...createOnly, body: exchangeBody(after) });
  if (before === null) {
    await create();
    return;
  }
  const bindings = await bindingsOf(admin, vhost, [
    [...path, 'bindings', 'source'],
    [...path, 'bindings', 'destination'],
  ]);
  // Rows before bindings: without its row a user may publish any key, which reaches no queue before there is a binding.
  await replace(admin, path, [...(await rowsOf(admin, vhost, name)), ...bindings], create);
}

export async function writeQueue(admin: Admin, change: Change<Queue>): Promise<void> {
  const [vhost, name] = [partOf(change.address, 0), partOf(change.address, 1)];
  const { before, after } = change;
  const path = ['queues', vhost, name];
  if (after === null) return remove(admin, path);
  const create = () => send(admin, 'PUT', path, { ...createOnly, body: queueBody(after) });
  if (before === null) await create();
  else await replace(admin, path, await bindingsOf(admin, vhost, [[...path, 'bindings']]), create);
}

/** Every field is written out: what is left out would be false, or the vhost's default. */
function exchangeBody(spec: ExchangeSpec): object {
  const { type, durable, autoDelete, internal } = spec;
  return { type, durable, auto_delete: autoDelete, internal, arguments: spec.arguments };
}

function queueBody(spec: QueueSpec): object {
  const { type, durable, autoDelete } = spec;
  return { durable, auto_delete: autoDelete, arguments: { ...spec.arguments, 'x-queue-type': type } };
}

/** What goes with an exchange or a queue when it is deleted, and is to come back with the new one. */
interface Attached {
  readonly words: string;
  readonly restore: () => Promise<unknown>;
}

async function bindingsOf(
  admin: Admin,
  vhost: string,
  lists: readonly (readonly string[])[],
): Promise<Attached[]> {
  const found = await Promise.all(lists.map((path) => look(admin, path)));
  return found
    .flatMap((list) => (list ?? []) as readonly LiveBinding[])
    .map(bindingSpec)
    .filter(({ source }) => source !== '')
    .map((spec) => ({
      words: `${spec.source} → ${spec.destination} (${spec.routingKey})`,
      restore: () => createBinding(admin, vhost, spec),
    }));
}

/** RabbitMQ 4.3 deletes the topic permissions on an exchange with it, of every user; older versions keep them. */
async function rowsOf(admin: Admin, vhost: string, exchange: string): Promise<Attached[]> {
  const rows = ((await look(admin, ['vhosts', vhost, 'topic-permissions'])) ??
    []) as readonly LiveTopicPermission[];
  return rows
    .filter((row) => row.exchange === exchange)
    .map((row) => ({
      words: `topic permission of ${row.user}`,
      restore: () =>
        send(admin, 'PUT', ['topic-permissions', vhost, row.user], {
          body: { exchange, write: row.write, read: row.read },
        }),
    }));
}

/**
 * Deletes and makes anew, since no setting of an exchange or queue can be changed. What was attached to the old one goes with
 * it: it is noted before and made again, so that nothing else of the topology is lost.
 */
async function replace(
  admin: Admin,
  path: readonly string[],
  attached: readonly Attached[],
  create: () => Promise<unknown>,
): Promise<void> {
  await remove(admin, path);
  try {
    await create();
  } catch (error) {
    const lost =
      attached.length === 0
        ? ''
        : `; gone with the old one: ${attached.map(({ words }) => words).join(', ')}`;
    throw new WriteFailure(
      `the old one is deleted and the new one could not be made: ${messageOf(error)}${lost}`,
      whatComesBack,
    );
  }
  await restoreAll(attached);
}

const whatComesBack =
  'run apply again: it makes what the topology declares; what it does not declare must be made by hand';

/** Each is tried, also after one that fails. */
async function restoreAll(attached: readonly Attached[]): Promise<void> {
  const failures: string[] = [];
  for (const { words, restore } of attached) {
    try {
      await restore();
    } catch (error) {
      failures.push(`${words}: ${messageOf(error)}`);
    }
  }
  if (failures.length === 0) return;
  throw new WriteFailure(`replaced, but this could not be restored: ${failures.join('; ')}`, whatComesBack);
}

export async function writeBinding(admin: Admin, change: Change<Binding>): Promise<void> {
  const vhost = partOf(change.address, 0);
  if (change.after !== null) return createBinding(admin, vhost, change.after);
  if (change.before !== null) await deleteBinding(admin, vhost, change.before);
}

/** A POST, and idempotent: the same binding twice is one. */
async function createBinding(admin: Admin, vhost: string, spec: BindingSpec): Promise<void> {
  const body = { routing_key: spec.routingKey, arguments: spec.arguments };
  await send(admin, 'POST', bindingsPath(vhost, spec), { body });
}

/** The key to delete by is the one that the broker lists, not one that could be computed here. */
async function deleteBinding(admin: Admin, vhost: string, spec: BindingSpec): Promise<void> {
  const path = bindingsPath(vhost, spec);
  const listed = ((await look(admin, path)) ?? []) as readonly LiveBinding[];
  const live = listed.find((one) => canonical(bindingSpec(one)) === canonical(spec));
  if (live === undefined) return;
  if (live.properties_key === undefined)
    throw new WriteFailure('RabbitMQ lists the binding without a key to delete it by');
  await remove(admin, [...path, live.properties_key]);
}

function bindingsPath(vhost: string, spec: BindingSpec): string[] {
  const end = spec.destinationType === 'queue' ? 'q' : 'e';
  return ['bindings', vhost, 'e', spec.source, end, spec.destination];
}
