import { compareText } from '../../../core/json.ts';
import { routingKeysOf } from '../patterns/inverse.ts';
import { namesOf } from '../patterns/parse.ts';
import type { TopicPermission } from '../resources.ts';

/** The routing and binding keys that are worth a question on a topic exchange. Pure. */

/** No topology says this one. */
export const strangeKey = 'mqwarden.verify';

/** Of what others do on the same exchange. */
const mostOfOthers = 5;

type Spec = TopicPermission['spec'];

/** What a user's row on an exchange is about. */
export interface Keys {
  readonly user: string;
  readonly write: readonly string[];
  readonly read: readonly string[];
}

export function keysOf(user: string, spec: Spec): Keys {
  return { user, write: keysIn(spec, 'write'), read: keysIn(spec, 'read') };
}

/** One for each that the principal has, one that nobody has, and some that others have. */
export function topicKeys(rows: readonly Keys[], right: 'write' | 'read', principal: string): string[] {
  const own = rows.filter(({ user }) => user === principal).flatMap((row) => row[right]);
  const foreign = rows.filter(({ user }) => user !== principal).flatMap((row) => row[right]);
  const some = [...new Set(foreign.filter((key) => !own.includes(key)))].sort(compareText);
  return [...new Set([...own, strangeKey, ...some.slice(0, mostOfOthers)])];
}

/** Binding keys stand in the pattern as they are; of routing keys, one that each wildcard takes. */
function keysIn(spec: Spec, right: 'write' | 'read'): string[] {
  if (spec[right] === '^$') return [];
  if (right === 'read') return [...(namesOf(spec.read) ?? [])];
  const keys = routingKeysOf(spec.write) ?? [...(namesOf(spec.write) ?? [])];
  return keys.map((key) => key.replace(/(?<=^|\.)[*#](?=\.|$)/g, 'verify'));
}
