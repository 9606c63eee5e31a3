import type { Compiled } from '../../src/core/broker.ts';
import type { Ground } from '../../src/core/kind.ts';
import type { Placed } from '../../src/core/landscape.ts';
import { TopologyError } from '../../src/core/errors.ts';
import { compile } from '../../src/brokers/kafka/compile.ts';
import type { KafkaLandscape } from '../../src/brokers/kafka/compile/landscape.ts';
import type { AclResource, KafkaResource } from '../../src/brokers/kafka/resources.ts';
import { environmentSchema, type KafkaEnvironment } from '../../src/brokers/kafka/schema/environment.ts';
import { serviceSchema } from '../../src/brokers/kafka/schema/service.ts';

/** A section with positions that tell the path asked for: `order-service.yaml#topics.orders`. */
function place<Section>(name: string, section: Section): Placed<Section> {
  const locate: Placed<Section>['locate'] = (path) => ({
    file: `${name}.yaml#${path.join('.')}`,
    line: 1,
    column: 1,
  });
  return { name, section, locate };
}

export function environment(section: object = {}): Placed<KafkaEnvironment> {
  const admin = { username: 'admin', password: 'env:KAFKA_ADMIN' };
  return place('production', environmentSchema.parse({ brokers: ['localhost:9093'], admin, ...section }));
}

export function landscape(
  services: Readonly<Record<string, object>>,
  rest: Partial<Pick<KafkaLandscape, 'claims' | 'protected'>> & {
    environment?: Placed<KafkaEnvironment>;
  } = {},
): KafkaLandscape {
  return {
    environment: { ...(rest.environment ?? environment()), production: false },
    services: Object.entries(services).map(([name, section]) => place(name, serviceSchema.parse(section))),
    claims: rest.claims ?? [],
    protected: rest.protected ?? [],
  };
}

export function compiled(services: Readonly<Record<string, object>>): Compiled<KafkaResource> {
  return compile(landscape(services));
}

/** The ACLs of the services as sorted lines: `allow write topic orders (literal) to User:order-service from *`. */
export function acls(services: Readonly<Record<string, object>>): string[] {
  return compiled(services).resources.filter(isAcl).map(aclLine).sort();
}

export function isAcl(resource: KafkaResource): resource is AclResource {
  return resource.kind === 'kafka:acl';
}

export function aclLine({ spec }: AclResource): string {
  const { permission, operation, resource, name, pattern, principal, host } = spec;
  return `${permission} ${operation} ${resource} ${name} (${pattern}) to ${principal} from ${host}`;
}

/** Every problem as `message @ position`, with the related positions. */
export function problems(run: () => unknown): string[] {
  try {
    run();
  } catch (error) {
    if (!(error instanceof TopologyError)) throw error;
    return error.problems.map(({ message, position, related = [] }) => {
      const places = [position, ...related.map((one) => one.position)].map((one) => one?.file ?? '?');
      return `${message} @ ${places.join(' & ')}`;
    });
  }
  return [];
}

export const ground: Ground = {
  principals: new Map([['order-service', 'order-service']]),
  claims: ['*-service'],
  protected: ['kafka-broker'],
  admin: 'admin',
  containers: new Set(),
};
