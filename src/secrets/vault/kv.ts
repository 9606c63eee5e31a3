import { type ErrorDetails, SecretConflict, SecretError } from '../../core/errors.ts';
import type { HttpsAnswer } from '../https.ts';
import { type SecretDocument, type StoredDocument, textsOf } from '../store.ts';
import { type Asked, dataIn, objectOf, refusal, says } from './answers.ts';
import type { VaultClient } from './client.ts';
import { placeOf } from './place.ts';

/** Secrets of Vault's KV engine, version 2. Paths are as Vault has them, with the mount: `secret/rabbitmq/order-service`. */
export interface Kv {
  read(path: string, details: ErrorDetails): Promise<StoredDocument | undefined>;
  write(
    path: string,
    document: SecretDocument,
    expected: string | undefined,
    details: ErrorDetails,
  ): Promise<StoredDocument>;
}

/** `within` is what all paths begin with: its mount is looked up once. */
export function kvOf(client: VaultClient, within: string): Kv {
  let known: Promise<string> | undefined;
  const mount = (details: ErrorDetails) =>
    (known ??= mountOf(client, within, details).catch((error: unknown) => {
      known = undefined;
      throw error;
    }));
  const dataPath = async (path: string, details: ErrorDetails) => {
    const at = await mount(details);
    return { at, api: urlPath(`${at}/data/${path.slice(at.length + 1)}`) };
  };
  return {
    async read(path, details) {
      const { at, api } = await dataPath(path, details);
      const answer = await client.request({ method: 'GET', path: api }, details);
      const asked = { what: placeOf(path), policy: policyFor(at, path, 'read'), details };
      return readIn(client, answer, asked);
    },
    async write(path, document, expected, details) {
      const { at, api } = await dataPath(path, details);
      const body = { options: { cas: casOf(expected) }, data: document };
      const answer = await client.request({ method: 'POST', path: api, body }, details);
      const asked = { what: placeOf(path), policy: policyFor(at, path, 'create and update'), details };
      return { document, ...writtenIn(client, answer, asked) };
    },
  };
}

function policyFor(mount: string, path: string, right: string): string {
  return `a policy must give ${right} on "${mount}/data/${path.slice(mount.length + 1)}"`;
}

function urlPath(path: string): string {
  return path.split('/').map(encodeURIComponent).join('/');
}

/** Mounts may have slashes in them, and only Vault knows where one ends. Anyone with a right in a mount may ask. */
async function mountOf(client: VaultClient, path: string, details: ErrorDetails): Promise<string> {
  const api = `sys/internal/ui/mounts/${urlPath(path)}`;
  const answer = await client.request({ method: 'GET', path: api }, details);
  const what = placeOf(path);
  if (answer.status !== 200) {
    const policy = 'nothing is mounted there, or no policy gives a right in it';
    throw refusal(client.connection.settings, answer, { what, policy, details });
  }
  const { path: at, type, options } = dataIn(answer);
  if (typeof at === 'string' && type === 'kv' && objectOf(options)['version'] === '2')
    return at.replace(/\/$/, '');
  const engine = type === 'kv' ? 'the first version of the KV engine' : 'another engine than KV';
  throw new SecretError(`${what} is in ${engine}, which keeps no versions`, {
    ...details,
    endpoint: client.connection.settings.endpoint,
    hint: 'use a mount of KV version 2: vault secrets enable -path=NAME kv-v2, or vault kv enable-versioning NAME',
  });
}

function readIn(client: VaultClient, answer: HttpsAnswer, asked: Asked): StoredDocument | undefined {
  const data = dataIn(answer);
  const metadata = objectOf(data['metadata']);
  if (answer.status === 404) {
    if (isPlainAbsence(answer)) return undefined;
    throw gone(client, metadata, asked);
  }
  const document = textsOf(data['data']);
  if (answer.status !== 200 || document === undefined)
    throw refusal(client.connection.settings, answer, asked);
  return { document, ...versionIn(client, answer, metadata, asked) };
}

/** Vault's 404 for a path that it knows nothing of: a list of no errors. A version that was deleted has its metadata. */
function isPlainAbsence({ json }: HttpsAnswer): boolean {
  const { errors } = objectOf(json);
  return Array.isArray(errors) && errors.length === 0;
}

function gone(client: VaultClient, metadata: Readonly<Record<string, unknown>>, asked: Asked): SecretError {
  const { endpoint } = client.connection.settings;
  const { what, details } = asked;
  if (typeof metadata['version'] !== 'number')
    return refusal(client.connection.settings, { status: 404, json: undefined }, asked);
  const how = metadata['destroyed'] === true ? 'destroyed' : 'deleted';
  return new SecretError(`the newest version of ${what} was ${how}`, {
    ...details,
    endpoint,
    hint: 'bring one back (vault kv undelete, vault kv rollback), or remove it with all versions (vault kv metadata delete)',
  });
}

function writtenIn(client: VaultClient, answer: HttpsAnswer, asked: Asked): Omit<StoredDocument, 'document'> {
  if (answer.status === 400 && says(answer, 'check-and-set parameter did not match the current version')) {
    const { what, details } = asked;
    const hint = 'run again';
    throw new SecretConflict(`${what} was written by somebody else in the meantime`, { ...details, hint });
  }
  if (answer.status !== 200) throw refusal(client.connection.settings, answer, asked);
  return versionIn(client, answer, dataIn(answer), asked);
}

/** With its time: removed with all versions and made again, a secret counts from 1 again. */
function versionIn(
  client: VaultClient,
  answer: HttpsAnswer,
  { version, created_time: writtenAt }: Readonly<Record<string, unknown>>,
  asked: Asked,
): Omit<StoredDocument, 'document'> {
  if (typeof version !== 'number' || typeof writtenAt !== 'string') {
    throw refusal(client.connection.settings, answer, asked);
  }
  return { version: `${version}@${writtenAt}`, writtenAt };
}

/** 0 is Vault's word for nothing there. */
function casOf(expected: string | undefined): number {
  if (expected === undefined) return 0;
  const version = Number.parseInt(expected, 10);
  // -1 is no version of any secret.
  return Number.isNaN(version) ? -1 : version;
}
