import type { Refusal } from '../../core/broker.ts';
import { byteLength } from './names.ts';
import { longestPattern } from './patterns/names.ts';
import type { RabbitResource } from './resources.ts';
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
