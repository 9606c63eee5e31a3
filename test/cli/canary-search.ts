/** Looking for secrets in what was said and written, in every form that somebody could turn back. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

export interface Text {
  readonly name: string;
  readonly text: string;
}

/** Every way of writing it; and its beginning, where a text was cut. */
function formsOf(secret: string): string[] {
  const start = secret.slice(0, 12);
  const json = JSON.stringify(secret).slice(1, -1);
  const bytes = Buffer.from(secret);
  const alignments = ['', 'x', 'xx'].map((pad) =>
    Buffer.concat([Buffer.from(pad), bytes])
      .toString('base64')
      .slice(4, 16),
  );
  return [secret, start, json, encodeURIComponent(secret), bytes.toString('hex'), ...alignments];
}

/** The bytes of a hash or a salt, as they would be written. */
export function formsOfBytes(bytes: Buffer): string[] {
  return [bytes.toString('hex'), bytes.toString('base64').replace(/=+$/, ''), bytes.toString('base64url')];
}

/** `name: form` of each that was found. `exact` are looked for as they are. */
export function leaksIn(
  texts: readonly Text[],
  secrets: Iterable<string>,
  exact: Iterable<string> = [],
): string[] {
  const forms = [...new Set([...[...secrets].flatMap(formsOf), ...exact])];
  return texts.flatMap(({ name, text }) =>
    forms.filter((form) => text.includes(form)).map((form) => `${name}: ${form}`),
  );
}

/** All files below a folder but those for which `isGiven`. */
export async function writtenBelow(folder: string, isGiven: (file: string) => boolean): Promise<Text[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => !isGiven(file));
  return Promise.all(files.map(async (name) => ({ name, text: await readFile(name, 'utf8') })));
}
