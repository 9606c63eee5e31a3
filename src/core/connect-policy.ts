import { MqwardenError } from './errors.ts';

/** What both connection factories refuse before a byte is sent. Small, and free of everything that a connection does not need. */

/** What a caller in plain JavaScript may have written, whatever the types say. */
export type Unchecked = Readonly<Record<string, unknown>>;

export function refuse(code: string, message: string, hint: string): never {
  throw new MqwardenError(code, message, { hint });
}

/** Refuses `rejectUnauthorized` other than true anywhere in `sections`, and the variable that turns it off for all of Node.js. */
export function refuseUnverified(
  sections: readonly unknown[],
  hint: string,
  variables: Readonly<Record<string, string | undefined>>,
): void {
  if (sections.some(isUnverified)) {
    refuse('MQWARDEN_TLS_UNVERIFIED', 'rejectUnauthorized: false is refused', hint);
  }
  if (variables['NODE_TLS_REJECT_UNAUTHORIZED'] === '0') {
    const message = 'NODE_TLS_REJECT_UNAUTHORIZED=0 is refused: it turns off the checks of TLS';
    refuse('MQWARDEN_TLS_UNVERIFIED', message, 'remove it from the environment, and give tls.ca');
  }
}

function isUnverified(where: unknown): boolean {
  return (
    typeof where === 'object' &&
    where !== null &&
    'rejectUnauthorized' in where &&
    where.rejectUnauthorized !== true
  );
}

/** PEM texts, not paths. Without `ca`, the machine's own authorities are trusted. */
export interface Tls {
  readonly ca?: string | Buffer | undefined;
  readonly cert?: string | Buffer | undefined;
  readonly key?: string | Buffer | undefined;
  /** The name to expect in the broker's certificate, where it is not the host's. */
  readonly serverName?: string | undefined;
}

const tlsNames = ['ca', 'cert', 'key', 'serverName'] satisfies (keyof Tls)[];

/** An option that is not known may be one that weakens: it is refused, in `tls` too. */
export function refuseUnknownOptions(given: Unchecked, known: readonly string[]): void {
  refuseUnknown(given, known, '');
  const tls = given['tls'];
  if (typeof tls === 'object' && tls !== null) refuseUnknown(tls as Unchecked, tlsNames, 'tls.');
}

function refuseUnknown(given: Unchecked, known: readonly string[], prefix: string): void {
  const unknown = Object.keys(given).find((key) => !known.includes(key));
  if (unknown === undefined) return;
  const names = known.map((key) => prefix + key).join(', ');
  refuse('MQWARDEN_UNKNOWN_OPTION', `option ${prefix}${unknown} is not known`, `the options are ${names}`);
}
