import type { Position } from '../core/errors.ts';
import { withoutBrackets } from '../core/host.ts';
import type { PlacedService } from '../core/landscape.ts';
import type { EnvironmentSite } from './rule.ts';

/** What the sections of every broker have in common (topology/parts.ts). */

interface TlsFiles {
  readonly ca?: string | undefined;
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
  readonly serverName?: string | undefined;
}

export interface EnvironmentSection {
  readonly admin: { readonly username: string; readonly password: string };
  readonly tls?: TlsFiles | undefined;
}

interface ServiceSection {
  readonly tls?: TlsFiles | undefined;
  readonly grants?: readonly { readonly reason: string }[] | undefined;
}

export function environmentSection({ landscape }: EnvironmentSite): EnvironmentSection {
  return landscape.environment.section as EnvironmentSection;
}

export function serviceSection({ section }: PlacedService<unknown>): ServiceSection {
  return section as ServiceSection;
}

export interface Endpoint {
  /** As it is written, with its variables filled in. */
  readonly value: string;
  /** In lower case, without the brackets of IPv6. */
  readonly host: string;
  readonly position: Position;
}

/** Where a broker is reached in an environment, as far as that is known. */
export function endpointsOf({ port, placed, landscape: { environment } }: EnvironmentSite): Endpoint[] {
  if (!placed) return [];
  const section = environment.section as Readonly<Record<string, unknown>>;
  return port.schema.endpointKeys.flatMap((key) => {
    const value = section[key];
    if (typeof value === 'string') return [endpointAt(value, environment.locate([key]))];
    if (!Array.isArray(value)) return [];
    return value.map((one: unknown, at) => endpointAt(String(one), environment.locate([key, at])));
  });
}

function endpointAt(value: string, position: Position): Endpoint {
  const authority = value.replace(/^[a-z]+:\/\//i, '').replace(/\/.*$/, '');
  const host = withoutBrackets(authority.replace(/:\d+$/, ''));
  return { value, host: host.toLowerCase(), position };
}
