import { is, type Node } from './tree.ts';

/** All of a tree that runs, found in one walk for all rules. Pure. */

export interface Walked {
  /** Each kind in the order of the text. */
  readonly byKind: ReadonlyMap<string, readonly Node[]>;
  readonly parents: ReadonlyMap<Node, Node>;
}

/** Where there is only type, nothing runs; and what parsers put beside a node is none. */
const notWalked = new Set([
  ...['typeAnnotation', 'typeArguments', 'typeParameters', 'superTypeArguments', 'superTypeParameters'],
  ...['returnType', 'implements'],
  ...['parent', 'loc', 'range', 'tokens', 'comments', 'errors', 'extra'],
]);
const onlyTypes = new Set(['TSInterfaceDeclaration', 'TSTypeAliasDeclaration', 'TSDeclareFunction']);

/** Without recursion: nobody bounds how deep a file nests. */
export function walk(root: Node): Walked {
  const byKind = new Map<string, Node[]>();
  const parents = new Map<Node, Node>();
  const waiting: Node[] = [root];
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    const same = byKind.get(node.type);
    if (same === undefined) byKind.set(node.type, [node]);
    else same.push(node);
    const children = childrenOf(node);
    for (let at = children.length - 1; at >= 0; at -= 1) {
      const child = children[at];
      if (child === undefined || parents.has(child)) continue;
      parents.set(child, node);
      waiting.push(child);
    }
  }
  return { byKind, parents };
}

/** Most nodes of a file have nothing below them. */
const leaves = new Set([
  'JSXIdentifier',
  'JSXText',
  'Literal',
  'PrivateIdentifier',
  'Super',
  'TemplateElement',
  'ThisExpression',
]);
const none: Node[] = [];

function childrenOf(node: Node): Node[] {
  if (leaves.has(node.type)) return none;
  // A parameter may have decorators; its type is not walked.
  if (is(node, 'Identifier')) return node.decorators?.filter(isWalked) ?? none;
  const children: Node[] = [];
  // Of every node of a file: `Object.entries` took twice the time of the whole walk.
  for (const key in node) {
    const value = (node as unknown as Readonly<Record<string, unknown>>)[key];
    if (typeof value !== 'object' || value === null || notWalked.has(key)) continue;
    if (!Array.isArray(value)) {
      if (isWalked(value)) children.push(value);
      continue;
    }
    for (const one of value as readonly unknown[]) if (isWalked(one)) children.push(one);
  }
  return children;
}

function isWalked(value: unknown): value is Node {
  if (typeof value !== 'object' || value === null) return false;
  const { type, range } = value as Partial<Node>;
  return typeof type === 'string' && Array.isArray(range) && !onlyTypes.has(type);
}
