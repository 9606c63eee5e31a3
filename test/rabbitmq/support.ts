import { rabbitmq } from '../../src/brokers/rabbitmq/index.ts';
import type { RabbitLandscape } from '../../src/brokers/rabbitmq/compile/landscape.ts';
import type { RabbitResource } from '../../src/brokers/rabbitmq/resources.ts';
import { environmentSchema, type RabbitEnvironment } from '../../src/brokers/rabbitmq/schema/environment.ts';
import { serviceSchema } from '../../src/brokers/rabbitmq/schema/service.ts';
import type { Compiled } from '../../src/core/broker.ts';
import type { Placed } from '../../src/core/landscape.ts';
import { TopologyError } from '../../src/core/errors.ts';

/** What the tests of RabbitMQ share: sections put in place without a file. */

/** `line` 1, and the path where the file would be: enough to see what a message points at. */
function placed<Section>(name: string, section: Section): Placed<Section> {
  return { name, section, locate: (path) => ({ file: [name, ...path].join('/'), line: 1, column: 1 }) };
}

export function environment(over: object = {}): Placed<RabbitEnvironment> & { readonly production: boolean } {
  const section = environmentSchema.parse({
    managementUrl: 'https://rabbitmq.internal:15671',
    amqpsUrl: 'amqps://rabbitmq.internal:5671',
    vhost: 'production',
    admin: { username: 'provisioner', password: 'env:PASSWORD' },
    ...over,
  });
  return { ...placed('production', section), production: true };
}

export function landscape(
  services: Readonly<Record<string, object>>,
  over: object = {},
  more: { readonly claims?: readonly string[]; readonly protected?: readonly string[] } = {},
): RabbitLandscape {
  return {
    environment: environment(over),
    services: Object.entries(services).map(([name, section]) => placed(name, serviceSchema.parse(section))),
    claims: more.claims ?? [],
    protected: more.protected ?? [],
  };
}

export function compiled(
  services: Readonly<Record<string, object>>,
  over: object = {},
): Compiled<RabbitResource> {
  return rabbitmq.compile(landscape(services, over));
}

/** The spec at an address, or undefined. */
export function specAt(from: Compiled<RabbitResource>, address: string): RabbitResource['spec'] | undefined {
  return from.resources.find((one) => one.address === address)?.spec;
}

/** The problems of a topology as `position: message` and, indented, what they refer to. */
export function problems(services: Readonly<Record<string, object>>, over: object = {}, more = {}): string[] {
  try {
    rabbitmq.compile(landscape(services, over, more));
    return [];
  } catch (error) {
    if (!(error instanceof TopologyError)) throw error;
    return error.problems.flatMap(({ message, position, related = [] }) => [
      `${position?.file ?? '?'}: ${message}`,
      ...related.map((one) => `  ${one.position.file}: ${one.message}`),
    ]);
  }
}
