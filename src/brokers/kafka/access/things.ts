import { type Address, address } from '../../../core/address.ts';
import { topicAddress } from '../resources.ts';
import { clusterName, type ResourceType } from '../words.ts';

/** What ACLs are about, as addresses. */

export const clusterAddress: Address = address('kafka:cluster', clusterName);

/** By the kind of the address. */
export const resourceOf: Readonly<Record<string, ResourceType>> = {
  'kafka:topic': 'topic',
  'kafka:group': 'group',
  'kafka:transactional-id': 'transactional_id',
  'kafka:cluster': 'cluster',
};

/** What an ACL of this resource type names; undefined for those that are not told of. */
export function thingOf(resource: string, name: string): Address | undefined {
  switch (resource) {
    case 'topic':
      return topicAddress(name);
    case 'group':
      return address('kafka:group', name);
    case 'transactional_id':
      return address('kafka:transactional-id', name);
    case 'cluster':
      return name === clusterName ? clusterAddress : undefined;
    default:
      return undefined;
  }
}
