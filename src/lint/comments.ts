import { Lexer } from 'yaml';
import { type Comment, type Ignore, ignoresOf } from './ignores.ts';
import type { LintFile } from './rule.ts';

/** What the lexer puts between the parts of the text, and is none of it: the starts of documents, scalars and errors. */
const marks = ['\u0002', '\u0018', '\u001f'];

/** All of a YAML file; what only looks like one stands inside quotes or a block of text. */
export function commentsIn(text: string): Comment[] {
  const comments: Comment[] = [];
  let at = 0;
  let inScalar = false;
  for (const part of new Lexer().lex(text)) {
    if (marks.includes(part)) {
      inScalar = part === '\u001f';
      continue;
    }
    if (part.startsWith('#') && !inScalar) comments.push({ text: part, at });
    inScalar = false;
    at += part.length;
  }
  return comments;
}

/** What the comments of a YAML file say to ignore. */
export function ignoresIn({ source, text }: LintFile): Ignore[] {
  return ignoresOf({ source, text, comments: () => commentsIn(text), mark: '#' });
}
