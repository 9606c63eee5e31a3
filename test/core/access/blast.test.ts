import { describe, expect, it } from 'vitest';
import { blastRadius, fieldOf, type Hit } from '../../../src/core/access/blast.ts';
import type { AccessModel } from '../../../src/core/access/model.ts';
import { kafkaModel, rabbitModel, short } from './setting.ts';

/** `mailer sends write exchange/events -> queue/mail (binding #) read` */
function hits(model: AccessModel, from: string, hops = 1): string[] {
  return blastRadius(fieldOf(model, model.principals), { from, own: new Set([from]), hops })
    .map(line)
    .sort();
}

function line({ principal, effect, at, right, way, meets, theirs, through }: Hit): string {
  const by = through.length === 0 ? '' : ` through ${through.join(', ')}`;
  if (effect === 'takes' || effect === 'breaks')
    return `${principal} ${effect} ${right} ${short(at)} ${theirs}${by}`;
  const begin = effect === 'reads' ? `${theirs} ${short(meets)}` : `${right} ${short(at)}`;
  const steps = way.map((step) => ` -> ${short(step.at)} (${step.by})`).join('');
  return `${principal} ${effect} ${begin}${steps} ${effect === 'reads' ? right : theirs}${by}`;
}

const shop = rabbitModel({
  orders: {
    exchanges: { events: { type: 'topic' }, dead: { type: 'fanout' } },
    queues: {
      work: {
        deadLetter: { exchange: 'dead' },
        bindings: [{ exchange: 'events', routingKeys: ['order.*'] }],
      },
      letters: { bindings: [{ exchange: 'dead' }] },
      other: { bindings: [{ exchange: 'events', routingKeys: ['other'] }] },
    },
    publishes: [{ exchange: 'events', routingKeys: ['order.created'] }],
  },
  billing: { consumes: ['work'], sends: ['other'] },
  audit: { consumes: ['letters'], exchanges: { reports: { type: 'fanout' } }, publishes: ['reports'] },
  spare: { consumes: ['work'] },
  strange: { consumes: ['other'] },
  boss: { queues: { desk: { bindings: [{ exchange: 'reports' }] } }, consumes: ['desk'] },
});

describe('on RabbitMQ', () => {
  it('reaches who consumes where its keys lead, also by dead letters, and nobody else', () => {
    expect(hits(shop, 'orders')).toEqual([
      'audit sends write exchange/events -> queue/work (binding order.*) -> exchange/dead (dead letters) -> queue/letters (binding) read',
      'billing sends write exchange/events -> queue/work (binding order.*) read',
      'spare sends write exchange/events -> queue/work (binding order.*) read',
    ]);
  });

  it('reaches every queue by the default exchange, and whose messages it reads or takes', () => {
    const found = hits(shop, 'billing');
    expect(found).toEqual(
      expect.arrayContaining([
        'audit sends write exchange/ -> queue/letters (its name as the key) read',
        'boss sends write exchange/ -> queue/desk (its name as the key) read',
        'orders reads write exchange/events -> queue/work (binding order.*) read',
        'spare sends write exchange/ -> queue/work (its name as the key) read',
        'spare takes read queue/work read',
        'strange sends write exchange/ -> queue/other (its name as the key) read',
      ]),
    );
    expect(found.filter((one) => one.startsWith('orders'))).toHaveLength(1);
  });

  it('with more hops goes on through those that get its messages, each once', () => {
    expect(hits(shop, 'orders', 2)).toContain(
      'boss sends write exchange/ -> queue/desk (its name as the key) read through billing',
    );
    expect(hits(shop, 'orders', 2)).toContain(
      'strange sends write exchange/ -> queue/other (its name as the key) read through billing',
    );
    expect(hits(shop, 'strange', 2)).toEqual([
      'billing reads write exchange/ -> queue/other (its name as the key) read',
    ]);
    expect(hits(shop, 'audit', 2)).toContain(
      'boss sends write exchange/reports -> queue/desk (binding) read',
    );
    expect(hits(shop, 'orders').join()).not.toContain('boss');
    expect(hits(shop, 'orders', 9).filter((one) => one.startsWith('boss'))).toHaveLength(1);
    // Reached at once, it is not told again through others.
    expect(hits(shop, 'orders', 9).filter((one) => one.startsWith('spare'))).toEqual([
      'spare sends write exchange/events -> queue/work (binding order.*) read',
    ]);
  });

  it('who may configure what others use could break it, and who may bind leads messages there', () => {
    const model = rabbitModel({
      owner: {
        declares: true,
        exchanges: { events: { type: 'topic' } },
        queues: { q: { bindings: [{ exchange: 'events', routingKey: 'a' }] } },
      },
      reader: { consumes: ['q'] },
      writer: { publishes: [{ exchange: 'events', routingKeys: ['a'] }] },
    });
    expect(hits(model, 'owner')).toEqual(
      expect.arrayContaining([
        'reader breaks configure queue/q read',
        'writer breaks configure exchange/events write',
        'reader sends write queue/q read',
        'writer reads write exchange/events read',
      ]),
    );
  });

  it('nobody without rights', () => {
    expect(hits(rabbitModel({ lonely: {}, other: { consumes: ['q'] } }), 'lonely')).toEqual([]);
  });
});

describe('on Kafka', () => {
  const model = kafkaModel({
    shop: { topics: { orders: { partitions: 1, replicationFactor: 1 } }, produces: ['orders'] },
    mailer: { consumes: [{ topic: 'orders', group: 'mail' }] },
    spare: { consumes: [{ topic: 'orders', group: 'mail' }] },
  });

  it('reaches who reads what it writes', () => {
    expect(hits(model, 'shop')).toEqual([
      'mailer sends write topic/orders read',
      'spare sends write topic/orders read',
    ]);
  });

  it('reads what others write, and shares a group', () => {
    expect(hits(model, 'mailer')).toEqual([
      'shop reads write topic/orders read',
      'spare takes read group/mail read',
    ]);
  });
});
