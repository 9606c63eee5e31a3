import { SecretError } from '../errors.ts';
import type { Generations, Keep } from '../landscape.ts';
import { generationName, generationOf } from '../naming.ts';
import { isMode, isStep, type Mode, type Step } from './words.ts';

/** What the secret store keeps of the rotations of one service on one broker. Services cannot read it. Pure. */
export interface RotationRecord {
  /** The principal of the first generation: what the topology calls the service on this broker. */
  readonly principal: string;
  /** The generation that services are given. */
  readonly inUse: number;
  /** The highest that was ever given: names are never used again. */
  readonly last: number;
  /** When the password in use was made; absent where that was before its first rotation. */
  readonly rotatedAt?: string | undefined;
  readonly underWay?: UnderWay | undefined;
}

export interface UnderWay {
  readonly mode: Mode;
  /** `back` is an abort: it leads to the generation from which the rotation had started. */
  readonly way: 'forth' | 'back';
  readonly from: Side;
  readonly to: Side;
  /** Begun, and perhaps done: the record says so before anything is done. */
  readonly step: Step;
  readonly startedAt: string;
  /** Since when services could know of the new credential. */
  readonly drainFrom?: string | undefined;
}

export type Rotating = RotationRecord & { readonly underWay: UnderWay };

/** A generation with its password, as long as a rotation may need it. */
export interface Side {
  readonly generation: number;
  /** Absent where it is not known: a user that is adopted. */
  readonly password?: string | undefined;
  /** When it was made, where that is known. */
  readonly since?: string | undefined;
}

export function firstRecord(principal: string, inUse = 1): RotationRecord {
  return { principal, inUse, last: inUse };
}

type Texts = Readonly<Record<string, string>>;

/** The form that the store keeps: texts by name. */
export function recordAsTexts({ principal, inUse, last, rotatedAt, underWay }: RotationRecord): Texts {
  const kept = {
    schema: '1',
    principal,
    inUse: String(inUse),
    last: String(last),
    rotatedAt,
    ...(underWay === undefined ? {} : underWayAsTexts(underWay)),
  };
  return Object.fromEntries(
    Object.entries(kept).filter((one): one is [string, string] => one[1] !== undefined),
  );
}

function underWayAsTexts({ mode, way, step, startedAt, drainFrom, from, to }: UnderWay) {
  return {
    mode,
    way,
    step,
    startedAt,
    drainFrom,
    from: String(from.generation),
    fromPassword: from.password,
    fromSince: from.since,
    to: String(to.generation),
    toPassword: to.password,
    toSince: to.since,
  };
}

/** The way back. Throws SecretError, which repeats no value, where it is not such a record; `place` is for the message. */
export function recordIn(texts: Texts, place: string): RotationRecord {
  const unfit = (why: string) =>
    new SecretError(`the rotation record at ${place} ${why}`, {
      hint: 'restore the version before it; it says which generations of a credential there are',
    });
  if (texts['schema'] !== '1') throw unfit('is of a form that this mqwarden does not know');
  const { principal = '', rotatedAt } = texts;
  const [inUse, last] = [numberIn(texts['inUse']), numberIn(texts['last'])];
  if (principal === '' || inUse === undefined || last === undefined || last < inUse) {
    throw unfit('does not say which generation is in use');
  }
  const dates = ['rotatedAt', 'startedAt', 'drainFrom', 'fromSince', 'toSince'];
  const odd = dates.find((name) => texts[name] !== undefined && !isDate(texts[name]));
  if (odd !== undefined) throw unfit(`has no date of ISO 8601 in ${odd}`);
  const record = { principal, inUse, last, ...(rotatedAt === undefined ? {} : { rotatedAt }) };
  if (texts['step'] === undefined) return record;
  const underWay = underWayIn(texts);
  if (underWay === undefined) throw unfit('does not say how far its rotation is');
  return { ...record, underWay };
}

/** With a time zone: JavaScript reads other forms by guesses. */
function isDate(text: string): boolean {
  return (
    /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/.test(text) &&
    !Number.isNaN(Date.parse(text))
  );
}

function underWayIn(texts: Texts): UnderWay | undefined {
  const { mode, way, step, startedAt, drainFrom } = texts;
  const [from, to] = [sideIn(texts, 'from'), sideIn(texts, 'to')];
  if (!isMode(mode) || !isStep(step) || startedAt === undefined) return undefined;
  if (from === undefined || to === undefined || (way !== 'forth' && way !== 'back')) return undefined;
  return { mode, way, from, to, step, startedAt, ...(drainFrom === undefined ? {} : { drainFrom }) };
}

function sideIn(texts: Texts, side: 'from' | 'to'): Side | undefined {
  const generation = numberIn(texts[side]);
  if (generation === undefined) return undefined;
  const [password, since] = [texts[`${side}Password`], texts[`${side}Since`]];
  return {
    generation,
    ...(password === undefined ? {} : { password }),
    ...(since === undefined ? {} : { since }),
  };
}

function numberIn(text: string | undefined): number | undefined {
  return text !== undefined && /^[1-9]\d{0,8}$/.test(text) ? Number(text) : undefined;
}

/** The principal of a side. */
export function principalAt({ principal }: Pick<RotationRecord, 'principal'>, { generation }: Side): string {
  return generationName(principal, generation);
}

/**
 * Which principals a service has, by its record and by the credential that services are given now. Undefined where it is the one
 * that the topology names, and no other. A record of a former name says nothing of this one.
 */
export function generationsBy(
  base: string,
  record: RotationRecord | undefined,
  stored: string | undefined,
): Generations | undefined {
  const given = stored === undefined ? undefined : generationOf(base, stored);
  const own = record?.principal === base ? record : undefined;
  if (own?.underWay === undefined || own.underWay.mode === 'in-place') {
    const inUse = own?.inUse ?? given ?? 1;
    return inUse === 1 ? undefined : { inUse: generationName(base, inUse), others: new Map() };
  }
  const { underWay } = own;
  const isOut = given === underWay.to.generation || (given === undefined && isPublished(underWay.step));
  const [inUse, other] = isOut ? [underWay.to, underWay.from] : [underWay.from, underWay.to];
  const keep: Keep = changing[underWay.step] === (isOut ? 'from' : 'to') ? 'found' : 'level';
  return {
    inUse: generationName(base, inUse.generation),
    others: new Map([[generationName(base, other.generation), keep]]),
  };
}

/** Whether services are given the new one, as far as the step tells. */
function isPublished(step: Step): boolean {
  return !['create', 'grant', 'test', 'publish'].includes(step);
}

/** Whose grants a step makes or unmakes. */
const changing: Readonly<Record<Step, 'from' | 'to' | 'none'>> = {
  create: 'to',
  grant: 'to',
  test: 'none',
  publish: 'none',
  set: 'none',
  drain: 'none',
  close: 'none',
  revoke: 'from',
  remove: 'from',
  prove: 'from',
};
