/** The syntax tree of a source file: ESTree, with TypeScript's nodes as typescript-eslint has them. What no rule looks at is not typed. Pure. */

export interface Node {
  readonly type: string;
  readonly range: readonly [from: number, to: number];
}

type Maybe = Node | null | undefined;

interface Shapes {
  readonly ArrowFunctionExpression: FunctionShape;
  readonly ArrayExpression: { readonly elements: readonly Maybe[] };
  readonly AssignmentExpression: { readonly operator: string; readonly left: Node; readonly right: Node };
  readonly AssignmentPattern: { readonly left: Node; readonly right: Node };
  readonly AwaitExpression: { readonly argument: Node };
  readonly BinaryExpression: { readonly operator: string; readonly left: Node; readonly right: Node };
  readonly BlockStatement: { readonly body: readonly Node[] };
  readonly CallExpression: { readonly callee: Node; readonly arguments: readonly Node[] };
  readonly CatchClause: { readonly param?: Maybe };
  readonly ChainExpression: { readonly expression: Node };
  readonly ClassDeclaration: { readonly id?: Maybe };
  readonly ConditionalExpression: {
    readonly test: Node;
    readonly consequent: Node;
    readonly alternate: Node;
  };
  readonly ForInStatement: { readonly left: Node };
  readonly ForOfStatement: { readonly left: Node };
  readonly ExportAllDeclaration: { readonly source: Node };
  readonly ExportNamedDeclaration: { readonly source?: Maybe; readonly specifiers: readonly Node[] };
  readonly ExportSpecifier: { readonly local: Node };
  readonly FunctionDeclaration: FunctionShape;
  readonly FunctionExpression: FunctionShape;
  readonly Identifier: { readonly name: string; readonly decorators?: readonly Node[] };
  readonly ImportDeclaration: {
    readonly source: Node;
    readonly specifiers: readonly Node[];
    readonly importKind?: string | null;
  };
  readonly ImportDefaultSpecifier: { readonly local: Node };
  readonly ImportExpression: { readonly source: Node };
  readonly ImportNamespaceSpecifier: { readonly local: Node };
  readonly ImportSpecifier: {
    readonly imported: Node;
    readonly local: Node;
    readonly importKind?: string | null;
  };
  readonly Literal: { readonly value: unknown };
  readonly LogicalExpression: { readonly operator: string; readonly left: Node; readonly right: Node };
  readonly MemberExpression: { readonly object: Node; readonly property: Node; readonly computed: boolean };
  readonly MethodDefinition: { readonly key: Node; readonly computed: boolean; readonly value: Node };
  readonly NewExpression: { readonly callee: Node; readonly arguments: readonly Node[] };
  readonly ObjectExpression: { readonly properties: readonly Node[] };
  readonly ObjectPattern: { readonly properties: readonly Node[] };
  readonly Property: { readonly key: Node; readonly value: Node; readonly computed: boolean };
  readonly PropertyDefinition: { readonly key: Node; readonly value?: Maybe; readonly computed: boolean };
  readonly ReturnStatement: { readonly argument?: Maybe };
  readonly SpreadElement: { readonly argument: Node };
  readonly TemplateLiteral: { readonly quasis: readonly Node[]; readonly expressions: readonly Node[] };
  readonly TemplateElement: { readonly value: { readonly cooked?: string | null; readonly raw: string } };
  readonly TSImportEqualsDeclaration: { readonly id: Node; readonly moduleReference: Node };
  readonly TSExternalModuleReference: { readonly expression: Node };
  readonly UnaryExpression: { readonly operator: string; readonly argument: Node };
  readonly UpdateExpression: { readonly argument: Node };
  readonly VariableDeclaration: { readonly kind: string; readonly declarations: readonly Node[] };
  readonly VariableDeclarator: { readonly id: Node; readonly init?: Maybe };
}

interface FunctionShape {
  readonly id?: Maybe;
  readonly params: readonly Node[];
  readonly body: Node;
}

export const functions = ['ArrowFunctionExpression', 'FunctionDeclaration', 'FunctionExpression'] as const;

export type Kind = keyof Shapes;
export type Of<K extends Kind> = K extends Kind ? Node & { readonly type: K } & Shapes[K] : never;

export function is<K extends Kind>(node: Maybe, ...kinds: readonly K[]): node is Of<K> {
  return isThere(node) && (kinds as readonly string[]).includes(node.type);
}

export function isThere(node: Maybe): node is Node {
  return node !== null && node !== undefined;
}

/** What only wraps an expression: parsers differ in whether parentheses and optional chains are nodes. */
const wrappers = new Set([
  'ChainExpression',
  'ParenthesizedExpression',
  'TSAsExpression',
  'TSInstantiationExpression',
  'TSNonNullExpression',
  'TSSatisfiesExpression',
  'TSTypeAssertion',
]);

export function isWrapper({ type }: Node): boolean {
  return wrappers.has(type);
}

/** The expression itself, without what only speaks to the compiler. */
export function bare(node: Node): Node {
  let inner = node;
  while (isWrapper(inner)) inner = (inner as Of<'ChainExpression'>).expression;
  return inner;
}
