import { formatsIn, randomIn } from '../../secrets.ts';
import { addressesIn } from '../addresses.ts';
import { loginsIn } from '../logins.ts';
import { secretsGivenIn } from '../properties.ts';
import type { Code, CodeRule, CodeSpot } from '../rule.ts';
import { eachOnce } from '../spots.ts';
import { is } from '../tree.ts';
import { isUsed, wholeOf } from '../usage.ts';
import { choicesOf, constantText } from '../values.ts';

const hint =
  'read it from a secret store when it connects, and change it: it is in the history of the code for ever';

export const literalCredential: CodeRule = {
  id: 'MQC09',
  name: 'literal-credential',
  severity: 'error',
  summary: 'A password, key or token stands in the code.',
  why: 'Everybody who ever had the repository has it, in all its copies and backups. It cannot be rotated without a new version of the service, and so is not. The value that stands in for a missing variable is no better: it is what runs where somebody forgot the variable.',
  instead:
    "The factories read it from a store: `secrets: 'vault:secret'`. For other things `getSecret(…)`. What was in the code once must be changed: it stays in the history.",
  inTests: true,
  inCode: (code) => eachOnce([...found(code)].map((spot) => ({ ...spot, hint }))),
};

function* found(code: Code): Iterable<CodeSpot> {
  if (!code.isTest) yield* inAddresses(code);
  yield* byFormat(code);
  if (!code.isTest) yield* byName(code);
}

function* inAddresses(code: Code): Iterable<CodeSpot> {
  for (const { node, known } of addressesIn(code)) {
    const [, user = '', password = ''] =
      /^\s*[a-z][a-z0-9+.-]{0,30}:\/\/([^/?#:@]*):([^/?#]*)@/i.exec(known) ?? [];
    // Of guest, MQC10 says more.
    if (password === '' || user === 'guest' || isPlaceholder(password)) continue;
    yield { node, message: 'an address with a password in it' };
  }
}

/** What is something else, told by its name. */
const vague = ['a password in a setting', 'a password in an address'];

function* byFormat(code: Code): Iterable<CodeSpot> {
  for (const node of code.nodesOf('Literal', 'TemplateElement')) {
    const text = is(node, 'Literal') ? node.value : node.value.raw;
    if (typeof text !== 'string' || text.length < 16) continue;
    const what = formatsIn(text).find((one) => !vague.includes(one.what))?.what;
    if (what === undefined || !isUsed(node, code)) continue;
    // The line that a key begins with is no key.
    if (what === 'a private key' && !/PRIVATE KEY-----[\s\\nr]*[A-Za-z0-9+/=]{16}/.test(text)) continue;
    yield { node: wholeOf(node, code), message: `${what} stands in the code` };
  }
}

function* byName(code: Code): Iterable<CodeSpot> {
  for (const { passwords, passwordKey } of loginsIn(code)) {
    for (const one of passwords) {
      const text = constantText(one, code.bindings);
      if (text === undefined || text === '' || isPlaceholder(text) || isReference(text)) continue;
      yield { node: one, message: `a literal ${passwordKey}` };
    }
  }
  for (const { name, value } of secretsGivenIn(code)) {
    for (const one of choicesOf(value, code.bindings)) {
      const text = constantText(one, code.bindings);
      if (text !== undefined && isSecret(name, text) && isUsed(one, code))
        yield { node: one, message: `a literal ${name}` };
    }
  }
}

function isReference(text: string): boolean {
  return /^(?:env|file|vault|aws-sm|exec):/.test(text);
}

/** `${PASSWORD}`, `<password>`, `***`, and what is filled in later: `\0`. */
function isPlaceholder(text: string): boolean {
  return text.includes('\0') || /^(?:[<{$%[].*|(.)\1*)$/.test(text);
}

/** Texts that say what a secret is, and not one: labels, names of fields, keys of messages, types. */
const label =
  /pass|secret|token|key|credential|required|invalid|string|text|hidden|auth|bearer|basic|header|query|cookie/i;

function isSecret(name: string, text: string): boolean {
  if (text.length < 6 || /\s/.test(text) || isPlaceholder(text) || isReference(text)) return false;
  if (randomIn(text).length > 0) return true;
  // Paths, addresses and names of settings.
  if (/[/\\]|^[A-Z][A-Z0-9_]*$|^\w+(?:\.\w+)+$/.test(text) || label.test(text)) return false;
  return /pass|pwd|secret/i.test(name) ? /\d|[^\w-]/.test(text) : false;
}
