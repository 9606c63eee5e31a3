import { recordAsTexts, recordIn, type RotationRecord } from '../core/rotation/record.ts';
import { rotationPath, type SecretStore } from '../secrets/store.ts';

/** A service on one broker, with the principal of its first generation. */
export interface Identified {
  readonly broker: string;
  readonly service: string;
  readonly base: string;
}

function recordPath({ broker, service }: Identified): string {
  return rotationPath(broker, service);
}

export interface KeptRecord {
  readonly record: RotationRecord;
  readonly version: string;
}

/** Throws SecretError where it is no record. */
export async function readRecord(store: SecretStore, of: Identified): Promise<KeptRecord | undefined> {
  const path = recordPath(of);
  const stored = await store.read(path);
  if (stored === undefined) return undefined;
  return { record: recordIn(stored.document, store.place(path)), version: stored.version };
}

/** `expected` is the version that was read. Throws SecretConflict where somebody else wrote since. */
export async function writeRecord(
  store: SecretStore,
  of: Identified,
  record: RotationRecord,
  expected: string | undefined,
): Promise<KeptRecord> {
  const { version } = await store.write(recordPath(of), recordAsTexts(record), expected);
  return { record, version };
}
