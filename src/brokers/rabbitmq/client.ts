import type { Client, Shape, Use } from '../../core/broker.ts';
import { TopologyError } from '../../core/errors.ts';
import { locateAll, membersIn, vhostsOf } from './compile/vhosts.ts';
import { conversations } from './compile/calls.ts';
import type { RabbitLandscape } from './compile/landscape.ts';

/** A service's side of RabbitMQ: where it connects, and what it does in the vhost that it lives in. Pure. */
export function client(landscape: RabbitLandscape, name: string): Client | undefined {
  const { environment } = landscape;
  const located = locateAll(landscape, []);
  const own = located.find(({ service }) => service.name === name);
  const vhost = own === undefined ? undefined : vhostsOf(environment.section).get(own.home);
  if (own === undefined || vhost === undefined) return undefined;
  const { amqpsUrl, tls = {} } = environment.section;
  if (amqpsUrl === undefined) {
    throw new TopologyError([
      {
        message: `environment ${environment.name} does not say where services connect to RabbitMQ`,
        position: environment.locate([]),
        hint: 'add amqpsUrl: amqps://…:5671',
      },
    ]);
  }
  const member = membersIn(own.home, located, conversations(located, [])).find(
    ({ service }) => service.name === name,
  );
  const queue =
    (does: string) =>
    (one: { readonly queue: string }): Use => ({ does, name: [one.queue] });
  return {
    options: { url: amqpsUrl, vhost: vhost.section.name },
    tls: { ca: tls.ca, serverName: tls.serverName },
    uses: [
      ...(member?.publishes ?? []).map(({ exchange, routingKeys }): Use => ({
        ...{ does: 'publishes', name: [exchange] },
        ...(routingKeys === undefined ? {} : { with: routingKeys.flatMap(shapesOf) }),
      })),
      ...(member?.sends ?? []).map(queue('sends')),
      ...(member?.consumes ?? []).map(queue('consumes')),
    ],
  };
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
