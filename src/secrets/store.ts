/** What every store of secrets answers. Types, and the paths in it: pure. */

/** Texts by name: a credential has `username` and `password`; a rotation record has what rotation says. */
export type SecretDocument = Readonly<Record<string, string>>;

export interface StoredDocument {
  readonly document: SecretDocument;
  /** Opaque; another one for every other document. Says nothing of what is in it. */
  readonly version: string;
  /** When this version was written, where the store tells (ISO 8601). */
  readonly writtenAt?: string | undefined;
}

/** Paths are `<broker>/<service>`, or `mqwarden/rotation/<broker>/<service>`. A service may have any name, with `/` in it too. */
export interface SecretStore {
  /** For messages: where it is kept, a file's path or `vault secret/kafka/orders`. Never a value. */
  place(path: string): string;
  /** The newest version; undefined where nothing is stored. Throws SecretOutage, or SecretError where the store refuses. */
  read(path: string): Promise<StoredDocument | undefined>;
  /**
   * Writes a whole new version. `expected` is the version that was read, or undefined if nothing may be there: throws
   * SecretConflict when somebody wrote in between, and SecretError where nothing can be written to the store.
   */
  write(path: string, document: SecretDocument, expected: string | undefined): Promise<StoredDocument>;
}

/** What a store, or a reference to a secret, may need. */
export interface StoreOptions {
  /** Of the process: where a store finds its address, and who it is asked as. */
  readonly variables: Readonly<Record<string, string | undefined>>;
  /** Milliseconds that one request may take; 10 seconds, if not given. */
  readonly timeoutMs?: number | undefined;
  /** Whether commands may be run: `exec:`. */
  readonly allowExec?: boolean | undefined;
  /** Called with each secret that a store is asked with: tokens. */
  readonly conceal?: ((secret: string) => void) | undefined;
}

/** Where the credential of a service lies. */
export function credentialPath({
  broker,
  service,
}: {
  readonly broker: string;
  readonly service: string;
}): string {
  return `${broker}/${service}`;
}

const rotation = ['mqwarden', 'rotation'] as const;

/** Where the record of a service's rotation lies. */
export function rotationPath(broker: string, service: string): string {
  return [...rotation, broker, service].join('/');
}

/** The parts of a path, of which the last one is the service's name: each store encodes them as its own names need it. */
export function partsOf(path: string): readonly string[] {
  const parts = path.split('/');
  const fixed = rotation.every((part, at) => parts[at] === part) ? rotation.length + 1 : 1;
  const service = parts.slice(fixed).join('/');
  if (service === '' || parts[fixed - 1] === '') {
    throw new Error(`a path of a store is <broker>/<service>, not ${path}`);
  }
  return [...parts.slice(0, fixed), service];
}

/** A part of a path as one name of a folder or a file: with `/` or `..` in it, too, it stays where it is put. */
export function asName(part: string): string {
  return encodeURIComponent(part).replace(/^\./, '%2E');
}

/** The fields of a parsed document that are text; undefined for what is no document. */
export function textsOf(value: unknown): SecretDocument | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  return Object.fromEntries(
    Object.entries(value).filter((field): field is [string, string] => isText(field[1])),
  );
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}
