import { isSecretKey } from '../../secrets.ts';
import { nameOf } from '../bindings.ts';
import type { Code, CodeRule } from '../rule.ts';
import { bare, is, isThere, type Node } from '../tree.ts';
import { keyOf } from '../values.ts';

export const loggedCredential: CodeRule = {
  id: 'MQC13',
  name: 'logged-credential',
  severity: 'error',
  summary: 'A password, key or token is written to a log.',
  why: 'Logs are read by more people than secret stores are, are kept for years, and go to services of others.',
  instead: 'Its name, or that there is one: `Boolean(password)`.',
  inTests: false,
  *inCode(code) {
    for (const call of code.nodesOf('CallExpression')) {
      if (!isLog(call.callee, code)) continue;
      for (const argument of call.arguments) {
        for (const { node, name } of secretsIn(argument, code))
          yield { node, message: `${name} is written to a log`, hint: 'leave it out' };
      }
    }
  },
};

const methods = new Set(['debug', 'error', 'fatal', 'info', 'log', 'trace', 'verbose', 'warn']);

function isLog(callee: Node, code: Code): boolean {
  const method = bare(callee);
  if (!is(method, 'MemberExpression') || !methods.has(keyOf(method, code.bindings) ?? '')) return false;
  const object = bare(method.object);
  const name = is(object, 'MemberExpression') ? keyOf(object, code.bindings) : nameOf(object);
  return name !== undefined && /^(?:console|log|logger|\w*(?:Log|Logger|_log|_logger))$/.test(name);
}

interface Named {
  readonly node: Node;
  readonly name: string;
}

/** Functions that give back what they are given. */
const passOn = new Set(['JSON.stringify', 'String', 'util.inspect', 'util.format', 'inspect', 'format']);

/** What is put into a message as it is: not what is only asked about, or goes through a function that may hide it. */
function* secretsIn(argument: Node, code: Code): Iterable<Named> {
  const waiting: Node[] = [argument];
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    const here = bare(node);
    if (is(here, 'Identifier', 'MemberExpression')) {
      const name = is(here, 'Identifier') ? here.name : keyOf(here, code.bindings);
      if (name !== undefined && isSecretKey(name)) yield { node: here, name };
    } else waiting.push(...partsOf(here, code));
  }
}

function partsOf(node: Node, code: Code): readonly Node[] {
  if (is(node, 'TemplateLiteral')) return node.expressions;
  if (is(node, 'BinaryExpression')) return node.operator === '+' ? [node.left, node.right] : [];
  if (is(node, 'LogicalExpression')) return node.operator === '&&' ? [node.right] : [node.left, node.right];
  if (is(node, 'ConditionalExpression')) return [node.consequent, node.alternate];
  if (is(node, 'ArrayExpression')) return node.elements.filter(isThere);
  if (is(node, 'ObjectExpression'))
    return node.properties.flatMap((one) => (is(one, 'Property') ? [one.value] : []));
  if (is(node, 'CallExpression'))
    return passOn.has(code.text.slice(...node.callee.range)) ? node.arguments : [];
  return [];
}
