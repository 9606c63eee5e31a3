import type { Position } from '../../../core/errors.ts';
import { grantSpecs } from '../compile/acls.ts';
import type { PlacedService } from '../compile/landscape.ts';
import type { AclSpec } from '../resources.ts';
import type { KafkaGrant } from '../schema.ts';
import type { KafkaSite } from './rule.ts';

/** An entry of `grants` that somebody wrote. */
export interface WrittenGrant {
  readonly service: PlacedService;
  readonly grant: KafkaGrant;
  /** Its ACLs: one for each operation and host. */
  readonly specs: readonly AclSpec[];
  /** Where `name`, `operations` and its other keys stand. */
  readonly locate: (key?: string) => Position;
}

export function writtenGrants({ landscape: { services } }: KafkaSite): WrittenGrant[] {
  return services.flatMap((service) =>
    (service.section.grants ?? []).map((grant, at) => ({
      service,
      grant,
      specs: grantSpecs(service, grant),
      locate: (key?: string) => service.locate(['grants', at, ...(key === undefined ? [] : [key])]),
    })),
  );
}

/** As people say it: `transactional id`. */
export function noun(resource: string): string {
  return resource.replaceAll('_', ' ');
}
