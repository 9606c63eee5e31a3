/**
 * References to secrets, the only form in which a topology may speak of one. Pure: parsing reads nothing.
 * No function here puts what it was given into an error: it may be the secret itself.
 */

/** The schemes that are known; of those, only `env` and `file` can be resolved yet. */
export const schemes = ['env', 'file', 'vault', 'aws-sm', 'exec'] as const;
type Scheme = (typeof schemes)[number];

/** The schemes that a secret can be read by today, as a person writes them. */
export const supportedForms = ['env:NAME', 'file:PATH', 'file:PATH#field'] as const;

/** The schemes that a store of services' credentials can have today. */
export const supportedStores = ['file:FOLDER', 'env:PREFIX'] as const;

export interface Reference {
  readonly scheme: Scheme;
  /** What follows the scheme, without the field: a variable's name, a path, a command. */
  readonly target: string;
  /** The key of a JSON document, from `#field`; only where the scheme has fields. */
  readonly field?: string | undefined;
}

export type ParsedReference =
  { readonly ok: true; readonly reference: Reference } | { readonly ok: false; readonly problem: string };

const variableName = /^[A-Za-z_][A-Za-z0-9_]*$/;

function refused(problem: string): ParsedReference {
  return { ok: false, problem };
}

/**
 * Parses `env:NAME`, `file:PATH[#field]`, `vault:PATH#field`, `aws-sm:NAME[#field]` and `exec:COMMAND`. What has no known
 * scheme is taken for a secret that was written out.
 */
export function parseReference(text: string): ParsedReference {
  const scheme = schemes.find((known) => text.startsWith(`${known}:`));
  if (scheme === undefined) return refused('must be a reference to a secret, not the secret itself');
  const rest = text.slice(scheme.length + 1);
  if (rest === '' || /\p{Cc}/u.test(rest)) return refused(`names nothing after "${scheme}:"`);
  if (scheme === 'exec') return { ok: true, reference: { scheme, target: rest } };
  if (scheme === 'env') {
    if (!variableName.test(rest)) return refused('takes the name of an environment variable after "env:"');
    return { ok: true, reference: { scheme, target: rest } };
  }
  // The last one: a folder's name may hold a #, a field's name hardly ever does.
  const hash = rest.lastIndexOf('#');
  if (hash < 0) return { ok: true, reference: { scheme, target: rest } };
  const target = rest.slice(0, hash);
  const field = rest.slice(hash + 1);
  if (target === '') return refused(`names nothing between "${scheme}:" and "#"`);
  if (field === '') return refused('names no field after "#"');
  return { ok: true, reference: { scheme, target, field } };
}
