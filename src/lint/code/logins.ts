import { hasLibrary, madeIn } from './clients.ts';
import { once } from './once.ts';
import { keysOf, type Options, valueOf } from './options.ts';
import { originOf } from './origins.ts';
import { givenTo } from './properties.ts';
import type { Code } from './rule.ts';
import { is, type Node } from './tree.ts';
import { choicesOf, followed } from './values.ts';

/** Where a client is told who it is. Pure. */

export interface Login {
  /** All that it may be, as far as that is known. */
  readonly usernames: readonly Node[];
  readonly passwords: readonly Node[];
  /** What its password is called: `password`. */
  readonly passwordKey: string;
}

const userKeys = ['username', 'user', 'login', 'sasl.username'];
const passwordKeys = ['password', 'passwd', 'pass', 'passcode', 'sasl.password'];

export const loginsIn = once((code): readonly Login[] => {
  const ofClients = new Set(
    madeIn(code).flatMap(({ node }) => node.arguments.map((one) => followed(one, code.bindings))),
  );
  const objects = new Set(
    givenTo([...userKeys, ...passwordKeys], code).flatMap(({ object }) => object ?? []),
  );
  return [
    ...[...objects].flatMap((one) => loginOf(one, ofClients.has(one), code)),
    ...(hasLibrary(code) ? code.nodesOf('CallExpression').flatMap((one) => plainLogin(one, code)) : []),
  ];
});

/** Both of a user and a password, or one of them in the options of a client. */
function loginOf(options: Options, isOfClient: boolean, code: Code): Login[] {
  const own = new Set(keysOf(options, code));
  const [user, passwordKey = 'password'] = [userKeys, passwordKeys].map((keys) =>
    keys.find((key) => own.has(key)),
  );
  const username = user === undefined ? undefined : valueOf(options, user, code);
  const password = valueOf(options, passwordKey, code);
  const isLogin = isOfClient
    ? (username ?? password) !== undefined
    : username !== undefined && password !== undefined;
  return isLogin && !isPattern(options, code) ? [loginWith(username, password, passwordKey, code)] : [];
}

/** A text for each is a type or a schema in some languages of validation: `{ user: String, password: String }` has none. */
function isPattern(options: Options, code: Code): boolean {
  return is(code.parentOf(options), 'AssignmentPattern');
}

/** `credentials.plain('orders', password)` of amqplib. */
function plainLogin(
  node: Node & { readonly callee: Node; readonly arguments: readonly Node[] },
  code: Code,
): Login[] {
  const origin = originOf(node.callee, code.bindings);
  if (origin?.from.startsWith('amqplib') !== true) return [];
  if (!['plain', 'amqplain'].includes(origin.path.at(-1) ?? '')) return [];
  const [username, password] = node.arguments;
  return [loginWith(username, password, 'password', code)];
}

function loginWith(
  username: Node | undefined,
  password: Node | undefined,
  passwordKey: string,
  { bindings }: Code,
): Login {
  const choices = (one: Node | undefined) => (one === undefined ? [] : choicesOf(one, bindings));
  return { usernames: choices(username), passwords: choices(password), passwordKey };
}
