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
      const ways = Map.groupBy(same, ({ owner }) => owner);
      const [most = [], next = []] = [...ways.values()].sort((a, b) => b.length - a.length);
      const usual = most[0]?.owner ?? '';
      for (const { name, under, owner } of same) {
        if (owner === usual) continue;
        const position = topology.locate([under, name, 'owner']);
        yield {
          position,
          message: `the owner of ${name} is ${owner} here, and ${usual} elsewhere`,
          hint: `write ${usual}`,
          service: name,
          // Where both are as frequent, only people know.
          fix: most.length > next.length ? [{ is: 'replace', at: position, from: owner, to: usual }] : [],
        };
      }
    }
  },
};

function fold(owner: string): string {
  return owner.toLowerCase().replace(/[-_. ]/g, '');
}
