import { mayReach } from '../patterns/pattern.ts';
import { inNamespace } from '../compile/grants.ts';
import type { World } from '../compile/world.ts';
import { deadLettersOf, lettersEndIn, queuesOf, settingsOf } from './queues.ts';
import type { RabbitRule, RabbitSite } from './rule.ts';
import { factsOf } from './worlds.ts';

export const unconsumedQueue: RabbitRule = {
  id: 'MQ601',
  name: 'unconsumed-queue',
  severity: 'warning',
  summary: 'Nobody consumes a queue.',
  why: `It grows until it is full, or the broker's disk is. Mostly its consumer went, or was to come, or has another queue by now; or it is consumed
by something that no file tells of, with rights that nobody reviewed.`,
  instead: `\`consumes: [QUEUE]\` in the service that does, or no queue. Queues that dead letters and unrouted messages end in, for people to look
at, and those where messages wait for their time to go on, are not meant.`,
  *onSite(site: RabbitSite) {
    const ends = lettersEndIn(site);
    const letters = deadLettersOf(site);
    const settings = settingsOf(site);
    const readers = new Map(
      factsOf(site)
        .worlds()
        .map((world) => [world, readerOf(world)]),
    );
    for (const { world, owned, queue, position } of queuesOf(site)) {
      if (ends.has(queue.address) || readers.get(world)?.(owned.name) === true) continue;
      // Messages wait there for their time, and go on.
      if (letters.has(queue.address) && settings(queue).has('message-ttl')) continue;
      yield {
        position,
        message: `nobody consumes queue ${owned.name}`,
        hint: 'write consumes in the service that does, or take it out',
        service: owned.service.name,
        address: queue.address,
      };
    }
  },
};

/** Who cannot be told to read it counts as reading it. */
function readerOf({ members }: World): (queue: string) => boolean {
  const consumed = new Set(members.flatMap(({ consumes }) => consumes.map(({ queue }) => queue)));
  const patterns = members.flatMap(({ grants }) =>
    grants.flatMap(({ read, exchange }) => (exchange === undefined && read !== undefined ? [read] : [])),
  );
  const namespaces = members.flatMap(({ namespace }) => namespace ?? []);
  return (queue) =>
    consumed.has(queue) ||
    namespaces.some((one) => inNamespace(one, 'read', queue)) ||
    patterns.some((one) => mayReach(one, queue));
}
