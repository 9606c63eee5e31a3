import { asJson } from '../report/json.ts';
import { printable } from '../report/printable.ts';

/** Shorter values would blank out ordinary words, and are no secrets. */
const minLength = 4;
/** Shorter lines of a secret may be anything: an armour, a name. */
const minLineLength = 16;
const hashBits = 5 * minLength;
const mark = '[redacted]';

/**
 * Replaces every secret that it was told of, in every output: as it is, percent-encoded, escaped for JSON once or twice, and in
 * base64, also in the middle of longer base64 text such as an Authorization header. Of one with several lines each line, too:
 * whoever prints it may break it there.
 */
export class Redaction {
  /** The forms of all secrets by their first characters: a text is read once, however many secrets there are. */
  private readonly forms = new Map<string, Set<string>>();
  /** By the hash of its first characters, whether a form may begin so: most places of a text are passed over by it. */
  private readonly beginnings = new Uint8Array(1 << hashBits);

  add(secret: string): void {
    if (secret.length < minLength) return;
    for (const line of linesOf(secret)) this.addForms(line);
    this.addForms(secret);
  }

  private addForms(secret: string): void {
    for (const form of formsOf(secret)) {
      const start = form.slice(0, minLength);
      const known = this.forms.get(start);
      if (known === undefined) this.forms.set(start, new Set([form]));
      else known.add(form);
      this.beginnings[hashOf(start)] = 1;
    }
  }

  redact(text: string): string {
    if (this.forms.size === 0) return text;
    let clean = '';
    let copied = 0;
    let hiddenTo = 0;
    let hash = 0;
    for (let last = 0; last < text.length; last += 1) {
      hash = hashOn(hash, text.charCodeAt(last));
      const at = last - minLength + 1;
      if (at < 0 || this.beginnings[hash] === 0) continue;
      const end = this.longestAt(text, at);
      if (end === 0) continue;
      // Overlapping secrets are hidden as one: the rest of the second would otherwise stand in clear.
      if (at >= hiddenTo) clean += text.slice(copied, at) + mark;
      hiddenTo = Math.max(hiddenTo, end);
      copied = hiddenTo;
    }
    return clean + text.slice(copied);
  }

  /** Data of the same shape: every text in it, and the names of fields, for what is put into another form than those known here. */
  within<T>(data: T): T;
  within(data: unknown): unknown {
    if (typeof data === 'string') return this.redact(data);
    if (Array.isArray(data)) return data.map((one: unknown) => this.within(one));
    if (typeof data !== 'object' || data === null) return data;
    return Object.fromEntries(
      Object.entries(data).map(([name, one]: [string, unknown]) => [this.redact(name), this.within(one)]),
    );
  }

  /** The end of the longest secret that begins at `at`; 0 if none does. */
  private longestAt(text: string, at: number): number {
    let end = 0;
    for (const form of this.forms.get(text.slice(at, at + minLength)) ?? []) {
      if (at + form.length > end && text.startsWith(form, at)) end = at + form.length;
    }
    return end;
  }
}

/** Of the last characters, `minLength` of them: each further one shifts the first out. */
function hashOn(hash: number, unit: number): number {
  return ((hash << (hashBits / minLength)) ^ unit) & ((1 << hashBits) - 1);
}

function hashOf(start: string): number {
  return Array.from({ length: minLength }, (_, at) => start.charCodeAt(at)).reduce(hashOn, 0);
}

/** Nobody's armour is a secret: the name of a key's format. */
function linesOf(secret: string): readonly string[] {
  if (!/[\r\n]/.test(secret)) return [];
  return secret.split(/[\r\n]+/).filter((line) => line.length >= minLineLength && !line.startsWith('-----'));
}

function formsOf(secret: string): ReadonlySet<string> {
  const wellFormed = secret.toWellFormed();
  const percent = encodeURIComponent(wellFormed);
  const strict = percent.replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
  const lowerHex = (text: string) => text.replace(/%[0-9A-F]{2}/g, (c) => c.toLowerCase());
  const json = JSON.stringify(secret).slice(1, -1);
  const all = [
    secret,
    percent,
    strict,
    lowerHex(percent),
    lowerHex(strict),
    // The body of a request that comes back in an answer is JSON already.
    ...[secret, json].flatMap(shownForms),
    ...base64Forms(wellFormed),
  ];
  return new Set(all.filter((form) => form.length >= minLength));
}

/** As it is, as a terminal is shown it (an error passes that before it comes here), and as JSON has it. */
function shownForms(text: string): readonly string[] {
  return [text, printable(text), JSON.stringify(text).slice(1, -1), asJson(text).slice(1, -1)];
}

/**
 * The part of a base64 text that depends on the secret alone, at each of the three ways it can fall into groups of three
 * bytes; with both alphabets.
 */
function base64Forms(secret: string): readonly string[] {
  const bytes = Buffer.from(secret, 'utf8');
  return [0, 1, 2].flatMap((shift) => {
    const text = Buffer.concat([Buffer.alloc(shift), bytes])
      .toString('base64')
      .replace(/=+$/, '');
    const begin = [0, 2, 3][shift] ?? 0;
    const end = (shift + bytes.length) % 3 === 0 ? text.length : text.length - 1;
    const inner = text.slice(begin, end);
    // A few characters of base64 occur by chance in any digest.
    if (inner.length < 5) return [];
    return [inner, inner.replaceAll('+', '-').replaceAll('/', '_')];
  });
}
