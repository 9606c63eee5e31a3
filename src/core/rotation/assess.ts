import { durationText } from '../duration.ts';
import { generationName, generationOf } from '../naming.ts';
import { firstRecord, principalAt, type Rotating, type RotationRecord, type Side } from './record.ts';
import type { Mode } from './words.ts';
import { givesPassword, type Standing, turnBack } from './steps.ts';

/** What a person asked for. */
type Wish = 'rotate' | 'abort' | 'adopt';

/** One service on one broker, as the store has it. */
export interface Case {
  /** The principal of its first generation. */
  readonly base: string;
  readonly mode: Mode;
  readonly record: RotationRecord | undefined;
  readonly credential: StoredCredential | undefined;
  /** Why it has no password of its own to rotate. */
  readonly passwordless?: string | undefined;
}

export interface StoredCredential {
  readonly username: string;
  readonly password: string;
  /** When the store says that it was written. */
  readonly writtenAt?: string | undefined;
}

export interface Asked {
  readonly wish: Wish;
  /** Only credentials that are older, in milliseconds. */
  readonly olderThanMs?: number | undefined;
  readonly now: Date;
}

export type Assessment =
  | { readonly is: 'skip'; readonly why: string }
  | { readonly is: 'blocked'; readonly why: string; readonly hint: string }
  /** `record` is the one to begin with. */
  | { readonly is: 'begin'; readonly mode: Mode; readonly record: RotationRecord }
  | { readonly is: 'resume' | 'return'; readonly record: RotationRecord }
  /** Gone back from without a step: nothing was done that must be undone. */
  | { readonly is: 'forget'; readonly record: RotationRecord };

/** What is to be done for one service. Pure. */
export function assess(of: Case, asked: Asked): Assessment {
  const { base, record, passwordless } = of;
  const own = record?.principal === base ? record : undefined;
  if (record !== undefined && own === undefined && record.underWay !== undefined) {
    const why = `a rotation of ${record.principal}, the name that it had before, is not finished`;
    return { is: 'blocked', why, hint: 'give it that name again, end the rotation, then rename it' };
  }
  if (asked.wish === 'abort') return assessAbort(own, of);
  if (isRotating(own)) return assessResumption(own, passwordless);
  if (passwordless !== undefined) return { is: 'skip', why: passwordless };
  return asked.wish === 'adopt' ? assessAdoption(of, own) : assessRotation(of, own, asked);
}

function isRotating(record: RotationRecord | undefined): record is Rotating {
  return record?.underWay !== undefined;
}

/** What is under way gives a password to somebody who is to have none any more, unless only the taking away is left. */
function assessResumption(
  record: Rotating,
  passwordless: string | undefined,
  is: 'resume' | 'return' = 'resume',
): Assessment {
  const { underWay } = record;
  if (passwordless === undefined || !givesPassword(underWay)) return { is, record };
  const why = `${passwordless}, and its rotation, which is under way, would give it a password again`;
  const hint =
    underWay.mode === 'dual'
      ? 'end that, or go back with rotate --abort'
      : 'end that first: neither way of a rotation in place leaves it without a password';
  return { is: 'blocked', why, hint };
}

function assessAbort(
  record: RotationRecord | undefined,
  { credential, passwordless }: Pick<Case, 'credential' | 'passwordless'>,
): Assessment {
  if (!isRotating(record)) return { is: 'skip', why: 'no rotation of it is under way' };
  const found = turnBack(record, standing(record, credential));
  switch (found.is) {
    case 'back':
      return assessResumption(found.record, passwordless, 'return');
    case 'nothing':
      return { is: 'forget', record: found.record };
    case 'already':
      return assessResumption(record, passwordless);
    case 'too late':
      return {
        is: 'blocked',
        why: 'the old generation is going already: it cannot be gone back to',
        hint: 'rotate without --abort: it ends what is left; then rotate again',
      };
    case 'unknown':
      return {
        is: 'blocked',
        why: 'the password that it had before is not known: it cannot be gone back to',
        hint: 'rotate without --abort: it ends what is left',
      };
  }
}

function assessAdoption({ base, credential }: Case, own: RotationRecord | undefined): Assessment {
  if (credential !== undefined)
    return { is: 'skip', why: 'its password is in the store: nothing is to be adopted' };
  return { is: 'begin', mode: 'in-place', record: own ?? firstRecord(base) };
}

function assessRotation(
  { base, mode, credential }: Case,
  own: RotationRecord | undefined,
  { olderThanMs, now }: Asked,
): Assessment {
  if (credential === undefined) {
    return {
      is: 'blocked',
      why: 'the store has no credential of it',
      hint: 'apply makes a user that is not there; rotate --adopt takes over one that is',
    };
  }
  const given = generationOf(base, credential.username);
  const record = own ?? firstRecord(base, given);
  if (given !== record.inUse) {
    const inUse = generationName(base, record.inUse);
    return {
      is: 'blocked',
      why: `the store gives the user ${credential.username}, and ${inUse} is the one in use`,
      hint: 'somebody changed the credential by hand: put the right one into the store',
    };
  }
  const since = record.rotatedAt ?? credential.writtenAt;
  const ageMs = since === undefined ? undefined : now.getTime() - Date.parse(since);
  if (olderThanMs !== undefined && ageMs !== undefined && ageMs < olderThanMs) {
    return { is: 'skip', why: `it is ${durationText(Math.max(ageMs, 0))} old` };
  }
  return { is: 'begin', mode, record };
}

/** What services are given, by one reading of the store: which may be behind what was written to it. */
export function standing(record: Rotating, credential: StoredCredential | undefined): Standing {
  const { from, to } = record.underWay;
  if (isSide(record, to, credential)) return 'to';
  const isFrom = from.password === undefined ? credential === undefined : isSide(record, from, credential);
  return isFrom ? 'from' : 'neither';
}

/** Whether services are given this side. */
function isSide(
  record: RotationRecord,
  side: Side,
  credential: Pick<StoredCredential, 'username' | 'password'> | undefined,
): boolean {
  return (
    credential !== undefined &&
    credential.username === principalAt(record, side) &&
    credential.password === side.password
  );
}
