import type { GetSecretValueCommandOutput } from '@aws-sdk/client-secrets-manager';
import { type ErrorDetails, type Position, SecretError } from '../../core/errors.ts';
import { parseJson } from '../parse.ts';
import { partsOf, type SecretStore, type StoredDocument, type StoreOptions, textsOf } from '../store.ts';
import { placeOf } from './place.ts';
import type { AwsSecret } from './secret.ts';

/** `prefix` is what the names of its secrets begin with: `production/rabbitmq/order-service`. */
export function awsStore(prefix: string, at: Position | undefined, options: StoreOptions): SecretStore {
  const details = { position: at };
  const nameOf = (path: string) => [prefix.replace(/\/+$/, ''), ...partsOf(path).map(encoded)].join('/');
  return {
    place: (path) => placeOf(nameOf(path)),
    async read(path) {
      const secret = await secretAt(nameOf(path), options, details);
      const value = await secret.value();
      return value === undefined ? undefined : storedIn(value, placeOf(nameOf(path)), details);
    },
    async write(path, document, expected) {
      const secret = await secretAt(nameOf(path), options, details);
      const version = await (expected === undefined
        ? secret.create(document)
        : secret.replace(document, expected));
      return { document, version };
    },
  };
}

/** The value that a reference names: a field of JSON, or the whole text. */
export async function awsSecret(
  name: string,
  field: string | undefined,
  at: Position,
  options: StoreOptions,
): Promise<string> {
  const details = { position: at };
  const value = await (await secretAt(name, options, details)).value();
  const place = placeOf(name);
  const text = value?.SecretString;
  if (text === undefined) {
    const what = value === undefined ? `nothing is stored at ${place}` : `${place} is binary`;
    throw new SecretError(what, { ...details, hint: 'write a text there, or correct the name' });
  }
  if (field === undefined) {
    if (text.trim() !== '') return text.trim();
    throw new SecretError(`${place} is empty`, { ...details, hint: 'put the secret into it' });
  }
  const document = textsOf(parseJson(text));
  const found = document !== undefined && Object.hasOwn(document, field) ? document[field] : undefined;
  if (found !== undefined && found !== '') return found;
  const problem =
    document === undefined ? 'is not a JSON object, so it has no field' : 'has no text in a field';
  const hint = 'give the name of one of its keys after "#", or leave the #field out to use the whole text';
  throw new SecretError(`${place} ${problem} ${JSON.stringify(field)}`, { ...details, hint });
}

/** Whoever keeps no secret in AWS loads nothing for it. */
async function secretAt(name: string, options: StoreOptions, details: ErrorDetails): Promise<AwsSecret> {
  const [{ AwsSecret }, { awsFor }] = await Promise.all([import('./secret.ts'), import('./sdk.ts')]);
  return new AwsSecret(await awsFor(options, details), name, details);
}

/** AWS takes letters, digits and `/_+=.@-` in a name: the bytes of anything else, and `=`, as `=2F`. */
function encoded(part: string): string {
  return part.replace(/[^A-Za-z0-9_+.@-]/gu, (character) =>
    [...Buffer.from(character, 'utf8')]
      .map((byte) => `=${byte.toString(16).toUpperCase().padStart(2, '0')}`)
      .join(''),
  );
}

function storedIn(value: GetSecretValueCommandOutput, place: string, details: ErrorDetails): StoredDocument {
  const document = textsOf(parseJson(value.SecretString ?? ''));
  if (document !== undefined && value.VersionId !== undefined) {
    return { document, version: value.VersionId, writtenAt: value.CreatedDate?.toISOString() };
  }
  throw new SecretError(`${place} is not a JSON object`, {
    ...details,
    hint: 'a credential has the texts "username" and "password"; restore it, or move it away',
  });
}
