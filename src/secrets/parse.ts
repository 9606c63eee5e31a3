import { createHash } from 'node:crypto';

/** Undefined for what is no JSON: the parser's own error repeats the text, which is a secret. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

export function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
}

/** The version of a document that its store gives none: of the content alone, it stays the same where a folder is mounted anew. */
export function versionOf(text: string): string {
  return createHash('sha256').update(`mqwarden ${text}`).digest('base64url').slice(0, 22);
}
