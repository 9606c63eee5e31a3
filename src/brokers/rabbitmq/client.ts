import type { Client, ClientPlace, Shape, Use } from '../../core/broker.ts';
import { clientFiles } from '../../core/client-tls.ts';
import { TopologyError } from '../../core/errors.ts';
import { identity } from './access.ts';
import { locateAll, type Member, membersIn, vhostsOf } from './compile/vhosts.ts';
import { conversations } from './compile/calls.ts';
import type { RabbitLandscape } from './compile/landscape.ts';

/** A service's side of RabbitMQ: where it connects, and what it does in which vhost. Pure. */
export function client(landscape: RabbitLandscape, name: string): Client | undefined {
  const { environment } = landscape;
  const located = locateAll(landscape, []);
  const own = located.find(({ service }) => service.name === name);
  if (own === undefined) return undefined;
  const { amqpsUrl, tls } = environment.section;
  if (amqpsUrl === undefined) {
    throw new TopologyError([
      {
        message: `environment ${environment.name} does not say where services connect to RabbitMQ`,
        position: environment.locate([]),
        hint: 'add amqpsUrl: amqps://…:5671',
      },
    ]);
  }
  const talk = conversations(located, []);
  const places = [...vhostsOf(environment.section)].flatMap(([alias, { section }]) => {
    const member = membersIn(alias, located, talk).find(({ service }) => service.name === name);
    if (member === undefined) return [];
    const place: ClientPlace = { options: { url: amqpsUrl, vhost: section.name }, uses: usesOf(member) };
    return [[alias, place] as const];
  });
  const home = places.find(([alias]) => alias === own.home)?.[1];
  if (home === undefined) return undefined;
  return {
    ...home,
    name: own.home,
    auth: identity(own.service).by,
    tls: clientFiles(own.service, environment),
    serverName: tls?.serverName,
    elsewhere: new Map(places.filter(([, place]) => place !== home)),
  };
}

function usesOf({ publishes, sends, consumes }: Member): Use[] {
  const queue =
    (does: string) =>
    (one: { readonly queue: string }): Use => ({ does, name: [one.queue] });
  return [
    ...publishes.map(({ exchange, routingKeys }): Use => ({
      ...{ does: 'publishes', name: [exchange] },
      ...(routingKeys === undefined ? {} : { with: routingKeys.flatMap(shapesOf) }),
    })),
    ...sends.map(queue('sends')),
    ...consumes.map(queue('consumes')),
  ];
}

/** A pattern of routing keys as texts with gaps: `#` is also nothing, together with the dot beside it. */
export function shapesOf(pattern: string): Shape[] {
  const words = pattern.split('.');
  const at = words.indexOf('#');
  if (at < 0) return [gapped(words)];
  const without = words.filter((_, index) => index !== at);
  // With a second one, or with nothing beside it, whatever comes is in the gap.
  const some = gapped(words);
  return without.length === 0 || without.includes('#') ? [some] : [gapped(without), some];
}

function gapped(words: readonly string[]): Shape {
  const pieces = [''];
  for (const [index, word] of words.entries()) {
    const dot = index === 0 ? '' : '.';
    const last = pieces.length - 1;
    if (word === '*' || word === '#') {
      pieces[last] = `${pieces[last] ?? ''}${dot}`;
      pieces.push('');
    } else pieces[last] = `${pieces[last] ?? ''}${dot}${word}`;
  }
  return pieces;
}
