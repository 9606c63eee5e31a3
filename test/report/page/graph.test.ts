import { describe, expect, test } from 'vitest';
import { found } from '../../../src/report/page/browser/find.ts';
import {
  byOwner,
  type Filter,
  filtered,
  fold,
  graphOf,
  isActor,
} from '../../../src/report/page/browser/graph.ts';
import { focused, overview, readable, type View } from '../../../src/report/page/browser/view.ts';
import { edge, hostile, service, shop, sized, thing } from './models.ts';

const graph = graphOf(shop().nodes, shop().edges);
const all: Filter = { broker: '', owner: '', folded: new Set(), hidden: new Set() };
const short = (view: View | undefined) =>
  view?.edges
    .map(({ from, to }) => `${from} > ${to}`.replaceAll(/service:|rabbitmq:\w+:shop\/|kafka:topic:/g, ''))
    .sort();

describe('the node in the middle', () => {
  test('what its messages reach, up to the next services', () => {
    expect(short(focused(graph, 'service:order-service', 1))).toEqual([
      'after bill.orders > after bill-service',
      'after mail.orders > after mail-service',
      'after order.events > after bill.orders',
      'after order.events > after mail.orders',
      'after orders > after report-service',
      'here > after order.events',
      'here > after orders',
    ]);
  });

  test('whose messages it gets', () => {
    expect(short(focused(graph, 'service:mail-service', 1))).toEqual([
      'before mail.orders > here',
      'before order-service > before order.events',
      'before order.events > before mail.orders',
    ]);
  });

  test('one service farther, past the next ones', () => {
    const [a, b, c] = [service('a'), service('b'), service('c')] as const;
    const [one, two] = [thing('kafka:topic', 'one'), thing('kafka:topic', 'two')] as const;
    const chain = graphOf(
      [a, b, c, one, two],
      [edge(a, 'writes', one), edge(one, 'reads', b), edge(b, 'writes', two), edge(two, 'reads', c)],
    );
    expect(focused(chain, a.id, 1)?.nodes.map(({ node }) => node.label)).toEqual(['a', 'one', 'b']);
    expect(focused(chain, a.id, 2)?.nodes.map(({ node }) => node.label)).toEqual([
      'a',
      'one',
      'b',
      'two',
      'c',
    ]);
  });

  test('who both writes to it and reads from it stands on both sides, so that all lines go to the right', () => {
    const [a, b] = [service('a'), service('b')] as const;
    const [ask, answer] = [thing('kafka:topic', 'ask'), thing('kafka:topic', 'answer')] as const;
    const pair = graphOf(
      [a, b, ask, answer],
      [edge(a, 'writes', ask), edge(ask, 'reads', b), edge(b, 'writes', answer), edge(answer, 'reads', a)],
    );
    const view = focused(pair, a.id, 1);
    expect(view?.nodes.filter(({ node }) => node.id === b.id).map(({ key }) => key)).toEqual([
      'after service:b',
      'before service:b',
    ]);
  });

  test('a circle ends, and a crowd is cut and said to be', () => {
    const crowd = Array.from({ length: 600 }, (_, n) => service(`s${n}`));
    const topic = thing('kafka:topic', 'busy');
    const busy = graphOf(
      [topic, ...crowd],
      crowd.flatMap((one) => [edge(one, 'writes', topic), edge(topic, 'reads', one)]),
    );
    const view = focused(busy, 'service:s0', 3);
    expect(view?.isCut).toBe(true);
    expect(view?.edges.length).toBeLessThan(1000);
  });

  test('nothing is shown of what there is not', () => {
    expect(focused(graph, 'service:nobody', 1)).toBeUndefined();
    expect(focused(graph, '__proto__', 1)).toBeUndefined();
  });
});

describe('everything', () => {
  test('writers to the left, readers to the right, things once', () => {
    expect(short(overview(graph, 'things'))).toContain('writer order-service > thing order.events');
    expect(short(overview(graph, 'things'))).toContain('thing mail.orders > reader mail-service');
  });

  test('as much as can be read: things of 15, services of 23, owners of 300', () => {
    const detail = (services: number) =>
      readable(graphOf(sized(services).nodes, sized(services).edges))?.detail;
    expect([15, 23, 300].map(detail)).toEqual(['things', 'services', 'teams']);
  });

  test('who has no owner is drawn, too', () => {
    const teams = byOwner(graphOf([service('a'), service('b', 'x'), thing('kafka:topic', 't')], []));
    expect([...teams.nodes.keys()]).toEqual(['team:(nobody)', 'team:x']);
  });
});

describe('filters', () => {
  test('of a broker', () => {
    const kept = filtered(graph, { ...all, broker: 'kafka' });
    expect([...kept.nodes.values()].filter((node) => !isActor(node)).map(({ label }) => label)).toEqual([
      'orders',
    ]);
  });

  test('of an owner: all up to the next services', () => {
    const kept = filtered(graph, { ...all, owner: 'comms' });
    expect([...kept.nodes.values()].map(({ label }) => label).sort()).toEqual([
      'mail-service',
      'mail.orders',
      'order-service',
      'order.events',
    ]);
  });

  test('a kind that is not drawn becomes part of the line, with its name and its doubt', () => {
    const kept = filtered(graph, {
      ...all,
      folded: new Set(['rabbitmq:exchange', 'rabbitmq:queue', 'kafka:topic']),
    });
    expect(kept.edges.map(({ from, to, says, doubt }) => [from, to, says, doubt])).toEqual([
      ['service:order-service', 'service:mail-service', 'order.events', undefined],
      ['service:order-service', 'service:bill-service', 'order.events', undefined],
      ['service:order-service', 'service:report-service', 'orders', 'from 10.0.0.7 only'],
    ]);
  });

  test('lines of a kind', () => {
    expect(filtered(graph, { ...all, hidden: new Set(['reads']) }).edges.map(({ is }) => is)).not.toContain(
      'reads',
    );
  });

  test('folding circles ends', () => {
    const [a, dead, back] = [
      service('a'),
      thing('rabbitmq:queue', 'dead'),
      thing('rabbitmq:exchange', 'back'),
    ] as const;
    const circle = graphOf(
      [a, dead, back],
      [edge(a, 'writes', dead), edge(dead, 'flows', back), edge(back, 'flows', dead)],
    );
    expect(fold(circle, (node) => !isActor(node)).edges).toEqual([]);
  });
});

describe('search', () => {
  const labels = (query: string) => found(shop().nodes, query).map(({ label }) => label);

  test('services before things, the beginning of a name before its middle', () => {
    expect(labels('order')).toEqual([
      'order-service',
      'order.events',
      'orders',
      'mail.orders',
      'bill.orders',
    ]);
  });

  test('every word has to be there, in any case, and kinds are words', () => {
    expect(labels('MAIL queue')).toEqual(['mail.orders']);
    expect(labels('nothing of the kind')).toEqual([]);
  });

  test('a name is found by itself, whatever it is', () => {
    const nodes = hostile.map((one) => thing('kafka:topic', one));
    for (const name of hostile) expect(found(nodes, name).map(({ label }) => label)).toContain(name);
  });
});
