import { z } from 'zod';
import { parseReference, schemes, secretProblem, supportedForms } from '../secrets/reference.ts';

/**
 * The parts that the schemas of environments, services and brokers are made of. A refinement may leave a `hint` in the
 * issue's `params`: the loader prints it below the message. No message may contain the value: it may be a secret that was
 * put in the wrong place. That text is whole unicode, document.ts has seen to.
 */

const controlCharacter = /\p{Cc}/u;

/** Text, which may be empty; no NUL. */
export function text() {
  return z
    .string()
    .refine((value) => !value.includes('\0'), { message: 'must not contain a NUL character' });
}

/** A name: non-empty, without control characters. Callers narrow it (`name().max(255)`). */
export function name() {
  return z
    .string()
    .min(1, 'must not be empty')
    .refine((value) => !controlCharacter.test(value), {
      message: 'must not contain control characters',
      params: { hint: 'line breaks, tabs and the NUL character cannot be part of a name' },
    });
}

/** The path of a file; relative ones are resolved against the topology file that they stand in. */
export function path() {
  return z
    .string()
    .min(1, 'must not be empty')
    .refine((value) => !controlCharacter.test(value), {
      message: 'must be the path of a file',
      params: { hint: 'give the path of a PEM file, not what the file contains' },
    });
}

/** A reference to a secret, kept as text; a literal is refused, and not repeated. */
export function reference() {
  const form = { pattern: `^(${schemes.join('|')}):.` };
  return z.string().meta(form).superRefine((value, context) => {
    const parsed = parseReference(value);
    const problem = parsed.ok ? secretProblem(parsed.reference) : parsed.problem;
    if (problem === undefined) return;
    const hint = `write one of ${supportedForms.join(', ')}; no secret may stand in a topology`;
    context.addIssue({ code: 'custom', message: problem, params: { hint } });
  });
}

/**
 * A whole number between `min` and `max` (both included). The loader hands over integers past 2^53 as bigint, so that none
 * is rounded on the way; here they are refused by their size.
 */
export function integer(bounds: { readonly min?: number; readonly max?: number } = {}) {
  const { min = Number.MIN_SAFE_INTEGER, max = Number.MAX_SAFE_INTEGER } = bounds;
  const form = {
    type: 'integer',
    ...(bounds.min === undefined ? {} : { minimum: min }),
    ...(bounds.max === undefined ? {} : { maximum: max }),
  };
  return z.unknown().meta(form).transform((value, context): number => {
    const problem = integerProblem(value, min, max);
    if (problem === undefined && typeof value === 'number') return value;
    context.addIssue({ code: 'custom', message: problem ?? 'must be a whole number' });
    return z.NEVER;
  });
}

function integerProblem(value: unknown, min: number, max: number): string | undefined {
  if (typeof value === 'string' && /^-?\d+$/.test(value)) return 'must be a whole number, without quotes';
  if (typeof value === 'bigint') return value < BigInt(min) ? `must be at least ${min}` : `must be at most ${max}`;
  if (typeof value !== 'number' || !Number.isInteger(value)) return 'must be a whole number';
  if (value < min) return `must be at least ${min}`;
  if (value > max) return `must be at most ${max}`;
  return undefined;
}

/**
 * A setting that a broker takes as text (Kafka configs): text, number or boolean, to the text that the broker would show.
 * Integers of any size keep all their digits.
 */
export function scalar() {
  const form = { type: ['string', 'number', 'boolean'] };
  return z.unknown().meta(form).transform((value, context): string => {
    switch (typeof value) {
      case 'string':
        return value;
      case 'number':
      case 'bigint':
      case 'boolean':
        return String(value);
      default:
        context.addIssue({ code: 'custom', message: 'must be text, a number, true or false' });
        return z.NEVER;
    }
  });
}

/** One glob or a list of them, as a list. Whole names; only `*` is special (core/glob.ts). */
export function globList() {
  return z
    .union([name(), z.array(name())])
    .transform((globs): readonly string[] => (typeof globs === 'string' ? [globs] : globs));
}

const paired = (
  tls: { readonly cert?: string | undefined; readonly key?: string | undefined },
  context: z.core.$RefinementCtx,
): void => {
  if ((tls.cert === undefined) === (tls.key === undefined)) return;
  const missing = tls.cert === undefined ? 'cert' : 'key';
  const given = tls.cert === undefined ? 'key' : 'cert';
  context.addIssue({ code: 'custom', path: [given], message: `needs "${missing}" beside it` });
};

const pair = { dependencies: { cert: ['key'], key: ['cert'] } };

/** How to trust and be trusted: paths of PEM files, and the name to expect in the server's certificate. */
export const tlsSchema = z
  .strictObject({
    ca: path().optional().describe("The CA of the broker's certificate. Default: the system's."),
    cert: path().optional().describe('The client certificate of the administrator, with key.'),
    key: path().optional().describe('Its private key, with cert.'),
    serverName: name().optional().describe("The name to expect in the broker's certificate. Default: the host."),
  })
  .meta(pair)
  .superRefine(paired)
  .describe('How the broker is trusted: PEM files, relative to this file.');

/** What services connect with: `whose` is one service, or every one with `{service}` for its name. */
function servicesTls(whose: string) {
  return z
    .strictObject({
      ca: path()
        .optional()
        .describe("The CA of the broker's certificate, for services. Default: the environment's tls.ca."),
      cert: path().optional().describe(`The client certificate of ${whose}, a PEM file, with key.`),
      key: path().optional().describe('Its private key, a PEM file without a passphrase, with cert.'),
    })
    .meta(pair)
    .superRefine(paired);
}

/** What a service shows to brokers that ask for a certificate; its factory and verify log in with it. */
export const clientTlsSchema = servicesTls('the service').describe(
  'Its client certificate, for createFromTopology and verify: PEM files, relative to this file.',
);

/** The same in one environment: wins, each key for itself. */
export const placedTlsSchema = servicesTls('the service here').describe(
  'Its client certificate in this environment; wins over that of the service and of serviceTls.',
);

/** The same for all services of an environment. */
export const serviceTlsSchema = servicesTls("each service, with {service} for the service's name").describe(
  'What services connect with here, where they say nothing else: PEM files where they run, {service} in their names.',
);

/** The administrator that mqwarden logs in as. */
export const adminSchema = z
  .strictObject({
    username: name().describe('The user that mqwarden logs in as.'),
    password: reference().describe('A reference to its password: env:NAME or file:PATH. Never the password itself.'),
  })
  .describe('The administrator that mqwarden logs in as. What it needs: docs/administrators.md.');

/** Who may look, and nothing else. */
export const auditorSchema = z
  .strictObject({
    username: name().describe('The user that audit logs in as.'),
    password: reference().describe('A reference to its password: env:NAME or file:PATH. Never the password itself.'),
  })
  .describe('Who audit logs in as, so that it needs no right to change anything. Default: admin. What it needs: docs/audit.md.');

/** How a service proves who it is: by its stored password, by a client certificate, or by what mqwarden has no hand in. */
export const authSchema = z
  .enum(['password', 'certificate', 'external'])
  .describe('How it logs in: password (default), certificate (no password), external (only grants are made here).');

/** How an environment names things: any text with the placeholder in it once, `{service}.staging`. */
export function namingTemplate(placeholder: string) {
  const hint = `write it around the name, such as "{${placeholder}}.staging" or "staging.{${placeholder}}"`;
  const form = { pattern: `^[^{}]*\\{${placeholder}\\}[^{}]*$` };
  return name().meta(form).refine((value) => /^[^{}]*\{([^{}]*)\}[^{}]*$/.exec(value)?.[1] === placeholder, {
    message: `must contain {${placeholder}} once, and no other braces`,
    params: { hint },
  });
}
