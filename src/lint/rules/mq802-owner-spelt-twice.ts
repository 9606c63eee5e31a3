import type { TopologyRule } from '../rule.ts';

export const ownerSpeltTwice: TopologyRule = {
  id: 'MQ802',
  name: 'owner-spelt-twice',
  severity: 'warning',
  summary: 'One owner is written in two ways.',
  why: `Who looks for all services of a team finds some of them: when that team is renamed, when a leak has to be followed, when access is reviewed.`,
  instead: 'One way of writing it, everywhere.',
  *inTopology({ topology }) {
    const owned = [...topology.services.values()].flatMap(({ name, under, owner }) =>
      owner === undefined ? [] : [{ name, under, owner }],
    );
    for (const same of Map.groupBy(owned, ({ owner }) => fold(owner)).values()) {
      const counts = Map.groupBy(same, ({ owner }) => owner);
      const [usual = ''] = [...counts].sort(([, a], [, b]) => b.length - a.length).map(([owner]) => owner);
      for (const { name, under, owner } of same) {
        if (owner === usual) continue;
        yield {
          position: topology.locate([under, name, 'owner']),
          message: `the owner of ${name} is ${owner} here, and ${usual} elsewhere`,
          hint: `write ${usual}`,
          service: name,
        };
      }
    }
  },
};

function fold(owner: string): string {
  return owner.toLowerCase().replace(/[-_. ]/g, '');
}
