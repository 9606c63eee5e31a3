import type { Comment } from '../ignores.ts';
import { bindingsOf } from './bindings.ts';
import type { Code } from './rule.ts';
import { type Kind, type Node, type Of, walk } from './tree.ts';

export interface Parsed {
  readonly program: Node;
  readonly comments: readonly Comment[];
}

/** What rules look at, made of what a parser read. Pure. */
export function codeOf(file: string, text: string, { program, comments }: Parsed): Code {
  const walked = walk(program);
  const byKind = new Map<string, Node[]>();
  for (const node of walked.nodes) {
    const same = byKind.get(node.type);
    if (same === undefined) byKind.set(node.type, [node]);
    else same.push(node);
  }
  return {
    file,
    text,
    program,
    comments,
    bindings: bindingsOf(walked),
    isTest: isTest(file),
    nodesOf: <K extends Kind>(...kinds: readonly K[]) =>
      kinds.flatMap((kind) => byKind.get(kind) ?? []) as unknown as readonly Of<K>[],
    parentOf: (node) => walked.parents.get(node),
  };
}

const testFolder = /(?:^|[\\/])(?:__tests__|__mocks__|__fixtures__|fixtures?|tests?|e2e|spec)[\\/]/i;
const testFile = /[._-](?:test|tests|spec|e2e|mock|mocks|fixture|fixtures)\.[cm]?[jt]sx?$/i;

/** As test runners look for them. */
function isTest(file: string): boolean {
  return testFolder.test(file) || testFile.test(file);
}
