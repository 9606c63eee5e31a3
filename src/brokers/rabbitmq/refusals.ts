import type { Refusal } from '../../core/broker.ts';
import { quoted } from '../../core/quoted.ts';
import type { LivePermission } from './definitions.ts';
import { byteLength } from './names.ts';
import { longestPattern } from './patterns/names.ts';
import { type PolicySpec, type RabbitResource, userAddress } from './resources.ts';
import { isAtLeast } from './version.ts';

/** What a broker of this version would refuse of the desired. Pure. */
export function refusals(version: string, desired: readonly RabbitResource[]): Refusal[] {
  return desired.flatMap((resource) => {
    const refused = refusalOf(version, resource);
    return refused === undefined
      ? []
      : [{ address: resource.address, action: 'update' as const, ...refused }];
  });
}

type Reason = Pick<Refusal, 'reason' | 'hint'>;

function refusalOf(version: string, resource: RabbitResource): Reason | undefined {
  switch (resource.kind) {
    case 'rabbitmq:permission':
      return tooLong(version, resource.spec, 'give the service a "namespace" for its names, or split it');
    case 'rabbitmq:topic-permission': {
      const hint =
        'take routing keys together with wildcards (`order.#`), or split them over several exchanges';
      return tooLong(version, resource.spec, hint);
    }
    case 'rabbitmq:policy':
    case 'rabbitmq:operator-policy':
      return (
        tooLong(version, { name: resource.spec.pattern }, 'write a shorter pattern, or split the policy') ??
        ofItsTime(version, resource.spec)
      );
    default:
      return undefined;
  }
}

function tooLong(
  version: string,
  patterns: Readonly<Record<string, string>>,
  hint: string,
): Reason | undefined {
  // 3.10 and 4.0 were seen to stop near 32 KB.
  const longest = isAtLeast(version, 4, 3) ? longestPattern : 32_000;
  const found = Object.entries(patterns).find(([, pattern]) => byteLength(pattern) > longest);
  if (found === undefined) return undefined;
  const [right, pattern] = found;
  const reason = `its ${right} pattern has ${byteLength(pattern)} bytes, and RabbitMQ ${version} refuses more than ${longest}`;
  return { reason, hint };
}

/** Words of a policy that another version has. */
function ofItsTime(version: string, { applyTo, definition }: PolicySpec): Reason | undefined {
  if (['classic_queues', 'quorum_queues', 'streams'].includes(applyTo) && !isAtLeast(version, 3, 12)) {
    const reason = `it applies to ${applyTo}, which RabbitMQ knows from 3.12 on, and this is ${version}`;
    return { reason, hint: 'write "applyTo: queues", with a pattern that only they match' };
  }
  const mirrored = Object.keys(definition).find((key) => key.startsWith('ha-'));
  if (mirrored === undefined || !isAtLeast(version, 4, 0)) return undefined;
  const reason = `it sets ${mirrored}, and RabbitMQ has no mirrored queues from 4.0 on: this is ${version}`;
  return { reason, hint: 'leave it out, and make the queues quorum queues' };
}

type Entry = Pick<LivePermission, 'vhost' | 'user'>;

/**
 * Users are global to a broker: with one go its permissions in every vhost, also where this environment has no say. A user
 * that has any outside `vhosts` stays. Pure.
 */
export function keptUsers(permissions: readonly Entry[], vhosts: ReadonlySet<string>): Refusal[] {
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
