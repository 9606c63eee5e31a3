import { dirname, resolve } from 'node:path';
import type { Client } from '../core/broker.ts';
import { MqwardenError, UsageError } from '../core/errors.ts';
import { whyOf } from '../files/why.ts';
import { replaceFile } from '../files/write.ts';
import { parseReference } from '../secrets/reference.ts';
import { openSession, type Session, type SessionOptions } from './session.ts';

/** A service's side of each broker of an environment. Reaches no broker and reads no secret. */
export interface Clients {
  readonly session: Session;
  /** By broker. */
  readonly brokers: ReadonlyMap<string, ServiceClient>;
}

export interface ServiceClient extends Omit<Client, 'tls' | 'serverName'> {
  /** Absolute: the topology may stand elsewhere than the service runs. */
  readonly tls: Readonly<Partial<Record<'ca' | 'cert' | 'key' | 'serverName', string>>>;
  /** The store of the services' credentials, likewise. */
  readonly secrets: string | undefined;
}

export async function clientsOf(service: string, options: SessionOptions): Promise<Clients> {
  const session = await openSession(options);
  const brokers = new Map<string, ServiceClient>();
  for (const { broker, landscape } of session.sites) {
    const client = broker.client(landscape, service);
    if (client === undefined) continue;
    const { tls, serverName, ...rest } = client;
    const files = Object.entries(tls).map(([key, { path, position }]) => {
      return { [key]: resolve(dirname(position.file), path) };
    });
    brokers.set(broker.name, {
      ...rest,
      tls: Object.assign(
        {},
        ...files,
        serverName === undefined ? {} : { serverName },
      ) as ServiceClient['tls'],
      secrets: storeOf(session),
    });
  }
  if (brokers.size > 0) return { session, brokers };
  throw new UsageError(
    `the topology has no service ${service} on the brokers of ${session.environment.name}`,
    'name it as it stands under services',
  );
}

function storeOf({ environment, topology }: Session): string | undefined {
  const { secrets, name } = environment;
  const parsed = secrets === undefined ? undefined : parseReference(secrets);
  if (parsed?.ok !== true || parsed.reference.scheme !== 'file') return secrets;
  const { file } = topology.locate(['environments', name, 'secrets']);
  return `file:${resolve(dirname(file), parsed.reference.target)}`;
}

/** Whole or not at all: a compiler may be watching. */
export async function saveTypes(file: string, text: string): Promise<void> {
  try {
    await replaceFile(file, text);
  } catch (cause) {
    throw new MqwardenError('MQWARDEN_FILE', `cannot write the types to ${file}: ${whyOf(cause)}`, {
      hint: 'name a file in a folder that you may write to',
      cause,
    });
  }
}
