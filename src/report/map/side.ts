import type { Holder } from '../../core/access/documents.ts';
import type { AccessModel } from '../../core/access/model.ts';
import type { Address } from '../../core/address.ts';

/** One broker, as the report looks at it. */
export interface MapSide {
  readonly broker: { readonly name: string; readonly title: string };
  readonly model: AccessModel;
  readonly principals: readonly string[];
  readonly holder: (principal: string) => Holder;
  /** Those that the topology has there. */
  readonly services: readonly MapService[];
  /** What there is, with the service that it belongs to, where it belongs to one. */
  readonly resources: ReadonlyMap<Address, string | undefined>;
}

export interface MapService {
  readonly name: string;
  readonly owner?: string | undefined;
  readonly suspended?: boolean | undefined;
}

/** A service has one node, whatever its principals are, and on whichever brokers. */
export function idOf({ broker, principal, service }: Holder): string {
  return service === undefined ? `principal:${broker}/${principal}` : serviceId(service);
}

export function serviceId(service: string): string {
  return `service:${service}`;
}

/** Whoever may do anything: said once, instead of a line to everything. */
export function isAlmighty({ is }: Holder): boolean {
  return is === 'administrator';
}
