import type { ErrorCode, YAMLError } from 'yaml';
import type { Problem } from '../core/errors.ts';
import { positionAt, type Source } from './places.ts';

/**
 * YAML's syntax errors in our own words: the library's message may repeat the text around the error, which may be a
 * password that was put in the wrong place.
 */
const messages: Readonly<Record<ErrorCode, readonly [message: string, hint?: string]>> = {
  ALIAS_PROPS: ['an alias cannot have an anchor or a tag'],
  BAD_ALIAS: ['not a valid alias or anchor', 'text that begins with "*" or "&" needs quotes'],
  BAD_COLLECTION_TYPE: ['tags are not supported', 'remove the word that begins with "!"'],
  BAD_DIRECTIVE: ['directives (lines that begin with "%") are not supported'],
  BAD_DQ_ESCAPE: [
    'not a valid escape in double quotes',
    'use single quotes for text with backslashes, such as a pattern',
  ],
  BAD_INDENT: ['wrong indentation', 'keys of one mapping begin in the same column'],
  BAD_PROP_ORDER: ['anchors and tags stand before the value'],
  BAD_SCALAR_START: ['text cannot begin with this character', 'put quotes around it'],
  BLOCK_AS_IMPLICIT_KEY: [
    'a mapping cannot begin here',
    'text that contains ": " needs quotes; a nested mapping begins on a new line',
  ],
  BLOCK_IN_FLOW: ['only { } and [ ] can stand inside { } and [ ]'],
  DUPLICATE_KEY: ['this key stands here twice'],
  IMPOSSIBLE: ['not valid YAML'],
  KEY_OVER_1024_CHARS: ['a key is longer than 1,024 characters', 'is a quote missing?'],
  MISSING_CHAR: ['a character is missing here', 'is a ":", a comma, a quote or a bracket left out?'],
  MULTILINE_IMPLICIT_KEY: ['a key must stand on one line', 'is a ":" or a quote missing?'],
  MULTIPLE_ANCHORS: ['a value can have one anchor'],
  MULTIPLE_DOCS: ['more than one document in a file', 'remove the "---", or split the file'],
  MULTIPLE_TAGS: ['tags are not supported', 'remove the word that begins with "!"'],
  NON_STRING_KEY: ['a key must be text', 'put quotes around it'],
  RESOURCE_EXHAUSTION: ['nested too deeply'],
  TAB_AS_INDENT: ['a tab cannot be used to indent', 'use spaces'],
  TAG_RESOLVE_FAILED: ['tags are not supported', 'remove the word that begins with "!"'],
  UNEXPECTED_TOKEN: ['not expected here', 'check the indentation, quotes and brackets before it'],
};

export function syntaxProblems(errors: readonly YAMLError[], source: Source): readonly Problem[] {
  // One mistake is often found twice, by the end of the inner and of the outer collection.
  const distinct = new Map(errors.map((error) => [`${error.code} ${error.pos[0]}`, error]));
  return [...distinct.values()].map(({ code, pos }) => {
    const [message, hint] = messages[code];
    return { message: `not valid YAML: ${message}`, position: positionAt(source, pos[0]), hint };
  });
}
