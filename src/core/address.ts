declare const brand: unique symbol;

/**
 * The one name of a resource on all brokers, `rabbitmq:queue:production/order.queue.payments`: the kind (which begins
 * with the broker's name), then the parts of its identity, each percent-encoded so that any name round-trips.
 */
export type Address = string & { readonly [brand]: 'Address' };

/**
 * `encodeURIComponent` as the contract asks, with nothing else escaped (it keeps `*` as it is). Half a surrogate pair, which
 * it would throw at, is refused where a file is read.
 */
export function encodePart(part: string): string {
  return encodeURIComponent(part);
}

/** Joins a kind, such as `rabbitmq:queue`, and the parts of the identity, in clear. */
export function address(kind: string, ...parts: readonly string[]): Address {
  return `${kind}:${parts.map(encodePart).join('/')}` as Address;
}

/** For kinds that shape their address themselves: `encoded` must already be percent-encoded. */
export function encodedAddress(kind: string, encoded: string): Address {
  return `${kind}:${encoded}` as Address;
}

/** The kind of an address, such as `rabbitmq:queue`. */
export function kindOf(at: Address): string {
  return at.slice(0, at.indexOf(':', at.indexOf(':') + 1));
}

/** The broker of an address, such as `rabbitmq`. */
export function brokerOf(at: Address): string {
  return at.slice(0, at.indexOf(':'));
}

/** The decoded parts of the identity. */
export function partsOf(at: Address): string[] {
  return encodedPartsOf(at).map(decodeURIComponent);
}

/** The parts as they stand in the address, still percent-encoded. */
function encodedPartsOf(at: Address): string[] {
  return at.slice(kindOf(at).length + 1).split('/');
}

/** The part at `index`; a missing one is a bug of the caller, never of the input. */
export function partOf(at: Address, index: number): string {
  const part = encodedPartsOf(at)[index];
  if (part === undefined) throw new Error(`address ${at} has no part ${index}`);
  return decodeURIComponent(part);
}
