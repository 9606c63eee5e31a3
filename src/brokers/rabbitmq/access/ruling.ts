import { type Address, encodePart, kindOf, partsOf } from '../../../core/address.ts';
import { type Asked, type Basis, refused, type Ruling } from '../../../core/access/model.ts';
import type { Expectation } from '../../../core/proof.ts';
import { compile, reach } from '../patterns/pattern.ts';
import {
  builtInExchanges,
  type Permission,
  type RabbitResource,
  type TopicPermission,
} from '../resources.ts';

/** What permissions and topic permissions say to a question. Pure. */

/** By the broker's own rules: no permission, no access; no topic permission, any key. */
export function rulingBy(grants: readonly RabbitResource[]): (asked: Asked) => Ruling {
  const permissions = new Map<string, Permission>();
  const rows = new Map<string, TopicPermission>();
  const types = new Map<string, string>();
  // The same things are asked about for each principal.
  const parts = new Map<Address, readonly string[]>();
  for (const one of grants) {
    if (one.kind === 'rabbitmq:permission') permissions.set(one.address, one);
    if (one.kind === 'rabbitmq:topic-permission') rows.set(one.address, one);
    if (one.kind === 'rabbitmq:exchange') types.set(one.address, one.spec.type);
  }
  const isTopic = (at: Address, name: string) =>
    kindOf(at) === 'rabbitmq:exchange' && (types.get(at) ?? builtInExchanges.get(name)) === 'topic';
  return ({ principal, at, right, key }) => {
    const known = parts.get(at);
    const [vhost = '', name = ''] = known ?? partsOf(at);
    if (known === undefined) parts.set(at, [vhost, name]);
    const of = (...parts: string[]) => parts.map(encodePart).join('/');
    const permission = permissions.get(`rabbitmq:permission:${of(vhost, principal)}`);
    if (permission === undefined) return refused;
    if (right === 'enter') return { may: 'yes', by: [{ address: permission.address, says: 'a permission' }] };
    const whole = matched(
      permission.address,
      right,
      patternOf(permission.spec, right),
      permissionNameOf(name),
    );
    if (whole.may === 'no' || right === 'configure' || !isTopic(at, name)) return whole;
    const row = rows.get(`rabbitmq:topic-permission:${of(vhost, principal, name)}`);
    return row === undefined ? whole : narrowed(whole, row, right, key);
  };
}

/** By the routing key; without one in the question, the keys are told. */
function narrowed(whole: Ruling, { address, spec }: TopicPermission, right: string, key?: string): Ruling {
  const keys = patternOf(spec, right);
  if (key === undefined) {
    const basis = { address, says: `keys ${keys}`, ...doubtBy(keys) };
    return { may: whole.may, by: [...whole.by, basis], keys };
  }
  const found = matched(address, `keys`, keys, key);
  const may = [whole.may, found.may].includes('no') ? 'no' : found.may === 'yes' ? whole.may : found.may;
  return { may, by: [...whole.by, ...found.by] };
}

function matched(address: Address, right: string, pattern: string, name: string): Ruling {
  const may = reach(pattern, name);
  if (may === 'no') return refused;
  return { may, by: [basisOf(address, right, pattern, may)] };
}

export function basisOf(address: Address, right: string, pattern: string, may: Expectation): Basis {
  return { address, says: `${right} ${pattern}`, ...(may === 'perhaps' ? { doubt: doubtOf(pattern) } : {}) };
}

function doubtBy(pattern: string): Pick<Basis, 'doubt'> {
  return compile(pattern).kind === 'decided' ? {} : { doubt: doubtOf(pattern) };
}

function doubtOf(pattern: string): string {
  const found = compile(pattern);
  const why =
    found.kind === 'undecidable'
      ? `the pattern has ${found.why}`
      : "the broker's engine may give up on the pattern, or reads what is not ASCII in its own way";
  return `undecidable: ${why}`;
}

/** The default exchange has another name where permissions are judged. */
function permissionNameOf(name: string): string {
  return name === '' ? 'amq.default' : name;
}

type Patterns = { readonly configure?: string; readonly write: string; readonly read: string };

export function patternOf({ configure = '^$', write, read }: Patterns, right: string): string {
  return right === 'configure' ? configure : right === 'write' ? write : read;
}
