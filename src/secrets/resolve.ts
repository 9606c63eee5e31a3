import { dirname, resolve } from 'node:path';
import { type Position, SecretError } from '../core/errors.ts';
import { readRegularFile, UnfitFile } from '../files/read.ts';
import { whyOf } from '../files/why.ts';
import { awsSecret } from './aws/store.ts';
import { execSecret } from './exec.ts';
import { parseJson } from './parse.ts';
import { parseReference, secretProblem, type Reference, supportedForms } from './reference.ts';
import type { StoreOptions } from './store.ts';
import { vaultSecret } from './vault/store.ts';

/** No secret is larger; a reference to a log file is a mistake. */
const maxMegabytes = 1;

/**
 * The secret that `reference` names. `at` is where the reference stands: relative paths start from the folder of that file.
 * Throws SecretError, which says what was looked for and never what was found. The caller hands the result to Redaction.
 */
export async function resolveReference(
  reference: string,
  at: Position,
  options: StoreOptions,
): Promise<string> {
  const parsed = parseReference(reference);
  const problem = parsed.ok ? secretProblem(parsed.reference) : parsed.problem;
  if (!parsed.ok || problem !== undefined) {
    throw new SecretError(`a reference to a secret ${problem ?? ''}`, { position: at, hint: writeOneOf() });
  }
  switch (parsed.reference.scheme) {
    case 'env':
      return fromVariable(parsed.reference.target, at, options.variables);
    case 'file':
      return fromFile(parsed.reference, at);
    case 'aws-sm':
      return awsSecret(parsed.reference.target, parsed.reference.field, at, options);
    case 'vault':
      return vaultSecret(parsed.reference.target, parsed.reference.field ?? '', at, options);
    case 'exec':
      return execSecret(parsed.reference.target, at, options);
  }
}

function writeOneOf(): string {
  return `write one of ${supportedForms.join(', ')}`;
}

function fromVariable(
  name: string,
  at: Position,
  variables: Readonly<Record<string, string | undefined>>,
): string {
  const value = Object.hasOwn(variables, name) ? variables[name] : undefined;
  if (value !== undefined && value !== '') return value;
  const state = value === undefined ? 'not set' : 'empty';
  throw new SecretError(`the environment variable ${name}, which holds a secret, is ${state}`, {
    position: at,
    hint: `set ${name} where mqwarden runs`,
  });
}

async function fromFile({ target, field }: Reference, at: Position): Promise<string> {
  const path = resolve(dirname(at.file), target);
  const text = await readSecretFile(path, at);
  const secret = field === undefined ? text.trim() : fieldOf(text, field, path, at);
  if (secret === '') {
    const what = field === undefined ? path : `the field ${JSON.stringify(field)} of ${path}`;
    throw new SecretError(`${what} is empty`, { position: at, hint: 'put the secret into it' });
  }
  return secret;
}

async function readSecretFile(path: string, at: Position): Promise<string> {
  try {
    const { bytes } = await readRegularFile(path, { maxMegabytes });
    return bytes.toString('utf8');
  } catch (cause) {
    if (cause instanceof UnfitFile) {
      const hint = `a secret is a regular file of at most ${maxMegabytes} MB: is it the right one?`;
      throw new SecretError(cause.message, { position: at, hint });
    }
    throw new SecretError(`the secret in ${path} cannot be read (${whyOf(cause)})`, {
      position: at,
      hint: 'relative paths start from the folder of the topology file that names them',
      cause,
    });
  }
}

function fieldOf(text: string, field: string, path: string, at: Position): string {
  const document = parseJson(text);
  if (typeof document !== 'object' || document === null || Array.isArray(document)) {
    throw new SecretError(`${path} is not a JSON object, so it has no field ${JSON.stringify(field)}`, {
      position: at,
      hint: 'leave the #field out to use the whole file',
    });
  }
  const value: unknown = Object.hasOwn(document, field) ? Reflect.get(document, field) : undefined;
  if (typeof value === 'string') return value;
  const problem = value === undefined ? 'has no field' : 'has no text in its field';
  throw new SecretError(`${path} ${problem} ${JSON.stringify(field)}`, {
    position: at,
    hint: 'give the name of a key at the top of the document, whose value is text',
  });
}
