import { givenTo } from '../properties.ts';
import type { Code, CodeRule } from '../rule.ts';
import { is, type Node } from '../tree.ts';
import { isUsed, wholeOf } from '../usage.ts';
import { choicesOf, constantText } from '../values.ts';

const variable = 'NODE_TLS_REJECT_UNAUTHORIZED';
const message = `${variable} is 0: no TLS connection of the process verifies whom it talks to`;
const hint = 'delete it, and give the authority of the broker to its own connection: ca';

export const unverifiedProcess: CodeRule = {
  id: 'MQC02',
  name: 'unverified-process',
  severity: 'error',
  summary: '`NODE_TLS_REJECT_UNAUTHORIZED` is set to 0.',
  why: 'It turns off the verification of every TLS connection of the process, also of those to secret stores and databases that nobody had in mind, and of all libraries.',
  instead:
    'The authority of the broker for its own connection, `tls: { ca }`, or `NODE_EXTRA_CA_CERTS` for the process. The factories of mqwarden refuse to connect while the variable is 0.',
  inTests: false,
  *inCode(code) {
    if (!code.text.includes(variable)) return;
    for (const { key, value } of givenTo([variable], code))
      if (isZero(value, code)) yield { node: key, message, hint };
    for (const node of code.nodesOf('CallExpression')) {
      const [name, value] = node.arguments;
      if (name === undefined || value === undefined || !isZero(value, code)) continue;
      if (constantText(name, code.bindings) === variable) yield { node, message, hint };
    }
    // In a command for a shell.
    for (const node of code.nodesOf('Literal', 'TemplateElement')) {
      const text = is(node, 'Literal') ? node.value : node.value.raw;
      if (typeof text !== 'string' || !/NODE_TLS_REJECT_UNAUTHORIZED=["']?0/.test(text)) continue;
      if (isUsed(node, code)) yield { node: wholeOf(node, code), message, hint };
    }
  },
};

function isZero(value: Node, { bindings }: Code): boolean {
  return choicesOf(value, bindings).some(
    (one) => (is(one, 'Literal') && one.value === 0) || constantText(one, bindings) === '0',
  );
}
