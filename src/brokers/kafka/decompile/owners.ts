import { byNames, byPrefixes, byStems, type Owned, ownersOf } from '../../../core/import/owners.ts';
import type { Live } from './live.ts';

const making: ReadonlySet<string> = new Set(['all', 'create', 'delete', 'alter', 'alter_configs']);
const writing: ReadonlySet<string> = new Set(['all', 'write']);

/** Whose topics are: of those who may make or change them, by name, and of those who write to them. Who only reads owns nothing. */
export function ownersIn(
  live: Live,
  principals: readonly string[],
  stem: (principal: string) => string,
): ReadonlyMap<string, Owned> {
  const names = (operations: ReadonlySet<string>, pattern: string) => (principal: string) =>
    (live.acls.get(principal) ?? [])
      .filter((acl) => acl.resource === 'topic' && acl.pattern === pattern && acl.permission === 'allow')
      .filter((acl) => operations.has(acl.operation))
      .map((acl) => acl.name);
  return ownersOf(live.topics.keys(), [
    byNames(principals, names(making, 'literal')),
    byPrefixes(principals, names(making, 'prefixed')),
    byStems(principals, stem),
    byNames(principals, names(writing, 'literal')),
    byPrefixes(principals, names(writing, 'prefixed')),
  ]);
}
