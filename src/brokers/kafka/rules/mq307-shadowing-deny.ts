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
        const denied = specs.filter(({ permission, host }) => permission === 'deny' && host === '*');
        for (const gift of gifts) {
          if (!gift.needs.some((need) => denied.some((spec) => takes(spec, need)))) continue;
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

const strong: readonly string[] = ['read', 'write'];

function intentsOf(service: PlacedService): Gift[] {
  const { produces = [], consumes = [] } = service.section;
  const gift = (does: 'produces' | 'consumes', at: number, label: string): Gift => {
    const other = does === 'produces' ? 'consumes' : 'produces';
    const one = service.section[does]?.[at];
    const section = { ...service.section, streams: undefined, [other]: undefined, [does]: [one] };
    return {
      needs: intentSpecs({ ...service, section }).filter(({ operation }) => strong.includes(operation)),
      says: `${does} by its own file: ${label}`,
      out: `${label} out of ${does}`,
      here: `it ${does} ${label} here`,
      position: service.locate([does, at]),
    };
  };
  return [
    ...produces.map((one, at) => gift('produces', at, targetLabel(one))),
    ...consumes.map((one, at) => gift('consumes', at, targetLabel(one))),
  ];
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
