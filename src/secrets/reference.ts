/**
 * References to secrets, the only form in which a topology may speak of one. Pure: parsing reads nothing.
 * No function here puts what it was given into an error: it may be the secret itself.
 */

/** The schemes that are known. */
export const schemes = ['env', 'file', 'vault', 'aws-sm', 'exec'] as const;
type Scheme = (typeof schemes)[number];

/** How a secret is named, as a person writes it. */
export const supportedForms = [
  'env:NAME',
  'file:PATH',
  'file:PATH#field',
  'vault:MOUNT/PATH#field',
  'aws-sm:NAME',
  'aws-sm:NAME#field',
  'exec:COMMAND',
] as const;

/** How a store of services' credentials is named. */
export const supportedStores = [
  'file:FOLDER',
  'vault:MOUNT',
  'aws-sm:PREFIX',
  'env:PREFIX',
  'exec:COMMAND',
] as const;

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
  if (scheme === 'exec') {
    if (wordsOf(rest) === undefined) return refused('has a quote that is not closed, or is no list of words');
    return { ok: true, reference: { scheme, target: rest } };
  }
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

/** What is wrong with a reference in the place of a secret, though it can be read as one. */
export function secretProblem({ scheme, target, field }: Reference): string | undefined {
  if (scheme !== 'vault') return undefined;
  const problem = vaultPathProblem(target);
  if (problem !== undefined) return problem;
  if (!target.includes('/')) return 'names no path in a mount: vault:MOUNT/PATH#field';
  return field === undefined ? 'names no field after "#": vault:MOUNT/PATH#field' : undefined;
}

/** The same in the place of a store. */
export function storeProblem({ scheme, target, field }: Reference): string | undefined {
  if (field !== undefined) return 'is named without a #field';
  return scheme === 'vault' ? vaultPathProblem(target.replace(/\/$/, '')) : undefined;
}

function vaultPathProblem(target: string): string | undefined {
  if (target.startsWith('/')) return 'begins with the name of a mount, not with "/"';
  const odd = target.split('/').some((part) => part === '' || part === '.' || part.includes('..'));
  return odd ? 'has an empty part, or dots for one, in its path' : undefined;
}

/** The words of a command: a JSON list, or words apart by spaces, with quotes around what has one. No shell ever reads them. */
function wordsOf(text: string): readonly string[] | undefined {
  const trimmed = text.trim();
  const words = trimmed.startsWith('[') ? listOf(trimmed) : splitOf(trimmed);
  return words === undefined || (words[0] ?? '') === '' ? undefined : words;
}

function listOf(text: string): readonly string[] | undefined {
  try {
    const list: unknown = JSON.parse(text);
    return Array.isArray(list) && list.every((word) => typeof word === 'string') ? list : undefined;
  } catch {
    return undefined;
  }
}

function splitOf(text: string): readonly string[] | undefined {
  // What is left of quotes when all that are closed are gone is one that is not.
  if (/["']/.test(text.replace(/"[^"]*"|'[^']*'/g, ''))) return undefined;
  const words = text.match(/(?:"[^"]*"|'[^']*'|[^\s"'])+/g) ?? [];
  return words.map((word) => word.replace(/"([^"]*)"|'([^']*)'/g, '$1$2'));
}

/** The command of a reference that was parsed. */
export function commandOf(target: string): readonly string[] {
  return wordsOf(target) ?? [];
}
