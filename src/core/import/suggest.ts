import { digest } from '../json.ts';

/** Names that import suggests: every broker suggests the same for the same principal. */

/** `CN=orders,OU=shop` is known as orders. */
const commonName = /^CN=(?<name>[^,=+"\\<>;]+)(?:,|$)/;

/** The service of each principal: its own name (`bare`: without what naming adds) where that can be one, and no two the same. */
export function serviceNames(
  principals: readonly string[],
  bare: (principal: string) => string,
): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  const taken = new Set(principals.map(bare).filter(canBeService));
  for (const principal of principals) {
    const own = bare(principal);
    const common = commonName.exec(own)?.groups?.['name'];
    const free = common !== undefined && canBeService(common) && !taken.has(common);
    const name = free ? common : canBeService(own) ? own : `service-${digest(principal).slice(-8)}`;
    taken.add(name);
    names.set(principal, name);
  }
  return names;
}

/** As a key of a topology file. */
function canBeService(name: string): boolean {
  return name !== '' && name !== '__proto__' && !/\p{Cc}/u.test(name);
}

/** How the names of a service's things are likely to begin: `order` for `order-service`, by the claim `*-service` or by custom. */
export function stemOf(principal: string, claims: readonly string[]): string {
  const name = commonName.exec(principal)?.groups?.['name'] ?? principal;
  for (const claim of claims) {
    const [head = '', tail, ...more] = claim.split('*');
    if (tail === undefined || more.length > 0 || name.length <= head.length + tail.length) continue;
    if (name.startsWith(head) && name.endsWith(tail))
      return name.slice(head.length, name.length - tail.length);
  }
  return name.replace(/[-_.](?:service|svc)$/, '');
}
