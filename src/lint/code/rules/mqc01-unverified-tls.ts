import { isFalse } from '../chance.ts';
import { givenTo } from '../properties.ts';
import type { Code, CodeRule, CodeSpot } from '../rule.ts';
import { is, isThere, type Node } from '../tree.ts';
import { constantText, followed } from '../values.ts';

const names = [
  'rejectUnauthorized',
  'enable.ssl.certificate.verification',
  'checkServerIdentity',
  'ssl.endpoint.identification.algorithm',
] as const;

const hint = 'give the authority that signed the broker’s certificate as ca, and let Node.js verify it';

export const unverifiedTls: CodeRule = {
  id: 'MQC01',
  name: 'unverified-tls',
  severity: 'error',
  summary: 'A connection does not verify whom it talks to.',
  why: 'Without verification TLS encrypts for whoever answers: anybody on the way can take the password and read and change all messages. What is turned off for one environment is turned off in every one where the variable happens to have that value.',
  instead:
    'The authority that signed the certificate, `tls: { ca }`, and `serverName` where the name in the certificate is another. The factories `mqwarden/rabbitmq` and `mqwarden/kafka` refuse anything else.',
  inTests: false,
  *inCode(code) {
    for (const { name, key, value } of givenTo(names, code)) {
      const message = problemOf(name, value, code);
      if (message !== undefined) yield { node: key, message, hint } satisfies CodeSpot;
    }
  },
};

function problemOf(name: string, value: Node, code: Code): string | undefined {
  switch (name) {
    case 'rejectUnauthorized':
    case 'enable.ssl.certificate.verification':
      return chance(name, value, code);
    case 'checkServerIdentity':
      return takesAnyName(value, code) ? 'checkServerIdentity takes a certificate of any name' : undefined;
    case 'ssl.endpoint.identification.algorithm':
      return constantText(value, code.bindings) === 'none'
        ? `${name} none takes a certificate of any name`
        : undefined;
    default:
      return undefined;
  }
}

function chance(name: string, value: Node, { bindings }: Code): string | undefined {
  const text = constantText(value, bindings);
  if (name !== 'rejectUnauthorized' && text === 'false') return `${name} is false: any certificate is taken`;
  switch (isFalse(value, bindings)) {
    case 'always':
      return `${name} is false: any certificate is taken`;
    case 'sometimes':
      return `${name} can become false: then any certificate is taken`;
    case 'never':
    case 'unknown':
      return undefined;
  }
}

/** A function that does nothing, or gives undefined: no error, whatever the certificate says. */
function takesAnyName(value: Node, { bindings }: Code): boolean {
  const made = followed(value, bindings);
  if (!is(made, 'ArrowFunctionExpression', 'FunctionExpression')) return false;
  const { body } = made;
  if (!is(body, 'BlockStatement')) return isNothing(body);
  return body.body.every(
    (one) => is(one, 'ReturnStatement') && (!isThere(one.argument) || isNothing(one.argument)),
  );
}

function isNothing(node: Node): boolean {
  if (is(node, 'Identifier')) return node.name === 'undefined';
  if (is(node, 'Literal')) return node.value === null || node.value === false;
  return is(node, 'UnaryExpression') && node.operator === 'void';
}
