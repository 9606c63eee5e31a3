import type { Refusal } from '../../core/broker.ts';
import { quoted } from '../../core/quoted.ts';
import type { Definitions } from './definitions.ts';
import { byteLength } from './names.ts';
import { longestPattern } from './patterns/names.ts';
import { type RabbitResource, userAddress } from './resources.ts';
import { isAtLeast } from './version.ts';

/** What a broker of this version would refuse of the desired. Pure. */
export function refusals(version: string, desired: readonly RabbitResource[]): Refusal[] {
  // 3.10 and 4.0 were seen to stop near 32 KB.
  const longest = isAtLeast(version, 4, 3) ? longestPattern : 32_000;
  return desired.flatMap((resource) => {
    if (resource.kind !== 'rabbitmq:permission' && resource.kind !== 'rabbitmq:topic-permission') return [];
    const { address, spec } = resource;
    const tooLong = Object.entries(spec).find(([, pattern]) => byteLength(pattern) > longest);
    if (tooLong === undefined) return [];
    const [right, pattern] = tooLong;
    return [
      {
        address,
        action: 'update' as const,
        reason: `its ${right} pattern has ${byteLength(pattern)} bytes, and RabbitMQ ${version} refuses more than ${longest}`,
        hint:
          resource.kind === 'rabbitmq:permission'
            ? 'give the service a "namespace" for its names, or split it'
            : 'take routing keys together with wildcards (`order.#`), or split them over several exchanges',
      },
    ];
  });
}

/**
 * Users are global to a broker: with one go its permissions in every vhost, also where this environment has no say. A user
 * that has any outside `vhosts` stays. Pure.
 */
export function keptUsers({ permissions = [] }: Definitions, vhosts: ReadonlySet<string>): Refusal[] {
  const elsewhere = permissions.filter(({ vhost }) => !vhosts.has(vhost));
  return [...Map.groupBy(elsewhere, ({ user }) => user)].map(([user, theirs]) =>
    keptUser(
      user,
      theirs.map(({ vhost }) => vhost),
    ),
  );
}

function keptUser(user: string, vhosts: readonly string[]): Refusal {
  const named = [...vhosts].sort();
  const [first = ''] = named;
  return {
    address: userAddress(user),
    action: 'delete',
    reason: `it has permissions in ${named.length === 1 ? 'vhost' : 'the vhosts'} ${named.join(', ')}, outside this environment, which would go with it`,
    hint: `if nobody needs them there, take them away first: rabbitmqctl clear_permissions -p ${quoted(first)} ${quoted(user)}`,
  };
}
