import type { Context } from '../../core/broker.ts';
import type { StoredCredential } from '../../core/rotation/assess.ts';
import { credentialIn } from '../../secrets/credentials.ts';
import { credentialPath, type SecretStore } from '../../secrets/store.ts';
import { type Identified, type KeptRecord, readRecord } from '../records.ts';
import type { Session, Site } from '../session.ts';

/** A service on a broker whose credential is to be rotated. */
export interface Target extends Identified {
  readonly site: Site;
  readonly store: SecretStore;
}

/** What the store has of it now. */
export interface Held {
  readonly record: KeptRecord | undefined;
  readonly credential: HeldCredential | undefined;
}

export interface HeldCredential extends StoredCredential {
  readonly version: string;
  /** With whatever else somebody keeps beside the two. */
  readonly document: Readonly<Record<string, string>>;
}

export async function readHeld(target: Target, { context }: Session): Promise<Held> {
  const [record, credential] = await Promise.all([
    readRecord(target.store, target),
    readHeldCredential(target, context),
  ]);
  const { underWay } = record?.record ?? {};
  for (const side of [underWay?.from, underWay?.to]) {
    if (side?.password !== undefined) context.conceal(side.password);
  }
  return { record, credential };
}

export async function readHeldCredential(
  target: Target,
  context: Context,
): Promise<HeldCredential | undefined> {
  const path = credentialPath(target);
  const stored = await target.store.read(path);
  if (stored === undefined) return undefined;
  const { username, password } = credentialIn(stored, target.store.place(path));
  context.conceal(password);
  const { version, writtenAt, document } = stored;
  return { username, password, version, document, ...(writtenAt === undefined ? {} : { writtenAt }) };
}
