import type { Comment } from '../ignores.ts';
import { bindingsOf } from './bindings.ts';
import type { Code } from './rule.ts';
import type { Kind, Node, Of } from './tree.ts';
import { walk } from './walk.ts';

export interface Parsed {
  readonly program: Node;
  readonly comments: readonly Comment[];
}

/** What rules look at, made of what a parser read. Pure. */
export function codeOf(file: string, text: string, { program, comments }: Parsed): Code {
  const walked = walk(program);
  const nodesOf = (kind: Kind) => walked.byKind.get(kind) ?? [];
  return {
    file,
    text,
    comments,
    bindings: bindingsOf(walked),
    isTest: isTest(file),
    nodesOf: <K extends Kind>(...kinds: readonly K[]) => {
      const [only] = kinds;
      const nodes = only !== undefined && kinds.length === 1 ? nodesOf(only) : kinds.flatMap(nodesOf);
      return nodes as readonly Of<K>[];
    },
    parentOf: (node) => walked.parents.get(node),
  };
}

const testFolder = /(?:^|[\\/])(?:__tests__|__mocks__|__fixtures__|fixtures?|tests?|e2e|spec)[\\/]/i;
const testFile = /[._-](?:test|tests|spec|e2e|mock|mocks|fixture|fixtures)\.[cm]?[jt]sx?$/i;

/** As test runners look for them. */
function isTest(file: string): boolean {
  return testFolder.test(file) || testFile.test(file);
}
