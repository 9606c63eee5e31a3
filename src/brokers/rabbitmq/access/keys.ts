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

/** One for each that the principal has, one that nobody has, and some that others have. */
export function topicKeys(
  rows: readonly { readonly user: string; readonly spec: Spec }[],
  right: 'write' | 'read',
  principal: string,
): string[] {
  const keysOf = (isWanted: (user: string) => boolean) =>
    rows.filter(({ user }) => isWanted(user)).flatMap(({ spec }) => keysIn(spec, right));
  const own = keysOf((user) => user === principal);
  const foreign = keysOf((user) => user !== principal).filter((key) => !own.includes(key));
  const some = [...new Set(foreign)].sort(compareText).slice(0, mostOfOthers);
  return [...new Set([...own, strangeKey, ...some])];
}

/** Binding keys stand in the pattern as they are; of routing keys, one that each wildcard takes. */
function keysIn(spec: Spec, right: 'write' | 'read'): string[] {
  if (spec[right] === '^$') return [];
  if (right === 'read') return [...(namesOf(spec.read) ?? [])];
  const keys = routingKeysOf(spec.write) ?? [...(namesOf(spec.write) ?? [])];
  return keys.map((key) => key.replace(/(?<=^|\.)[*#](?=\.|$)/g, 'verify'));
}
