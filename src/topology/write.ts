import { Document, isMap, isScalar, isSeq, Scalar, visit } from 'yaml';
import { printable } from '../report/printable.ts';
import type { Path } from './places.ts';

/** A topology file as text: what the loader reads back as the same data. Pure. */

interface Comment {
  readonly path: Path;
  readonly text: string;
}

export interface FileContent {
  readonly data: Readonly<Record<string, unknown>>;
  /** Each stands above what it is about. */
  readonly comments?: readonly Comment[];
  /** Lines above and below everything. */
  readonly head?: readonly string[];
  readonly foot?: readonly string[];
}

/** What a terminal or an editor would obey or not show: nowhere in the text, only escaped. */
const marks = /[\u007f-\u009f\p{Cf}\p{Zl}\p{Zp}]/gu;

export function asYaml({ data, comments = [], head = [], foot = [] }: FileContent): string {
  const document = new Document(data, { aliasDuplicateObjects: false });
  visit(document, {
    Scalar(_key, node) {
      // Plain, the one would be a merge key; the other can only be escaped in double quotes.
      if (typeof node.value === 'string' && (node.value === '<<' || node.value.search(marks) >= 0))
        node.type = Scalar.QUOTE_DOUBLE;
    },
  });
  for (const { path, text } of comments) putAbove(document, path, comment([text]));
  if (head.length > 0) document.commentBefore = comment(head);
  if (foot.length > 0) document.comment = comment(foot);
  return document.toString({ lineWidth: 0 }).replace(marks, escaped);
}

function comment(lines: readonly string[]): string {
  return lines.map((line) => ` ${printable(line)}`).join('\n');
}

function putAbove(document: Document, path: Path, text: string): void {
  const parent: unknown = document.getIn(path.slice(0, -1), true);
  const last = path.at(-1);
  const pair = isMap(parent) ? parent.items.find(({ key }) => isScalar(key) && key.value === last) : undefined;
  const node: unknown = isSeq(parent) ? parent.get(Number(last), true) : pair?.key;
  if (isScalar(node) || isMap(node)) node.commentBefore = joined(node.commentBefore, text);
}

function joined(before: string | null | undefined, text: string): string {
  return before === null || before === undefined ? text : `${before}\n${text}`;
}

function escaped(mark: string): string {
  const point = mark.codePointAt(0) ?? 0;
  return point > 0xffff ? `\\U${point.toString(16).padStart(8, '0')}` : `\\u${point.toString(16).padStart(4, '0')}`;
}
