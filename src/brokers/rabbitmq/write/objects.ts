import { partOf } from '../../../core/address.ts';
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
  await orExplain('the old one is deleted and the new one could not be made', create);
  for (const binding of bindings) {
    await orExplain(
      `replaced, but its binding ${binding.source} → ${binding.destination} (${binding.routingKey}) could not be restored`,
      () => createBinding(admin, vhost, binding),
    );
  }
}

async function orExplain(what: string, step: () => Promise<unknown>): Promise<void> {
  try {
    await step();
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new WriteFailure(`${what}: ${why}`, 'run apply again: what is missing is made then');
  }
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
