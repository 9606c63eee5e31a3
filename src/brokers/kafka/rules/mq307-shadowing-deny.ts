import { targetLabel } from '../compile/acls.ts';
import type { PlacedService } from '../compile/landscape.ts';
import type { AclSpec } from '../resources.ts';
import { writtenGrants } from './grants.ts';
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
    for (const { service, specs, locate } of writtenGrants(site)) {
      const denied = specs.filter(({ permission, host }) => permission === 'deny' && host === '*');
      for (const [at, intent] of intentsOf(service).entries()) {
        if (!denied.some((spec) => covers(spec, intent))) continue;
        yield {
          position: locate(),
          message: `the DENY keeps ${service.name} from what it ${intent.does} by its own file: ${intent.label}`,
          hint: `take the DENY out, or ${intent.label} out of ${intent.does}`,
          service: service.name,
          related: [
            {
              message: `it ${intent.does} ${intent.label} here`,
              position: service.locate([intent.does, intentIndex(service, at)]),
            },
          ],
        };
      }
    }
  },
};

interface Intent {
  readonly does: 'produces' | 'consumes';
  readonly operation: 'write' | 'read';
  readonly topic?: string | undefined;
  readonly prefix?: string | undefined;
  readonly label: string;
}

function intentsOf({ section: { produces = [], consumes = [] } }: PlacedService): Intent[] {
  return [
    ...produces.map((one): Intent => ({
      ...one,
      does: 'produces',
      operation: 'write',
      label: targetLabel(one),
    })),
    ...consumes.map((one): Intent => ({
      ...one,
      does: 'consumes',
      operation: 'read',
      label: targetLabel(one),
    })),
  ];
}

function intentIndex({ section: { produces = [] } }: PlacedService, at: number): number {
  return at < produces.length ? at : at - produces.length;
}

/** Nothing is left of what is intended. */
function covers({ resource, pattern, name, operation }: AclSpec, intent: Intent): boolean {
  if (resource !== 'topic' || (operation !== 'all' && operation !== intent.operation)) return false;
  if (name === '*' && pattern === 'literal') return true;
  const wanted = intent.topic ?? intent.prefix ?? '';
  return pattern === 'prefixed' ? wanted.startsWith(name) : intent.topic === name;
}
