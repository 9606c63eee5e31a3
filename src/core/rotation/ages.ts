import { parseDuration, usualAges } from '../duration.ts';
import { generationOf } from '../naming.ts';
import { type StoredCredential } from './assess.ts';
import type { RotationRecord } from './record.ts';
import type { Step } from './words.ts';

/** How old a service's credential is: the rows of `credentials list`. Holds no secret. */
export interface Age {
  readonly broker: string;
  readonly service: string;
  readonly status: AgeStatus;
  readonly principal?: string | undefined;
  readonly generation?: number | undefined;
  /** ISO 8601; by the record of its rotations, or where there is none, by the store. */
  readonly since?: string | undefined;
  readonly by?: 'rotation' | 'store' | undefined;
  readonly days?: number | undefined;
  /** When it should be rotated, and when it must have been. */
  readonly dueAt?: string | undefined;
  readonly limitAt?: string | undefined;
  /** Of a rotation that was begun and is not ended. */
  readonly underWay?: { readonly step: Step; readonly startedAt: string } | undefined;
  readonly note?: string | undefined;
}

/** `none`: the store has no credential of it. `unknown`: neither the record nor the store tells its age. */
export type AgeStatus = 'ok' | 'due' | 'overdue' | 'none' | 'unknown';

export interface Ages {
  readonly version: 1;
  readonly topology: string;
  readonly environment: string;
  readonly credentials: readonly Age[];
  readonly summary: Readonly<Record<AgeStatus, number>>;
}

export interface Limits {
  readonly warnMs: number;
  readonly failMs: number;
}

const day = 86_400_000;

export const usualLimits: Limits = {
  warnMs: parseDuration(usualAges.due) ?? 0,
  failMs: parseDuration(usualAges.overdue) ?? 0,
};

/** Pure. */
export function ageOf(
  of: { readonly broker: string; readonly service: string; readonly base: string },
  record: RotationRecord | undefined,
  credential: StoredCredential | undefined,
  { warnMs, failMs }: Limits,
  now: Date,
): Age {
  const { broker, service, base } = of;
  const own = record?.principal === base ? record : undefined;
  const begun = own?.underWay;
  const underWay = begun === undefined ? {} : { underWay: { step: begun.step, startedAt: begun.startedAt } };
  if (credential === undefined) return { broker, service, status: 'none', ...underWay };
  const { username: principal } = credential;
  const generation = generationOf(base, principal);
  const known = {
    broker,
    service,
    principal,
    ...(generation === undefined ? {} : { generation }),
    ...underWay,
  };
  const { since, by } = sinceOf(own, generation, credential);
  const born = Date.parse(since ?? '');
  // What a store says is not ours to trust.
  if (since === undefined || Number.isNaN(born)) return { ...known, status: 'unknown' };
  const ageMs = Math.max(now.getTime() - born, 0);
  return {
    ...known,
    status: ageMs >= failMs ? 'overdue' : ageMs >= warnMs ? 'due' : 'ok',
    since,
    by,
    days: Math.floor(ageMs / day),
    dueAt: new Date(born + warnMs).toISOString(),
    limitAt: new Date(born + failMs).toISOString(),
    ...(by === 'store' ? { note: 'by when the store was written: it was never rotated' } : {}),
  };
}

function sinceOf(
  record: RotationRecord | undefined,
  generation: number | undefined,
  { writtenAt }: StoredCredential,
): { readonly since: string | undefined; readonly by: 'rotation' | 'store' } {
  const { underWay } = record ?? {};
  const side = [underWay?.from, underWay?.to].find((one) => one?.generation === generation);
  const since = underWay?.mode === 'dual' ? side?.since : record?.rotatedAt;
  return since === undefined ? { since: writtenAt, by: 'store' } : { since, by: 'rotation' };
}

export function summarizeAges(credentials: readonly Age[]): Ages['summary'] {
  const count = (status: AgeStatus) => credentials.filter((one) => one.status === status).length;
  return {
    ok: count('ok'),
    due: count('due'),
    overdue: count('overdue'),
    none: count('none'),
    unknown: count('unknown'),
  };
}
