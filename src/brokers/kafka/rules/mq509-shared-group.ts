import type { Position } from '../../../core/errors.ts';
import { listed } from '../../../core/listed.ts';
import type { PlacedService } from '../compile/landscape.ts';
import { type AclResource } from '../resources.ts';
import { writtenNames } from './topics.ts';
import type { KafkaRule, KafkaSite } from './rule.ts';

export const sharedGroup: KafkaRule = {
  id: 'MQ509',
  name: 'shared-group',
  severity: 'error',
  summary: 'Several services consume as one group.',
  why: `Kafka divides the partitions of a topic among all members of a group: each of the services gets some of the messages, and none gets all.
Each can also set the offsets of the group back, or ahead, for all of them.`,
  instead: 'A group for each service, called after it: `group: invoice-service`.',
  *onSite(site: KafkaSite) {
    const { services, environment } = site.landscape;
    const placed = new Map(services.map((service) => [service.name, service]));
    const names = writtenNames(environment.section);
    for (const [group, acls] of Map.groupBy(membersIn(site), ({ spec }) => spec.name)) {
      const members = [...new Set(acls.map(({ service = '' }) => service))];
      const [first = '', ...others] = members;
      if (others.length === 0) continue;
      const at = (name: string) => positionOf(placed.get(name), group) ?? environment.locate([]);
      const last = others.at(-1) ?? first;
      for (const { service, address } of acls) {
        if (service === first) continue;
        yield {
          position: at(last),
          message: `${listed(members)} consume as one group ${names.group(group)}: each gets only a part of the messages`,
          hint: 'give each a group of its own',
          service: last,
          address,
          related: members
            .filter((one) => one !== last)
            .map((one) => ({ message: `${one} names it here`, position: at(one) })),
        };
      }
    }
  },
};

/** Who may join a group by its name. */
function membersIn({ resources }: KafkaSite): AclResource[] {
  return resources
    .filter((one) => one.kind === 'kafka:acl')
    .filter(({ spec }) => {
      const { resource, pattern, name, operation, permission } = spec;
      const joins = permission === 'allow' && (operation === 'read' || operation === 'all');
      return resource === 'group' && pattern === 'literal' && name !== '*' && joins;
    });
}

function positionOf(service: PlacedService | undefined, group: string): Position | undefined {
  const { consumes = [], grants = [], streams } = service?.section ?? {};
  const consumed = consumes.findIndex((one) => one.group === group);
  if (consumed >= 0) return service?.locate(['consumes', consumed, 'group']);
  if (streams?.applicationId === group) return service?.locate(['streams', 'applicationId']);
  const granted = grants.findIndex(({ resource, name }) => resource === 'group' && name === group);
  return service?.locate(granted < 0 ? [] : ['grants', granted, 'name']);
}
