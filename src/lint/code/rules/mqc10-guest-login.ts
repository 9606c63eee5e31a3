import { addressesIn } from '../addresses.ts';
import { loginsIn } from '../logins.ts';
import { variableOf } from '../origins.ts';
import type { Code, CodeRule } from '../rule.ts';
import { eachOnce } from '../spots.ts';
import { is, type Node } from '../tree.ts';
import { constantText } from '../values.ts';

const message = 'the user guest, whose password everybody knows';
const hint = 'give the service a user of its own; where none is given, it should not start';

export const guestLogin: CodeRule = {
  id: 'MQC10',
  name: 'guest-login',
  severity: 'error',
  summary: 'A client logs in to RabbitMQ as `guest`.',
  why: 'guest has the administrator tag and the same password everywhere. As the value that stands in for a missing variable, it is what production tries when somebody forgets the variable.',
  instead:
    'A user for each service, which `mqwarden apply` makes, and a factory, which refuses guest. `audit` tells whether the broker still has it.',
  inTests: false,
  inCode: (code) => eachOnce([...guests(code)].map((node) => ({ node, message, hint }))),
};

function* guests(code: Code): Iterable<Node> {
  for (const { node, known } of addressesIn(code)) if (/^\s*amqps?:\/\/guest[:@]/i.test(known)) yield node;
  for (const { usernames } of loginsIn(code)) yield* usernames.filter((one) => isGuest(one, code));
  // `process.env.RABBITMQ_USER || 'guest'`, wherever it goes.
  for (const node of code.nodesOf('LogicalExpression')) {
    if (!is(node.right, 'Literal') || !isGuest(node.right, code)) continue;
    if (/RABBIT|AMQP/i.test(variableOf(node.left, code.bindings) ?? '')) yield node.right;
  }
}

function isGuest(node: Node, { bindings }: Code): boolean {
  return constantText(node, bindings) === 'guest';
}
