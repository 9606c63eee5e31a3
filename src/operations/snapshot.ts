import { z } from 'zod';
import { durationText } from '../core/duration.ts';
import { MqwardenError, RefusedError } from '../core/errors.ts';
import { assembleSnapshot, capture, type Captured, type Snapshot, snapshotDigest } from '../core/snapshot.ts';
import { readRegularFile, TooLarge } from '../files/read.ts';
import { whyOf } from '../files/why.ts';
import { replaceFile } from '../files/write.ts';
import { snapshotAsJson } from '../report/snapshot.ts';
import { openSession, type Session, type SessionOptions, type Site } from './session.ts';

export interface SnapshotOptions extends SessionOptions {
  readonly now: () => Date;
}

/** Reads the live brokers of an environment for plans that are made elsewhere. Asks no secret store; writes nothing to a broker. */
export async function takeSnapshot(options: SnapshotOptions): Promise<Snapshot> {
  const session = await openSession(options);
  const captured = await Promise.all(session.sites.map((site) => captureSite(session, site)));
  const { topology, environment } = session;
  const of = {
    topology: topology.name,
    environment: environment.name,
    brokers: Object.fromEntries(captured),
  };
  return assembleSnapshot(of, options.now());
}

async function captureSite({ context }: Session, site: Site): Promise<[string, Captured]> {
  const { broker, compiled, landscape } = site;
  const { environment } = landscape;
  context.progress(`reading ${broker.title}`);
  const observed = await broker.observe(environment, { desired: compiled.resources }, context);
  return [broker.name, capture(observed, broker.endpoints(environment.section))];
}

/** A snapshot to go by, and how old it may be before that is said. */
export interface SnapshotOfAge {
  readonly snapshot: Snapshot;
  readonly maxAgeMs: number;
  readonly now: Date;
}

/** What is not known for its age, as sentences. Throws RefusedError for one of something else. */
export function unknownBy({ snapshot: taken, maxAgeMs, now }: SnapshotOfAge, session: Session): string[] {
  const { topology, environment } = taken;
  if (topology !== session.topology.name || environment !== session.environment.name) {
    throw new RefusedError(
      `the snapshot is of ${topology}, environment ${environment}, not of ${session.topology.name}, environment ${session.environment.name}`,
      { hint: 'take one with mqwarden snapshot --env NAME --out FILE' },
    );
  }
  const age = now.getTime() - Date.parse(taken.takenAt);
  if (age <= maxAgeMs) return [];
  return [
    `whether the brokers are still like that: the snapshot is ${durationText(age)} old, more than ${durationText(maxAgeMs)}`,
  ];
}

/** A large broker has some 10 MB. */
const maxMegabytes = 128;

const captured = z.object({
  version: z.string(),
  endpoints: z.array(z.string()),
  warnings: z.array(z.object({ address: z.string(), message: z.string() })),
  facts: z.record(z.string(), z.json()),
  resources: z.array(z.tuple([z.string().regex(/^[a-z]+:[a-z-]+:/), z.record(z.string(), z.json())])),
});
const snapshot = z.strictObject({
  version: z.literal(1),
  topology: z.string(),
  environment: z.string(),
  digest: z.string(),
  takenAt: z.iso.datetime(),
  brokers: z.record(z.string(), captured),
});

/** It names everything on the brokers: for its owner, written whole or not at all. */
export async function saveSnapshot(file: string, taken: Snapshot): Promise<void> {
  const text = snapshotAsJson(taken);
  const large = Buffer.byteLength(text) > maxMegabytes * 1024 * 1024;
  try {
    if (large) throw new TooLarge(`it is larger than ${maxMegabytes} MB; take one a broker, with --only`);
    await replaceFile(file, text);
  } catch (cause) {
    throw new MqwardenError('MQWARDEN_FILE', `cannot save the snapshot as ${file}: ${whyOf(cause)}`, {
      hint: 'name a file in a folder that you may write to',
      cause,
    });
  }
}

/** Reads a snapshot, and refuses one that was edited. */
export async function readSnapshot(file: string): Promise<Snapshot> {
  const hint = 'take one with mqwarden snapshot --out FILE';
  const { bytes } = await readRegularFile(file, { maxMegabytes }).catch((cause: unknown) => {
    throw new MqwardenError('MQWARDEN_FILE', `cannot read the snapshot ${file}: ${whyOf(cause)}`, {
      hint,
      cause,
    });
  });
  const parsed = snapshot.safeParse(parseJson(bytes.toString('utf8')));
  if (!parsed.success) throw new RefusedError(`${file} is not a snapshot`, { hint });
  const read = parsed.data as unknown as Snapshot;
  if (snapshotDigest(read) === read.digest) return read;
  throw new RefusedError(`${file} was changed since it was taken: its digest does not match what it holds`, {
    hint,
  });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
