import type { TopologyRule } from '../rule.ts';

export const nothingAtAll: TopologyRule = {
  id: 'MQ611',
  name: 'nothing-at-all',
  severity: 'note',
  summary: 'A service has nothing on any broker.',
  why: `It has no user, no grants, and is in no plan: the entry does nothing. Mostly its section was never written, or is indented under another
service; who reads the list takes it for one that is looked after.`,
  instead: 'A section `rabbitmq:` or `kafka:`; or no entry. One that went is listed under `removed`.',
  *inTopology({ topology }) {
    for (const { name, under, sections } of topology.services.values()) {
      if (sections.size > 0) continue;
      yield {
        position: topology.locate([under, name]),
        message: `${name} has nothing on any broker`,
        hint: 'write what it does, or take it out',
        service: name,
      };
    }
  },
};
