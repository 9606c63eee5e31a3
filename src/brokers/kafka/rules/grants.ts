import type { Position } from '../../../core/errors.ts';
import { grantSpecs } from '../compile/acls.ts';
import type { PlacedService } from '../compile/landscape.ts';
import type { AclSpec } from '../resources.ts';
import type { KafkaGrant } from '../schema.ts';
import { writtenNames } from './topics.ts';
import type { KafkaSite } from './rule.ts';

/** An entry of `grants` that somebody wrote. */
export interface WrittenGrant {
  readonly service: PlacedService;
  readonly grant: KafkaGrant;
  /** Its ACLs: one for each operation and host. */
  readonly specs: readonly AclSpec[];
  /** Where `name`, `operations` and its other keys stand. */
  readonly locate: (key?: string) => Position;
  /** What one of its operations is about, in the words of the file: `write topic orders`, `read every group`. */
  readonly label: (operation: string) => string;
}

export function writtenGrants({ landscape: { services, environment } }: KafkaSite): WrittenGrant[] {
  const names = writtenNames(environment.section);
  return services.flatMap((service) =>
    (service.section.grants ?? []).map((grant, at) => ({
      service,
      grant,
      specs: grantSpecs(service, grant),
      locate: (key?: string) => service.locate(['grants', at, ...(key === undefined ? [] : [key])]),
      label: (operation: string) => labelOf(noun(operation), targetOf(grant, names)),
    })),
  );
}

/** As people say it: `transactional id`. */
export function noun(resource: string): string {
  return resource.replaceAll('_', ' ');
}

function labelOf(operation: string, target: string): string {
  return operation.endsWith('configs') ? `${operation} of ${target}` : `${operation} ${target}`;
}

function targetOf(
  { resource, name = '', pattern }: KafkaGrant,
  names: ReturnType<typeof writtenNames>,
): string {
  if (resource === 'cluster') return 'the cluster';
  if (name === '*' && pattern === 'literal') return `every ${noun(resource)}`;
  const written = resource === 'topic' || resource === 'group' ? names[resource](name) : name;
  return `${noun(resource)} ${written}${pattern === 'prefixed' ? '*' : ''}`;
}
