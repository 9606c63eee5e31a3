import type { Position } from '../../../core/errors.ts';
import { targetLabel } from '../compile/acls.ts';
import type { PlacedService } from '../compile/landscape.ts';
import type { AclSpec } from '../resources.ts';
import { intentSpecs, takes } from './covers.ts';
import { writtenGrants, type WrittenGrant } from './grants.ts';
import type { KafkaRule, KafkaSite } from './rule.ts';

export const shadowingDeny: KafkaRule = {
  id: 'MQ307',
  name: 'shadowing-deny',
  severity: 'warning',
  summary: 'A DENY takes from a service what its own file gives it.',
  why: `On Kafka any DENY wins over every ALLOW. The service says that it produces or consumes, gets the ACL for it, and is refused all the same;
\`describe\` is refused with its own word only, so that a client sees the topic and then fails.`,
  instead:
    'One of the two. To narrow what a prefix or a `*` allows, name what is wanted instead of what is not.',
  *onSite(site: KafkaSite) {
    for (const [service, grants] of Map.groupBy(writtenGrants(site), (one) => one.service)) {
      const gifts = [...intentsOf(service), ...grants.flatMap(giftOf)];
      for (const { specs, locate } of grants) {
        const denied = specs.filter(({ permission }) => permission === 'deny');
        for (const gift of gifts) {
          if (!isTaken(gift, denied)) continue;
          yield {
            position: locate(),
            message: `the DENY keeps ${service.name} from what it ${gift.says}`,
            hint: `take the DENY out, or ${gift.out}`,
            service: service.name,
            related: [{ message: gift.here, position: gift.position }],
          };
        }
      }
    }
  },
};

/** What a service is given, and comes to nothing if any of what it needs is denied. */
interface Gift {
  readonly needs: readonly AclSpec[];
  /** `it …`. */
  readonly says: string;
  readonly out: string;
  readonly here: string;
  readonly position: Position;
}

/** From all hosts that it is given from: what is left on one of them may be meant. */
function isTaken({ needs }: Gift, denied: readonly AclSpec[]): boolean {
  const byHosts = Map.groupBy(needs, ({ resource, pattern, name, operation }) =>
    JSON.stringify([resource, pattern, name, operation]),
  );
  return [...byHosts.values()].some((same) => same.every((need) => denied.some((spec) => takes(spec, need))));
}

/** Whoever may not DESCRIBE a topic, a group or a transactional id does not find the broker that has it. */
const vital: readonly string[] = ['read', 'write', 'describe'];

function intentsOf(service: PlacedService): Gift[] {
  const { section } = service;
  const none = { produces: undefined, consumes: undefined, streams: undefined };
  const gift = (does: 'produces' | 'consumes', at: number, label: string): Gift => ({
    needs: needsOf(service, { ...none, [does]: [section[does]?.[at]] }),
    says: `${does} by its own file: ${label}`,
    out: `${label} out of ${does}`,
    here: `it ${does} ${label} here`,
    position: service.locate([does, at]),
  });
  const { produces = [], consumes = [], streams } = section;
  const application = streams?.applicationId ?? '';
  return [
    ...produces.map((one, at) => gift('produces', at, targetLabel(one))),
    ...consumes.map((one, at) => gift('consumes', at, targetLabel(one))),
    ...(streams === undefined
      ? []
      : [
          {
            needs: needsOf(service, { ...none, streams }),
            says: `runs by its own file: the Kafka Streams application ${application}`,
            out: 'streams',
            here: `it runs ${application} here`,
            position: service.locate(['streams']),
          },
        ]),
  ];
}

/** What a service needs for these words of its section. To read a group implies to describe it, and a DENY may take just that. */
function needsOf(service: PlacedService, words: Partial<PlacedService['section']>): AclSpec[] {
  const needs = intentSpecs({ ...service, section: { ...service.section, ...words } });
  const found = needs
    .filter(({ resource, operation }) => resource === 'group' && operation === 'read')
    .map((need): AclSpec => ({ ...need, operation: 'describe' }));
  return [...needs.filter(({ operation }) => vital.includes(operation)), ...found];
}

/** Where all of an ALLOW is denied, it is for nothing; of what is left of one, some may be meant. */
function giftOf({ label, specs, locate }: WrittenGrant): Gift[] {
  return specs
    .filter(({ permission }) => permission === 'allow')
    .map((spec) => ({
      needs: [spec],
      says: `is granted: ${label(spec.operation)}`,
      out: 'the grant',
      here: 'it is granted here',
      position: locate(),
    }));
}
