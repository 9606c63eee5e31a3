import { partOf } from '../../../core/address.ts';
import { messageOf } from '../../../core/errors.ts';
import { canonical } from '../../../core/json.ts';
import type { Change } from '../../../core/resource.ts';
import type { Admin } from '../admin.ts';
import type { LiveBinding } from '../definitions.ts';
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
  if (before === null) await create();
  else await replace(admin, vhost, path, ['source', 'destination'], create);
}

export async function writeQueue(admin: Admin, change: Change<Queue>): Promise<void> {
  const [vhost, name] = [partOf(change.address, 0), partOf(change.address, 1)];
  const { before, after } = change;
  const path = ['queues', vhost, name];
  if (after === null) return remove(admin, path);
  const create = () => send(admin, 'PUT', path, { ...createOnly, body: queueBody(after) });
  if (before === null) await create();
  else await replace(admin, vhost, path, [''], create);
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

/**
 * Deletes and makes anew, since no setting of an exchange or queue can be changed. Its bindings go with the old one: they
 * are noted before and made again, so that nothing else of the topology is lost.
 */
async function replace(
  admin: Admin,
  vhost: string,
  path: readonly string[],
  ends: readonly string[],
  create: () => Promise<unknown>,
): Promise<void> {
  const found = await Promise.all(
    ends.map((end) => look(admin, [...path, 'bindings', ...(end === '' ? [] : [end])])),
  );
  const bindings = found
    .flatMap((list) => (list ?? []) as readonly LiveBinding[])
    .map(bindingSpec)
    .filter(({ source }) => source !== '');
  await remove(admin, path);
  try {
    await create();
  } catch (error) {
    const lost = bindings.length === 0 ? '' : `; gone with the old one: ${bindings.map(inWords).join(', ')}`;
    throw new WriteFailure(
      `the old one is deleted and the new one could not be made: ${messageOf(error)}${lost}`,
      whatComesBack,
    );
  }
  await restore(admin, vhost, bindings);
}

const whatComesBack =
  'run apply again: it makes what the topology declares; a binding that it does not declare must be made by hand';

/** Each is tried, also after one that fails. */
async function restore(admin: Admin, vhost: string, bindings: readonly BindingSpec[]): Promise<void> {
  const failures: string[] = [];
  for (const binding of bindings) {
    try {
      await createBinding(admin, vhost, binding);
    } catch (error) {
      failures.push(`${inWords(binding)}: ${messageOf(error)}`);
    }
  }
  if (failures.length === 0) return;
  throw new WriteFailure(
    `replaced, but of its bindings these could not be restored: ${failures.join('; ')}`,
    whatComesBack,
  );
}

function inWords({ source, destination, routingKey }: BindingSpec): string {
  return `${source} → ${destination} (${routingKey})`;
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
