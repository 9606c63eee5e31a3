import { distance } from 'fastest-levenshtein';
import { z } from 'zod';
import type { Path } from './places.ts';

/** What a schema found wrong, before it is given its place in a file. Never repeats a value. */
export interface Issue {
  readonly path: Path;
  readonly message: string;
  readonly hint?: string | undefined;
  /** The path ends in a key that should not be there: the key's own place is meant, not its value's. */
  readonly atKey?: boolean;
}

export type Checked<Output> =
  { readonly ok: true; readonly value: Output } | { readonly ok: false; readonly issues: readonly Issue[] };

type RawIssue = z.core.$ZodRawIssue;
type ZodIssue = z.core.$ZodIssue;

/** Longer lists of allowed keys help nobody. */
const maxListed = 18;

const missing = 'is missing';
const noUnion = 'has a value that is not allowed here';

/** Parses `data` with a schema; what is wrong comes back in our words, one issue a mistake. */
export function check<Output>(schema: z.ZodType<Output>, data: unknown): Checked<Output> {
  // The allowed keys are known only while zod makes the issue; the list of unknown keys identifies it afterwards.
  const allowed = new WeakMap<readonly string[], readonly string[]>();
  const parsed = schema.safeParse(data, {
    error: (raw) => {
      if (raw.code === 'unrecognized_keys') allowed.set(raw.keys, keysOf(raw.inst));
      return messageOf(raw);
    },
  });
  if (parsed.success) return { ok: true, value: parsed.data };
  const issues = parsed.error.issues.flatMap((issue) => flatten(issue, [], allowed));
  return { ok: false, issues: issues.map((issue) => explained(issue, schema)) };
}

function keysOf(schema: unknown): readonly string[] {
  return schema instanceof z.ZodObject ? Object.keys(schema.def.shape) : [];
}

/** What is missing, or of another type than it should be, is told with what it is for. */
function explained(issue: Issue, schema: z.core.$ZodType): Issue {
  if (issue.hint !== undefined || !/^is missing$|, not /.test(issue.message)) return issue;
  const description = descriptionAt(schema, issue.path);
  return description === undefined ? issue : { ...issue, hint: asHint(description) };
}

/** As a hint reads: `the queue`. */
function asHint(description: string): string {
  const text = description.replace(/\.$/, '');
  return /^\p{Lu}\p{Ll}|^A /u.test(text) ? text.charAt(0).toLowerCase() + text.slice(1) : text;
}

/** What the schema says of the key that a path ends in; of an entry, what it says of the list. */
function descriptionAt(schema: z.core.$ZodType, path: Path, around?: string): string | undefined {
  const own = z.globalRegistry.get(schema)?.description ?? around;
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault) {
    return descriptionAt(schema.def.innerType, path, own);
  }
  if (schema instanceof z.ZodPipe) {
    const inner = schema.def.in instanceof z.ZodTransform ? schema.def.out : schema.def.in;
    return descriptionAt(inner, path, own);
  }
  const [step, ...rest] = path;
  if (step === undefined) return own;
  if (schema instanceof z.ZodUnion) {
    const found = schema.def.options.map((option) => descriptionAt(option, path));
    return found.find((text) => text !== undefined);
  }
  if (schema instanceof z.ZodRecord) return descriptionAt(schema.def.valueType, rest, own);
  if (schema instanceof z.ZodArray) return descriptionAt(schema.def.element, rest, own);
  if (!(schema instanceof z.ZodObject)) return undefined;
  const shape: Readonly<Record<string, z.core.$ZodType | undefined>> = schema.def.shape;
  const inner = shape[String(step)];
  return inner && descriptionAt(inner, rest);
}

function flatten(
  issue: ZodIssue,
  above: Path,
  allowed: WeakMap<readonly string[], readonly string[]>,
): readonly Issue[] {
  const path = [...above, ...issue.path.map((step) => (typeof step === 'number' ? step : String(step)))];
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => unknownKey(path, key, allowed.get(issue.keys) ?? []));
    case 'invalid_union': {
      const branch = closestBranch(issue.errors);
      if (branch === undefined) return [{ path, message: unionMessage(issue) }];
      return branch.flatMap((inner) => flatten(inner, path, allowed));
    }
    case 'invalid_key':
      return issue.issues.map((inner) => ({
        path,
        message: `the name ${inner.message}`,
        hint: hintOf(inner),
        atKey: true,
      }));
    default:
      return [{ path, message: issue.message, hint: hintOf(issue) }];
  }
}

function unknownKey(path: Path, key: string, allowed: readonly string[]): Issue {
  const near = nearest(key, allowed);
  const listed = allowed.length <= maxListed ? allowed.join(', ') : '';
  const hint =
    near === undefined
      ? listed === ''
        ? undefined
        : `allowed here: ${listed}`
      : `did you mean "${near}"?${listed === '' ? '' : ` allowed here: ${listed}`}`;
  return { path: [...path, key], message: 'unknown key', hint, atKey: true };
}

/** The candidate that a typing mistake could have turned into `word`. */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  const ranked = candidates
    .map((candidate) => ({ candidate, away: distance(word.toLowerCase(), candidate.toLowerCase()) }))
    .sort((a, b) => a.away - b.away);
  const [best] = ranked;
  if (best === undefined || best.away > Math.max(1, Math.floor(best.candidate.length * 0.4))) return undefined;
  return best.candidate;
}

function hintOf(issue: ZodIssue): string | undefined {
  if (issue.code !== 'custom') return undefined;
  const hint: unknown = issue.params?.['hint'];
  return typeof hint === 'string' ? hint : undefined;
}

/** The alternative that was meant: the one whose own type fits; of several, the one with the least wrong. */
function closestBranch(branches: readonly (readonly ZodIssue[])[]): readonly ZodIssue[] | undefined {
  const fitting = branches.filter((branch) => !branch.some(isMismatch));
  return fitting.sort((a, b) => a.length - b.length)[0];
}

function isMismatch(issue: ZodIssue): boolean {
  return issue.path.length === 0 && (issue.code === 'invalid_type' || issue.code === 'invalid_value');
}

function unionMessage(issue: z.core.$ZodIssueInvalidUnion): string {
  if (issue.message !== noUnion) return issue.message;
  const wanted = issue.errors.flatMap((branch) =>
    branch.flatMap((inner) => {
      if (inner.code === 'invalid_type') return [typeName(inner.expected)];
      if (inner.code === 'invalid_value') return inner.values.map((value) => JSON.stringify(value));
      return [];
    }),
  );
  return wanted.length === 0 ? issue.message : `must be ${oneOf([...new Set(wanted)])}`;
}

function oneOf(words: readonly string[]): string {
  const last = words.at(-1) ?? '';
  return words.length < 2 ? last : `${words.slice(0, -1).join(', ')} or ${last}`;
}

function messageOf(raw: RawIssue): string {
  switch (raw.code) {
    case 'invalid_type':
      if (raw.input === undefined) return missing;
      return `must be ${typeName(raw.expected)}, not ${describe(raw.input)}`;
    case 'invalid_value':
      if (raw.input === undefined) return missing;
      return `must be ${oneOf(raw.values.map((value) => JSON.stringify(value)))}`;
    case 'too_small':
      return sizeMessage(raw.origin, 'at least', raw.minimum, raw.inclusive);
    case 'too_big':
      return sizeMessage(raw.origin, 'at most', raw.maximum, raw.inclusive);
    case 'not_multiple_of':
      return `must be a multiple of ${raw.divisor}`;
    case 'invalid_format':
      return raw.format === 'regex' ? 'has characters that are not allowed' : `must be a valid ${raw.format}`;
    case 'invalid_union':
      if (raw.input === undefined) return missing;
      return raw.discriminator === undefined ? noUnion : `has no known "${raw.discriminator}"`;
    case 'unrecognized_keys':
      return 'unknown key';
    case 'invalid_key':
      return 'is not an allowed name';
    case 'invalid_element':
    case 'custom':
      return 'is not valid';
  }
}

function sizeMessage(
  origin: string,
  bound: 'at least' | 'at most',
  size: number | bigint,
  inclusive: boolean | undefined,
): string {
  if (origin === 'string') return size === 1 && bound === 'at least' ? 'must not be empty' : `must have ${bound} ${size} characters`;
  if (origin === 'array' || origin === 'set' || origin === 'object' || origin === 'record') {
    return size === 1 && bound === 'at least' ? 'must not be empty' : `must have ${bound} ${size} entries`;
  }
  if (inclusive === false) return `must be ${bound === 'at least' ? 'more than' : 'less than'} ${size}`;
  return `must be ${bound} ${size}`;
}

function typeName(expected: string): string {
  switch (expected) {
    case 'string':
      return 'text';
    case 'number':
      return 'a number';
    case 'int':
    case 'bigint':
      return 'a whole number';
    case 'boolean':
      return 'true or false';
    case 'array':
      return 'a list';
    case 'object':
    case 'record':
      return 'a mapping';
    default:
      return expected;
  }
}

function describe(value: unknown): string {
  if (value === null) return 'empty';
  if (Array.isArray(value)) return 'a list';
  switch (typeof value) {
    case 'string':
      return 'text';
    case 'number':
    case 'bigint':
      return 'a number';
    case 'boolean':
      return 'true or false';
    default:
      return 'a mapping';
  }
}
