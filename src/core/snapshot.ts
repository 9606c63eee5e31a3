import { type Address, kindOf } from './address.ts';
import type { Observation, Warning } from './broker.ts';
import { compareText, digest, type JsonObject } from './json.ts';
import type { Resource } from './resource.ts';

/** The live state of one environment at one time, as a file: what a plan needs where nobody may log in. Holds no secret. */
export interface Snapshot {
  readonly version: 1;
  readonly topology: string;
  readonly environment: string;
  /** Over everything else: an edit is seen. No signature: whoever can write the file can make another. */
  readonly digest: string;
  readonly takenAt: string;
  readonly brokers: Readonly<Record<string, Captured>>;
}

/** The snapshot that an answer is by, instead of live brokers. */
export type Against = Pick<Snapshot, 'digest' | 'takenAt'>;

/** What was observed on one broker. */
export interface Captured {
  readonly version: string;
  /** Identity of the endpoints, to see whether a topology means another broker by now. */
  readonly endpoints: readonly string[];
  readonly warnings: readonly Warning[];
  readonly facts: JsonObject;
  /** Sorted by address, whose beginning is the kind. */
  readonly resources: readonly (readonly [address: Address, spec: JsonObject])[];
}

export function capture(observed: Observation, endpoints: readonly string[]): Captured {
  const { version, warnings, facts, resources } = observed;
  return {
    version,
    endpoints,
    warnings,
    facts,
    resources: [...resources]
      .sort((a, b) => compareText(a.address, b.address))
      .map(({ address, spec }) => [address, spec]),
  };
}

/** The way back from `capture`. */
export function observationIn({ version, warnings, facts, resources }: Captured): Observation {
  const read = resources.map(([address, spec]): Resource => ({ kind: kindOf(address), address, spec }));
  return { version, warnings, facts, resources: read };
}

export function assembleSnapshot(
  of: Pick<Snapshot, 'topology' | 'environment' | 'brokers'>,
  takenAt: Date,
): Snapshot {
  const body = { version: 1 as const, ...of, takenAt: takenAt.toISOString() };
  return { ...body, digest: snapshotDigest(body) };
}

export function snapshotDigest({
  version,
  topology,
  environment,
  takenAt,
  brokers,
}: Omit<Snapshot, 'digest'>): string {
  return digest({ version, topology, environment, takenAt, brokers });
}
