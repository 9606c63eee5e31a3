import { z } from 'zod';
import type { JsonObject } from '../../../core/json.ts';
import { name, text } from '../../../topology/parts.ts';
import { byteLength, longestName, nameProblem } from '../names.ts';

/** What the sections of RabbitMQ are made of. */

/** An endpoint with its only allowed scheme. No message repeats the URL: it may hold what it should not. */
export function endpoint(protocol: 'https:' | 'amqps:', example: string) {
  // A variable may stand for all of it.
  const form = { pattern: `^(${protocol}//|.*\\$\\{MQWARDEN_)` };
  return z
    .string()
    .meta(form)
    .superRefine((value, context) => {
      const message = endpointProblem(value, protocol);
      if (message === undefined) return;
      context.addIssue({ code: 'custom', message, params: { hint: `write it as ${example}` } });
    });
}

function endpointProblem(value: string, protocol: string): string | undefined {
  const url = URL.parse(value);
  if (url === null || url.hostname === '') return 'must be a URL';
  if (url.protocol !== protocol) return `must begin with ${protocol}//, since everything goes over TLS`;
  if (url.username !== '' || url.password !== '') return 'must not contain credentials';
  if (url.search !== '' || url.hash !== '') return 'must not have a query or fragment';
  return undefined;
}

/** A name that the broker and its management API can take. */
export function brokerName() {
  return name().superRefine((value, context) => {
    const problem = nameProblem(value);
    if (problem !== undefined && value !== '') context.addIssue({ code: 'custom', message: problem });
  });
}

/** The same, or '' for the default exchange. */
export function exchangeOrDefault() {
  return text().superRefine((value, context) => {
    const problem = value === '' ? undefined : nameProblem(value);
    if (problem !== undefined) context.addIssue({ code: 'custom', message: problem });
  });
}

export function routingKey() {
  return text().refine((value) => byteLength(value) <= longestName, {
    message: `is longer than ${longestName} bytes, which AMQP cannot carry`,
  });
}

/** A tag; the management API takes them as one text with commas. */
function tag() {
  return name().refine((value) => !value.includes(',') && value.trim() === value, {
    message: 'must not contain a comma, or blanks at its ends',
    params: { hint: 'write each tag as an entry of its own: [management, monitoring]' },
  });
}

export function sortedTags() {
  return z.array(tag()).transform((tags): readonly string[] => [...new Set(tags)].sort());
}

/** `key:` with nothing after it means the same as `key: {}`. */
export function emptyIsDefault(value: unknown): unknown {
  return value === null ? {} : value;
}

export function nameOr(key: string) {
  return (value: unknown): unknown => (typeof value === 'string' ? { [key]: value } : value);
}

/** A vhost as services speak of it. */
export function aliasSchema(lead: string) {
  return name()
    .optional()
    .describe(
      `${lead} An alias from vhosts of the environment, or default. Default: where the service lives.`,
    );
}

export const argumentsSchema = z.record(z.string(), z.unknown()).transform((given, context): JsonObject => {
  const problem = argumentProblem(given);
  if (problem === undefined) return given as JsonObject;
  context.addIssue({
    code: 'custom',
    path: [...problem.path],
    message: problem.message,
    params: { hint: problem.hint ?? 'arguments are text, numbers, true, false, lists and maps of these' },
  });
  return z.NEVER;
});

interface ArgumentProblem {
  readonly path: readonly (string | number)[];
  readonly message: string;
  readonly hint?: string;
}

/** What the management API's JSON could not carry to the broker as it was meant. */
function argumentProblem(
  value: unknown,
  path: readonly (string | number)[] = [],
): ArgumentProblem | undefined {
  if (typeof value === 'bigint') {
    const message = "is too large: the management API's JSON cannot carry integers beyond 2^53";
    return { path, message, hint: 'write a smaller number, or leave it out where it stands for no limit' };
  }
  if (typeof value === 'number' && !Number.isFinite(value))
    return { path, message: 'must be a finite number' };
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return undefined;
  if (typeof value !== 'object' || value === null) return { path, message: 'must have a value' };
  const entries: [string | number, unknown][] = Array.isArray(value)
    ? value.map((item: unknown, at) => [at, item])
    : Object.entries(value);
  for (const [key, item] of entries) {
    const problem = argumentProblem(item, [...path, key]);
    if (problem !== undefined) return problem;
  }
  return undefined;
}
