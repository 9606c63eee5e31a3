import type { Holder } from '../core/access/documents.ts';
import { matchesAny } from '../core/glob.ts';
import type { Site } from './session.ts';

/** Who somebody is to the topology. */
export function holderOf({ broker, ground }: Pick<Site, 'broker' | 'ground'>, principal: string): Holder {
  const service =
    ground.principals.get(principal) ?? ground.former?.get(principal) ?? ground.removed?.get(principal);
  const is =
    principal === '*'
      ? 'everyone'
      : principal === ground.admin
        ? 'administrator'
        : matchesAny(ground.protected, principal)
          ? 'protected'
          : service === undefined
            ? 'other'
            : 'service';
  return { broker: broker.name, principal, is, ...(service === undefined ? {} : { service }) };
}
