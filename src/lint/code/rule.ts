import type { Related } from '../../core/finding.ts';
import type { RuleInfo } from '../../core/rule.ts';
import type { Comment } from '../ignores.ts';
import type { Bindings } from './bindings.ts';
import type { Kind, Node, Of } from './tree.ts';

/** A source file as rules see it, whichever parser read it. */
export interface Code {
  /** As it is shown. */
  readonly file: string;
  readonly text: string;
  readonly bindings: Bindings;
  readonly comments: readonly Comment[];
  /** Whether it is a test or something that only tests use, by its name. */
  readonly isTest: boolean;
  nodesOf<K extends Kind>(...kinds: readonly K[]): readonly Of<K>[];
  parentOf(node: Node): Node | undefined;
}

/** One thing that a rule found in code. */
export interface CodeSpot {
  readonly node: Node;
  /** With the names that it is about; never with a text of the code, which may be a secret. */
  readonly message: string;
  readonly hint?: string | undefined;
  readonly related?: readonly (Pick<Related, 'message'> & { readonly node: Node })[] | undefined;
}

/** A rule about source code: for lint and, the same object, for ESLint. Pure, and of no more than the one file. */
export interface CodeRule extends RuleInfo {
  /** Whether it is asked in tests, where an address without TLS is fine, for example, and a secret is not. */
  readonly inTests: boolean;
  inCode(code: Code): Iterable<CodeSpot>;
}
