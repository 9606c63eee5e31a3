/** What looks like a secret, wherever it stands. Pure; nothing here returns or repeats one. */

interface Format {
  readonly what: string;
  readonly pattern: RegExp;
}

/**
 * Formats that are nothing else. Each pattern must take linear time on any text: files hold anything. Nothing in one repeats without a
 * bound, since the engine of regular expressions has no room for ten million steps.
 */
const formats: readonly Format[] = [
  { what: 'a private key', pattern: /-----BEGIN (?:[A-Z0-9]{1,20} ){0,5}PRIVATE KEY(?: BLOCK)?-----/g },
  { what: 'an AWS access key', pattern: /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/g },
  { what: 'a GitHub token', pattern: /\b(?:gh[pousr]_[A-Za-z0-9]{30,100000}|github_pat_\w{30,100000})/g },
  { what: 'a Vault token', pattern: /\bhv[sbr]\.[\w-]{20,100000}/g },
  { what: 'a Slack token', pattern: /\bxox[abeoprs]-[A-Za-z0-9-]{10,100000}/g },
  {
    what: 'a JSON web token',
    pattern: /(?<![\w-])eyJ[\w-]{10,100000}\.eyJ[\w-]{10,100000}\.[\w-]{0,100000}/g,
  },
  { what: 'a Stripe key', pattern: /\b[rs]k_(?:live|test)_[A-Za-z0-9]{16,100000}/g },
  { what: 'a Google API key', pattern: /\bAIza[\w-]{35}/g },
  { what: 'a hash of a password', pattern: /\$(?:2[aby]|argon2(?:id|i|d)|scrypt|[56])\$[^\s"']{20,100000}/g },
  { what: 'a password in a setting', pattern: /\b(?:password|secret)=["']?[^\s"';,&]{4,100000}/gi },
  {
    what: 'a password in an address',
    pattern: /\b[a-z][a-z0-9+.-]{0,30}:\/\/[^\s/:@"']{0,1000}:[^\s/@"']{1,100000}@/gi,
  },
];

export interface Sight {
  readonly what: string;
  readonly at: number;
  readonly length: number;
}

/** What every format has: most texts of a file have none of these, and need be read once, not by each format. */
const hint =
  /-----BEGIN|A[KS]IA|gh[pousr]_|github_pat_|hv[sbr]\.|xox|eyJ|[rs]k_|\$[2a56s]|password|secret|:\/\//i;

/** Everything in a text that has the format of a secret. */
export function formatsIn(text: string): Sight[] {
  if (!hint.test(text)) return [];
  return formats.flatMap(({ what, pattern }) =>
    [...text.matchAll(pattern)].map((match): Sight => ({ what, at: match.index, length: match[0].length })),
  );
}

/** Letters and digits without a separator that a name would have. */
const token = /[A-Za-z0-9+=_-]{20,100000}/g;
/** Bits a character: random base64 has 5 at 40 characters, words have 3 to 3.6. */
const muchEntropy = 4;

/** A secret key of AWS, which has slashes in it as a path has, but is always as long as this. */
const awsSecret = /(?<![A-Za-z0-9/+=])[A-Za-z0-9/+]{40}(?![A-Za-z0-9/+=])/g;
const offsetsInKey = Array.from({ length: 40 }, (_, at) => at);
/** Nearly all random text of that length has more, and hardly a path does. */
const muchEntropyForAPath = 4.5;

/** What is too random to be a name. */
export function randomIn(text: string): Sight[] {
  const keys = [...text.matchAll(awsSecret)].filter(
    ([word]) => kindsIn(word) === 3 && entropy(word) > muchEntropyForAPath,
  );
  const starts = new Set(keys.map(({ index }) => index));
  const isWithin = (index: number) => offsetsInKey.some((offset) => starts.has(index - offset));
  const words = [...text.matchAll(token)]
    .filter(([word]) => isRandom(word))
    .filter(({ index }) => !isWithin(index));
  return [...keys, ...words].map((match): Sight => ({
    what: 'text as random as a key',
    at: match.index,
    length: match[0].length,
  }));
}

/** Of small letters, capitals and digits. */
function kindsIn(word: string): number {
  return [/[a-z]/, /[A-Z]/, /\d/].filter((kind) => kind.test(word)).length;
}

function isRandom(word: string): boolean {
  const digits = word.replace(/\D/g, '').length;
  if (/^[0-9a-f]{32,}$/i.test(word)) return digits > 4 && digits < word.length && entropy(word) > 3;
  // Words with hyphens and a number are names: order-service-2024-archive.
  const isName = /^[A-Za-z]*(?:[-_](?:[A-Za-z]*|\d+))*$/.test(word);
  return kindsIn(word) === 3 && !isName && entropy(word) > muchEntropy;
}

/** Shannon's, in bits a character. */
function entropy(text: string): number {
  const counts = new Map<string, number>();
  for (const character of text) counts.set(character, (counts.get(character) ?? 0) + 1);
  let bits = 0;
  for (const count of counts.values()) bits -= (count / text.length) * Math.log2(count / text.length);
  return bits;
}

/** A key whose value is a secret, unless it is a reference to one. */
export function isSecretKey(key: string): boolean {
  if (!/pass|pwd|secret|token|key|credential/i.test(key)) return false;
  return /^(?:.*[-_.])?(?:password|passwd|passphrase|pwd|secret|token|api[-_]?[kK]ey|private[-_]?[kK]ey|credentials?)$|(?:Password|Passphrase|Secret|Token|ApiKey|PrivateKey)$/.test(
    key,
  );
}

const hidden = '***';
const names =
  '(?:password|passwd|passphrase|pwd|secret|token|api[-_]?key|private[-_]?key|credentials?)["\']?\\s*';
const secretKey = `${names}[:=]`;
/** A secret's key, with what stands before its value; not where that is a reference. */
const keyOfValue = new RegExp(`${secretKey}\\s*(?!["']?(?:env|file|vault|aws-sm|exec):)(?=[^\\s#])`, 'i');
const onlyKey = new RegExp(`^\\s*(?:-\\s+)*["']?[\\w.-]*${secretKey}`, 'i');
/** Ends a line: its value comes below, and in a broken file, or between braces, it may be indented in any way. */
const openKey = new RegExp(
  `(?:${secretKey}\\s*(?:[|>][-+\\d]*\\s*)?|^\\s*(?:[-?]\\s+)*["']?[\\w.-]*${names})(?:#|$)`,
  'i',
);
const anyKey = /^\s*(?:[-?]\s+)*["']?[^\s"':#][^"':#]*["']?:(?:\s|$)/;

/** No secret that is broken off from its key looks like this. */
const keyWithValue = /^\s*["']?[\w.-]+["']?:\s+\S/;

export type Masking = (at: number, beginning?: number) => string;

/**
 * The lines of a file as they may be shown to anybody: whatever may be a secret in one is not, nor what goes on from a secret's key.
 * Lines are counted from 0; of one with a `beginning` only so many characters are looked at and shown.
 */
export function maskingOf(lines: readonly string[]): Masking {
  let below: ReadonlySet<number> | undefined;
  return (at, beginning) => {
    below ??= belowSecrets(lines);
    const line = (lines[at] ?? '').slice(0, beginning);
    if (below.has(at) || isBehindOpenKey(lines, at, line)) return `${line.slice(0, indentOf(line))}${hidden}`;
    return withoutSights(withoutValue(line));
  };
}

export function maskedLine(lines: readonly string[], at: number): string {
  return maskingOf(lines)(at);
}

/** To the end of the line, since it may hold anything. */
function withoutValue(line: string): string {
  const key = keyOfValue.exec(line);
  return key === null ? line : `${line.slice(0, key.index + key[0].length)}${hidden}`;
}

function withoutSights(line: string): string {
  return [...formatsIn(line), ...randomIn(line)]
    .sort((a, b) => b.at - a.at)
    .reduce(
      (shown, { at: from, length }) => `${shown.slice(0, from)}${hidden}${shown.slice(from + length)}`,
      line,
    );
}

function indentOf(line: string): number {
  return line.search(/\S|$/);
}

/** The lines that stand indented below the key of a secret, however far. In one pass: a file may have a finding in each line. */
function belowSecrets(lines: readonly string[]): ReadonlySet<number> {
  const below = new Set<number>();
  // What the line is indented below, each deeper than the one before.
  const around: { readonly indent: number; readonly isSecret: boolean }[] = [];
  for (const [at, line] of lines.entries()) {
    const indent = indentOf(line);
    const isBlank = indent === line.length;
    while (!isBlank && (around.at(-1)?.indent ?? -1) >= indent) around.pop();
    const isBelow = around.findLast((one) => one.indent < indent)?.isSecret === true;
    if (isBelow) below.add(at);
    if (!isBlank) around.push({ indent, isSecret: isBelow || onlyKey.test(line) });
  }
  return below;
}

/** Longer than any key in PEM. */
const mostLines = 200;

/** Whether a line, with no key of its own, stands below one that ends with the key of a secret. */
function isBehindOpenKey(lines: readonly string[], at: number, own: string): boolean {
  for (let above = at - 1; above >= 0; above -= 1) {
    const line = lines[above] ?? '';
    if (openKey.test(line)) return !keyWithValue.test(own) || indentOf(own) > indentOf(line);
    if (anyKey.test(line)) return false;
    if (at - above > mostLines) return true;
  }
  return false;
}
