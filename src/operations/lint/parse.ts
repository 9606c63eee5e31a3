import { parse, type ParserOptions } from '@babel/parser';
import { messageOf, type Problem } from '../../core/errors.ts';
import type { CodeText } from '../../lint/code/engine.ts';
import type { Parsed } from '../../lint/code/code.ts';
import { positionAt, sourceOf } from '../../topology/places.ts';
import type { Node } from '../../lint/code/tree.ts';

/** JavaScript and TypeScript to ESTree: ADR 0030 says why by this parser. Pure. */

interface Tree {
  readonly program: Node;
  readonly comments?: readonly (Node & { readonly start: number; readonly end: number })[] | null;
}

export function parseCode({ file, text }: CodeText): Parsed | Problem {
  try {
    // With `estree` its tree is not what the parser's own types say.
    const tree = parse(text, optionsFor(file)) as unknown as Tree;
    const comments = (tree.comments ?? []).map(({ start, end }) => ({
      text: text.slice(start, end),
      at: start,
    }));
    return { program: tree.program, comments };
  } catch (error) {
    return problemOf(error, { file, text });
  }
}

/** What only a compiler minds, a name declared twice for example, is passed over. */
function optionsFor(file: string): ParserOptions {
  const isTypeScript = /\.[cm]?tsx?$/.test(file);
  // In .ts, `<T>x` is a type assertion.
  const jsx = isTypeScript && !file.endsWith('x') ? [] : (['jsx'] as const);
  return {
    sourceType: /\.m[jt]sx?$/.test(file) ? 'module' : 'unambiguous',
    plugins: ['estree', 'decorators', ...(isTypeScript ? (['typescript'] as const) : []), ...jsx],
    errorRecovery: true,
    ranges: true,
    attachComment: false,
    allowReturnOutsideFunction: true,
    allowAwaitOutsideFunction: true,
    allowSuperOutsideMethod: true,
    allowUndeclaredExports: true,
  };
}

function problemOf(error: unknown, { file, text }: CodeText): Problem {
  const { pos } = error as { readonly pos?: number };
  if (error instanceof RangeError)
    return {
      message: 'the code is nested too deeply to be read',
      hint: 'what generates it should be looked at instead',
    };
  const message = `the code cannot be read: ${wordsOf(messageOf(error))}`;
  // The parser counts more things as ends of lines than editors do.
  return pos === undefined ? { message } : { message, position: positionAt(sourceOf(file, text), pos) };
}

/** Without the place, and without what it quotes of the code. */
function wordsOf(message: string): string {
  const words = message.replace(/\s*\(\d+:\d+\)\s*$/, '').replace(/(["'`])[^]*\1/g, '…');
  return `${words.charAt(0).toLowerCase()}${words.slice(1)}`;
}
