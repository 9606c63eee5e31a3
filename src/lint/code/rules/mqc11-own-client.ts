import { hasLibrary, isFromFactory, libraryOf, madeIn } from '../clients.ts';
import { nameOf } from '../bindings.ts';
import { originOf } from '../origins.ts';
import type { Code, CodeRule } from '../rule.ts';
import { is, isThere, type Node } from '../tree.ts';
import { constantText, keyOf } from '../values.ts';

export const ownClient: CodeRule = {
  id: 'MQC11',
  name: 'own-client',
  severity: 'warning',
  summary: 'A client of a broker is made without the connection factories.',
  why: 'The factories refuse what is not encrypted and verified, read credentials from the store at every connect, and follow their rotation. A client that is made beside them does what its options say, and goes on with the old password until it is refused.',
  instead:
    '`connect` of `mqwarden/rabbitmq` and `createKafka` of `mqwarden/kafka`; for other clients the options that `rabbitmqClientOptions`, `platformaticOptions` and `confluentOptions` give.',
  inTests: false,
  *inCode(code) {
    const made = madeIn(code);
    for (const one of made) {
      if (isFromFactory(one, code)) continue;
      const message = `${one.maker} of ${one.module} is called without the factories`;
      yield { node: one.node, message, hint: hintFor(one.module) };
    }
    const known = new Set(made.map(({ module }) => module));
    for (const { node, module } of handedOn(code)) {
      if (known.has(module)) continue;
      const message = `${module} is imported for a client that is made without the factories`;
      yield { node, message, hint: hintFor(module) };
    }
  },
};

function hintFor(module: string): string {
  return `take it from mqwarden/${libraryOf(module)?.broker ?? 'rabbitmq'}`;
}

interface Handed {
  readonly node: Node;
  readonly module: string;
}

/** Libraries whose makers leave the file, or are used in a way that cannot be followed. */
function* handedOn(code: Code): Iterable<Handed> {
  for (const node of code.nodesOf('ExportNamedDeclaration', 'ExportAllDeclaration')) {
    const module = isThere(node.source) ? constantText(node.source, code.bindings) : undefined;
    if (module === undefined) continue;
    const { makers = [] } = libraryOf(module) ?? {};
    if (makers.length === 0) continue;
    const names = is(node, 'ExportNamedDeclaration')
      ? node.specifiers.flatMap((one) => (is(one, 'ExportSpecifier') ? [nameOf(one.local)] : []))
      : makers;
    if (names.some((name) => name === 'default' || makers.includes(name ?? ''))) yield { node, module };
  }
  if (!hasLibrary(code)) return;
  const told = new Set<string>();
  for (const node of code.nodesOf('Identifier', 'CallExpression')) {
    const origin = originOf(node, code.bindings);
    if (origin === undefined || origin.isGlobal || told.has(origin.from)) continue;
    const { makers = [] } = libraryOf(origin.from) ?? {};
    const [name] = origin.path;
    if (makers.length === 0 || !(name === undefined || makers.includes(name))) continue;
    if (!isHandedOn(node, makers, code)) continue;
    told.add(origin.from);
    const binding = is(node, 'Identifier') ? code.bindings.of(node.name, node) : undefined;
    yield { node: binding?.init ?? binding?.at ?? node, module: origin.from };
  }
}

function isHandedOn(node: Node, makers: readonly string[], code: Code): boolean {
  const parent = code.parentOf(node);
  if (!isThere(parent) || /^Import|^TSImport|^VariableDeclarator|^ExpressionStatement/.test(parent.type))
    return false;
  // The name in a pattern that takes it out of the module.
  if (is(parent, 'Property') && is(code.parentOf(parent), 'ObjectPattern')) return false;
  // A property of the name, and not the name itself.
  if (is(parent, 'MemberExpression') && parent.property === node && !parent.computed) return false;
  if (is(parent, 'Property') && parent.key === node && parent.value !== node && !parent.computed)
    return false;
  if (!is(parent, 'MemberExpression')) return true;
  return makers.includes(keyOf(parent, code.bindings) ?? '');
}
