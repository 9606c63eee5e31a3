import { printable } from '../printable.ts';

/** Text that is markup already. Nothing else is ever taken for markup. */
export interface Html {
  readonly markup: string;
}

type Piece = string | number | Html | readonly Html[] | undefined;

/**
 * `html\`<td>${name}</td>\``: whatever is put in is escaped, for the text of elements and for attributes between double quotes, and
 * what is no letter (control characters, marks that turn the direction of text) is shown as an escape.
 */
export function html(around: TemplateStringsArray, ...pieces: readonly Piece[]): Html {
  const texts = compact(around);
  return { markup: texts.map((text, index) => text + markupOf(pieces[index])).join('') };
}

const compacted = new WeakMap<TemplateStringsArray, readonly string[]>();

/**
 * Our own text without the indents of our source, and without the end tags that HTML has no need of, which are a tenth of a page with
 * many rows. Of what is put in, nothing is changed.
 */
function compact(around: TemplateStringsArray): readonly string[] {
  const known = compacted.get(around);
  if (known !== undefined) return known;
  const texts = around.map((text) =>
    text
      .replaceAll(/\n\s*/g, '\n')
      .replaceAll(/\s*<\/(?:td|th|tr|thead|tbody|dt|dd|option)>\s*/g, '')
      .replaceAll(/\s+(?=<(?:td|th|tr|thead|tbody)\b)/g, ''),
  );
  compacted.set(around, texts);
  return texts;
}

function markupOf(piece: Piece): string {
  if (piece === undefined) return '';
  if (typeof piece === 'string') return escaped(piece);
  if (typeof piece === 'number') return String(piece);
  return 'markup' in piece ? piece.markup : piece.map(({ markup }) => markup).join('');
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escaped(text: string): string {
  return printable(text).replace(/[&<>"']/g, (mark) => entities[mark] ?? '');
}

/** Data for a script: JSON that neither ends the element it stands in nor begins a comment there. */
export function inlined(data: unknown): Html {
  return {
    markup: JSON.stringify(data)
      .replaceAll('<', '\\u003c')
      .replaceAll('\u2028', '\\u2028')
      .replaceAll('\u2029', '\\u2029'),
  };
}
