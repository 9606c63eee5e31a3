import type { Warning } from '../../../core/broker.ts';
import { principalOf } from '../names.ts';
import { aclAddress, type AclSpec } from '../resources.ts';
import { serviceAcls } from './acls.ts';
import type { PlacedService } from './landscape.ts';
import { principalOfService } from './principals.ts';

/** What no owner is asked about, since it is over the whole cluster: who approves a plan is told. */
export function powerWarnings(service: PlacedService): Warning[] {
  if (service.suspended === true) return [];
  const own = principalOf(principalOfService(service));
  return serviceAcls(service).flatMap(({ spec }) => {
    const power = spec.permission === 'allow' ? powerOf(spec, own) : undefined;
    return power === undefined
      ? []
      : [{ address: aclAddress(spec), message: `${service.name} may ${power}` }];
  });
}

const everything = 'and so could do anything on the cluster, whatever owners allow';

/** What an ACL lets its principal do that no owner is asked about; undefined where that is nothing. */
export function powerOf({ resource, operation, name, pattern }: AclSpec, own: string): string | undefined {
  if (resource === 'user' && ['all', 'create_tokens'].includes(operation)) {
    return pattern === 'literal' && name === own ? undefined : `log in as ${name}, by tokens that it makes`;
  }
  if (resource !== 'cluster') return undefined;
  switch (operation) {
    case 'all':
    case 'alter':
      return `give itself and others any right, ${everything}`;
    case 'cluster_action':
      return `act as a broker, ${everything}`;
    case 'alter_configs':
      return 'change the configuration of the brokers';
    default:
      return undefined;
  }
}
