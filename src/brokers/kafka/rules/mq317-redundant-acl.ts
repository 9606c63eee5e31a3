import type { Edit } from '../../../core/rule.ts';
import type { PlacedService } from '../compile/landscape.ts';
import { gives, intentSpecs } from './covers.ts';
import { writtenGrants, type WrittenGrant } from './grants.ts';
import type { KafkaRule, KafkaSite } from './rule.ts';

export const redundantAcl: KafkaRule = {
  id: 'MQ317',
  name: 'redundant-acl',
  severity: 'note',
  summary: 'What an ACL written by hand allows, the service is allowed already.',
  why: `Who wants to take the right away takes out one of the two, and the other one still gives it. A literal grant also asks for a second look at
every review, for nothing.`,
  instead: 'What gives it already: `produces`, `consumes`, `streams`, or the wider of two grants.',
  *acrossSites(sites: readonly KafkaSite[]) {
    // What is redundant under the names of one environment must be that under those of all.
    const found = sites.map((site) => new Map(redundantIn(site).map((one) => [keyOf(one), one])));
    const [first = new Map<string, Redundant>(), ...others] = found.filter(({ size }) => size > 0);
    const placed = (one: Redundant) => sites.filter((site) => hasService(site, one.service.name)).length;
    for (const [key, one] of first) {
      if (1 + others.filter((other) => other.has(key)).length < placed(one)) continue;
      yield {
        position: one.locate(),
        message: `${one.service.name} is allowed by other means all that this grant allows`,
        hint: 'take the grant out',
        service: one.service.name,
        fix: [one.edit],
      };
    }
  },
};

interface Redundant extends WrittenGrant {
  readonly edit: Edit;
}

function keyOf({ locate }: WrittenGrant): string {
  return JSON.stringify(locate());
}

function hasService({ landscape: { services } }: KafkaSite, name: string): boolean {
  return services.some((service) => service.name === name);
}

function redundantIn(site: KafkaSite): Redundant[] {
  return [...Map.groupBy(writtenGrants(site), (one) => one.service)].flatMap(([service, grants]) => {
    const out = needless(service, grants);
    const all = out.length === grants.length;
    return out.map((one) => ({
      ...one,
      // A list cannot be left empty.
      edit: { is: 'remove', at: all ? service.locate(['grants']) : one.locate() } as const,
    }));
  });
}

/** Those that can all go at once: what gives it instead stays. Of two that are equal, the first does. */
function needless(service: PlacedService, grants: readonly WrittenGrant[]): WrittenGrant[] {
  const intents = intentSpecs(service);
  const kept = new Set(grants.filter(({ grant }) => grant.permission === 'allow'));
  const out: WrittenGrant[] = [];
  for (const one of [...kept].reverse()) {
    const others = [...kept].flatMap((other) => (other === one ? [] : other.specs));
    if (!one.specs.every((spec) => [...intents, ...others].some((wide) => gives(wide, spec)))) continue;
    kept.delete(one);
    out.unshift(one);
  }
  return out;
}
