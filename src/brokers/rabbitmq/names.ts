/** RabbitMQ's rules for names. Pure. */

/** AMQP 0-9-1 carries names and routing keys as short strings: a length octet, then at most 255 octets. */
export const longestName = 255;

export function byteLength(text: string): number {
  return Buffer.byteLength(text, 'utf8');
}

/** Why the broker or its management API could not take this name, or undefined. */
export function nameProblem(name: string): string | undefined {
  if (name === '') return 'must not be empty';
  if (/\p{Cc}/u.test(name)) return 'must not contain control characters';
  // An HTTP path segment of dots is resolved away on the way, however it is encoded.
  if (name === '.' || name === '..') return 'cannot be addressed through the management API';
  if (byteLength(name) > longestName) return `is longer than ${longestName} bytes`;
  return undefined;
}

/** Names that only the broker itself may give: built-in exchanges, server-named queues, federation's own. */
export function isReserved(name: string): boolean {
  return name === '' || name.startsWith('amq.');
}

/** What the broker or a plugin made for itself, and what is never listed nor touched. */
export function isInternalName(name: string): boolean {
  return isReserved(name) || name.startsWith('federation:');
}

/** The vhost of mqwarden's own lock: outside every environment's, since users are global to the broker. */
export const lockVhost = 'mqwarden';
