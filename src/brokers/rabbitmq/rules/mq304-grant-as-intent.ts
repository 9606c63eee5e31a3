import { listed } from '../../../core/listed.ts';
import type { Edit } from '../../../core/rule.ts';
import type { PlacedService } from '../compile/landscape.ts';
import type { Member } from '../compile/vhosts.ts';
import type { World } from '../compile/world.ts';
import { isReserved } from '../names.ts';
import { namesOf } from '../patterns/parse.ts';
import { writtenPatterns } from './patterns.ts';
import type { RabbitRule, RabbitSite } from './rule.ts';
import { factsOf } from './worlds.ts';

export const grantAsIntent: RabbitRule = {
  id: 'MQ304',
  name: 'grant-as-intent',
  severity: 'note',
  summary: 'A pattern is written by hand for what intent says.',
  why: `A pattern only says what is allowed, and not what is done: no binding, no consumer and no routing key follows from it; who reads the file, or
reviews a change, has to work it out; and a name that is misspelt in a pattern is a pattern like any other.`,
  instead:
    '`publishes: [order.events]` for `write: ^order\\.events$`, `consumes: [order.jobs]` for `read: ^order\\.jobs$`. The same pattern follows.',
  *onSite(site: RabbitSite) {
    const said = new Map(
      factsOf(site)
        .worlds()
        .map((world) => [world, saidIn(world)]),
    );
    for (const { world, service, right, pattern, position, grant, address } of writtenPatterns(site)) {
      const names = [...(right === 'configure' ? [] : (namesOf(pattern) ?? []))];
      // Write on a queue, or read on an exchange, is for bindings.
      const others = right === 'write' ? world.queues : world.exchanges;
      if (names.length === 0 || names.some((name) => isReserved(name) || others.has(name))) continue;
      const word = right === 'write' ? 'publishes' : 'consumes';
      yield {
        position,
        message: `${service.name} is granted by hand what "${word}" says: ${listed(names)}`,
        hint:
          said.get(world)?.has(grant) === true
            ? `take it out: ${word} says so already`
            : `write ${word}: [${listed(names, names.length).replace(' and ', ', ')}]`,
        service: service.name,
        address,
        fix: removalOf(service, grant, said.get(world) ?? new Map<Grant, PlacedService>()),
      };
    }
  },
};

type Grant = Member['grants'][number];

/** The grants that give nothing but what the intents of the same service give, letter by letter. */
function saidIn({ members, exchanges, queues }: World): ReadonlyMap<Grant, PlacedService> {
  return new Map(
    members.flatMap(({ service, grants, publishes, consumes }) => {
      // On a topic exchange a pattern may have routing keys of its own.
      const written = publishes
        .map(({ exchange }) => exchange)
        .filter((name) => exchanges.get(name)?.section.type !== 'topic');
      const [writes, reads] = [new Set(written), new Set(consumes.map(({ queue }) => queue))];
      const isSaid = (
        pattern: string | undefined,
        names: ReadonlySet<string>,
        others: ReadonlyMap<string, unknown>,
      ) =>
        pattern === undefined ||
        [...(namesOf(pattern) ?? [''])].every((name) => names.has(name) && !others.has(name));
      return grants
        .filter(({ configure, exchange, anyKey }) =>
          [configure, exchange, anyKey].every((one) => one === undefined),
        )
        .filter(({ write, read }) => isSaid(write, writes, queues) && isSaid(read, reads, exchanges))
        .map((grant) => [grant, service] as const);
    }),
  );
}

/** A list cannot be left empty. */
function removalOf(service: PlacedService, grant: Grant, said: ReadonlyMap<Grant, PlacedService>): Edit[] {
  if (!said.has(grant)) return [];
  const out = [...said.values()].filter((one) => one === service).length;
  const all = service.section.grants?.length === out;
  return [{ is: 'remove', at: service.locate(all ? ['grants'] : grant.path) }];
}
