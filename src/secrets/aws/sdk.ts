import type * as SecretsManager from '@aws-sdk/client-secrets-manager';
import { Agent } from 'node:https';
import { resolve } from 'node:path';
import { type ErrorDetails, SecretError } from '../../core/errors.ts';
import { lanes } from '../../core/pool.ts';
import { readRegularFile } from '../../files/read.ts';
import { whyOf } from '../../files/why.ts';
import { codeOf } from '../parse.ts';
import type { StoreOptions } from '../store.ts';
import { NotEncrypted, notEncrypted } from './answers.ts';

/** Amazon's own client, which most of those who install mqwarden do not need: loaded when a secret is asked for. */

type Sdk = typeof SecretsManager;

export interface Aws {
  readonly sdk: Sdk;
  readonly client: SecretsManager.SecretsManagerClient;
  readonly timeoutMs: number;
}

const name = '@aws-sdk/client-secrets-manager';
const opened = new WeakMap<object, Promise<Aws>>();

/** One client for one set of variables. */
export function awsFor(options: StoreOptions, details: ErrorDetails): Promise<Aws> {
  const known = opened.get(options.variables);
  if (known !== undefined) return known;
  const opening = open(options, details);
  opened.set(options.variables, opening);
  opening.catch(() => opened.delete(options.variables));
  return opening;
}

async function open(
  { variables, timeoutMs = 10_000, conceal }: StoreOptions,
  details: ErrorDetails,
): Promise<Aws> {
  const sdk = await load(details);
  const read = (variable: string) => {
    const value = Object.hasOwn(variables, variable) ? variables[variable] : undefined;
    return value === '' ? undefined : value;
  };
  const endpoint = read('AWS_ENDPOINT_URL_SECRETS_MANAGER') ?? read('AWS_ENDPOINT_URL');
  if (endpoint !== undefined && !/^https:\/\//i.test(endpoint)) {
    throw notEncrypted(details);
  }
  const region = read('AWS_REGION') ?? read('AWS_DEFAULT_REGION');
  const ca = await bundle(read('AWS_CA_BUNDLE'), details);
  const httpsAgent = new Agent({
    keepAlive: true,
    maxSockets: lanes,
    minVersion: 'TLSv1.2',
    rejectUnauthorized: true,
    ...(ca === undefined ? {} : { ca }),
  });
  const client = new sdk.SecretsManagerClient({
    requestHandler: { httpsAgent, connectionTimeout: timeoutMs, requestTimeout: timeoutMs },
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(region === undefined ? {} : { region }),
    ...credentialsIn(read, conceal),
  });
  requireTls(client);
  return { sdk, client, timeoutMs };
}

/** Whatever names the endpoint, the shared configuration of AWS too: asked of the request itself, right before it is sent. */
function requireTls(client: SecretsManager.SecretsManagerClient): void {
  client.middlewareStack.add(
    (next) => (args) => {
      const { request } = args;
      const isTls =
        typeof request === 'object' &&
        request !== null &&
        'protocol' in request &&
        request.protocol === 'https:';
      if (!isTls) throw new NotEncrypted();
      return next(args);
    },
    { step: 'finalizeRequest', priority: 'low', name: 'mqwardenRequireTls' },
  );
}

async function load(details: ErrorDetails): Promise<Sdk> {
  try {
    return await import('@aws-sdk/client-secrets-manager');
  } catch (cause) {
    if (codeOf(cause) !== 'ERR_MODULE_NOT_FOUND') throw cause;
    throw new SecretError(`secrets in AWS need the package ${name}`, {
      ...details,
      hint: `npm install ${name}`,
    });
  }
}

async function bundle(path: string | undefined, details: ErrorDetails): Promise<Buffer | undefined> {
  if (path === undefined) return undefined;
  const { bytes } = await readRegularFile(resolve(path), { maxMegabytes: 4 }).catch((cause: unknown) => {
    const hint = 'AWS_CA_BUNDLE names a PEM file';
    throw new SecretError(`${path} cannot be read (${whyOf(cause)})`, { ...details, hint, cause });
  });
  return bytes;
}

/** Where they are given outright they hold; else the client looks for a profile, a role, a service account, an instance. */
function credentialsIn(
  read: (name: string) => string | undefined,
  conceal: StoreOptions['conceal'] = () => undefined,
): object {
  const [accessKeyId, secretAccessKey] = [read('AWS_ACCESS_KEY_ID'), read('AWS_SECRET_ACCESS_KEY')];
  if (accessKeyId === undefined || secretAccessKey === undefined || read('AWS_PROFILE') !== undefined)
    return {};
  const sessionToken = read('AWS_SESSION_TOKEN');
  for (const secret of [secretAccessKey, sessionToken]) if (secret !== undefined) conceal(secret);
  return {
    credentials: { accessKeyId, secretAccessKey, ...(sessionToken === undefined ? {} : { sessionToken }) },
  };
}
