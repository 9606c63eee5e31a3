import { durationText } from '../duration.ts';
import { generationName, generationOf } from '../naming.ts';
import { firstRecord, principalAt, type RotationRecord, type Side } from './record.ts';
import type { Mode } from './words.ts';
import { turnBack } from './steps.ts';

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
  | { readonly is: 'resume' | 'return'; readonly record: RotationRecord };

/** What is to be done for one service. Pure. */
export function assess(of: Case, asked: Asked): Assessment {
  const { base, record, passwordless } = of;
  const own = record?.principal === base ? record : undefined;
  if (record !== undefined && own === undefined && record.underWay !== undefined) {
    const why = `a rotation of ${record.principal}, the name that it had before, is not finished`;
    return { is: 'blocked', why, hint: 'give it that name again, end the rotation, then rename it' };
  }
  if (asked.wish === 'abort') return assessAbort(own, of.credential);
  if (own?.underWay !== undefined) return { is: 'resume', record: own };
  if (passwordless !== undefined) return { is: 'skip', why: passwordless };
  return asked.wish === 'adopt' ? assessAdoption(of, own) : assessRotation(of, own, asked);
}

function assessAbort(
  record: RotationRecord | undefined,
  credential: StoredCredential | undefined,
): Assessment {
  if (record?.underWay === undefined) return { is: 'skip', why: 'no rotation of it is under way' };
  const found = turnBack(record, isSide(record, record.underWay.to, credential));
  switch (found.is) {
    case 'back':
      return { is: 'return', record: found.record };
    case 'already':
      return { is: 'resume', record };
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

/** Whether services are given this side. */
export function isSide(
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
