import type { Address } from '../../../core/address.ts';
import {
  bindingAddress,
  type BindingSpec,
  exchangeAddress,
  permissionAddress,
  queueAddress,
} from '../resources.ts';
import type { LeftOut } from '../../../core/import/imported.ts';
import type { What } from './owners.ts';
import type { Right } from './rights.ts';

/**
 * What a draft has given up on, since the schema, the compiler or the planner did not agree: it only grows, so that drafting
 * comes to an end.
 */
export class Concessions {
  private readonly vhost: string;
  private readonly left = new Map<Address, LeftOut>();
  private readonly plain = new Set<string>();
  private readonly literal = new Map<string, Set<Right>>();
  private readonly rows = new Map<string, Set<string>>();

  constructor(vhost: string) {
    this.vhost = vhost;
  }

  /** False if that was known before. */
  leaveOut(address: Address, reason: string, unowned = false): boolean {
    if (this.left.has(address)) return false;
    this.left.set(address, { address, reason, unowned });
    return true;
  }

  /** No `declares` and no `namespace`. */
  makePlain(user: string): boolean {
    return addTo(this.plain, user);
  }

  makeLiteral(user: string, right: Right): boolean {
    return addUnder(this.literal, user, right);
  }

  makeExact(user: string, exchange: string): boolean {
    return addUnder(this.rows, user, exchange);
  }

  leavesOut(what: What | 'user', name: string): boolean {
    return this.left.has(this.addressOf(what, name));
  }

  leaves(address: Address): boolean {
    return this.left.has(address);
  }

  leavesOutBinding(binding: BindingSpec): boolean {
    return this.left.has(bindingAddress(this.vhost, binding));
  }

  isPlain(user: string): boolean {
    return this.plain.has(user);
  }

  isLiteral(user: string, right: Right): boolean {
    return this.literal.get(user)?.has(right) === true;
  }

  exactRows(user: string): ReadonlySet<string> {
    return this.rows.get(user) ?? new Set();
  }

  /** What stands for a user here is its permission: it may have others in other vhosts. */
  addressOf(what: What | 'user', name: string): Address {
    if (what === 'exchange') return exchangeAddress(this.vhost, name);
    return what === 'queue' ? queueAddress(this.vhost, name) : permissionAddress(this.vhost, name);
  }

  get leftOut(): readonly LeftOut[] {
    return [...this.left.values()];
  }
}

function addTo<T>(set: Set<T>, value: T): boolean {
  if (set.has(value)) return false;
  set.add(value);
  return true;
}

function addUnder<T>(sets: Map<string, Set<T>>, key: string, value: T): boolean {
  const set = sets.get(key) ?? new Set<T>();
  sets.set(key, set);
  return addTo(set, value);
}
