import type { TopologyRule } from '../rule.ts';

export const rotationInPlace: TopologyRule = {
  id: 'MQ807',
  name: 'rotation-in-place',
  severity: 'note',
  summary: 'The credential of a service is rotated in place.',
  why: `The user keeps its name and gets another password: between the new one and the services that still have the old one there is a gap, and
there is nothing to go back to. Connections that are open are not closed by it; on Kafka they live until \`connections.max.reauth.ms\`.`,
  instead:
    'No `rotation: in-place`: a second user takes over, and the old one is deleted. Services that check `userId` need it in place, and say so in a comment.',
  *inTopology({ topology }) {
    for (const { name, under, rotation } of topology.services.values()) {
      if (rotation !== 'in-place') continue;
      yield {
        position: topology.locate([under, name, 'rotation']),
        message: `${name} is rotated in place: for a moment, its password is the wrong one`,
        hint: 'leave rotation out',
        service: name,
      };
    }
  },
};
