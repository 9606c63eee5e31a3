import { printable } from '../printable.ts';

/**
 * Names come from whoever opens a pull request. Everything that is not our own word stands in a code span, in a fenced block or
 * in `<code>`: there no link, mention, image, reference, emphasis or HTML is looked for.
 */

const longestName = 160;

/** A code span that is also safe in a table's cell. What could end either, and spaces that are not shown, become escapes. */
export function code(text: string, longest = longestName): string {
  return text === '' ? '(empty)' : `\`${clip(text, longest, visible)}\``;
}

function visible(text: string): string {
  return printable(text).replace(/[`|]|(?! )\p{Zs}|^ | $| (?= )/gu, escaped);
}

/** `<code>` for within a block of HTML, where Markdown does not count. */
export function htmlCode(text: string): string {
  const clipped = clip(text, longestName, printable);
  return `<code>${clipped.replace(/[&<>"']/g, (mark) => `&#${mark.charCodeAt(0)};`)}</code>`;
}

const longestSentence = 500;

/** A sentence: plain words stay as they are, anything else is code. */
export function prose(text: string): string {
  const words = clip(text, longestSentence, (all) => all).split(' ');
  return words
    .filter((word) => word !== '')
    .map((word) => (isPlain(word) ? word : code(word)))
    .join(' ');
}

/** Not what may be the number of a commit. */
function isPlain(word: string): boolean {
  return /^\(?(?:[A-Za-z]+|\d{1,6})\)?[,;:.]?$/.test(word) && !/^[0-9a-f]{7,}$/i.test(word);
}

const longestLine = 600;

/** One line of a fenced block. Three backticks could end the block. */
export function fencedLine(text: string): string {
  return clip(text, longestLine, (all) =>
    printable(all).replace(/`{3,}/g, (run) => escaped('`').repeat(run.length)),
  );
}

export function fenced(language: string, lines: readonly string[]): string {
  return `\`\`\`${language}\n${lines.join('\n')}\n\`\`\``;
}

function escaped(mark: string): string {
  return `\\u{${(mark.codePointAt(0) ?? 0).toString(16)}}`;
}

/** Escapes only what may be shown, says how long the whole is, and cuts no character in two. */
function clip(text: string, longest: number, escape: (text: string) => string): string {
  const shown = escape(text.slice(0, longest));
  if (text.length <= longest && shown.length <= longest) return shown;
  const cut = shown.slice(0, longest).replace(/[\ud800-\udbff]$/, '');
  return `${cut}… (${text.length} characters)`;
}
