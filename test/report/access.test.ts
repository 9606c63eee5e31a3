import { describe, expect, it } from 'vitest';
import type { AccessChange } from '../../src/core/access/gains.ts';
import type { BlastDocument } from '../../src/core/access/documents.ts';
import { address } from '../../src/core/address.ts';
import { planDigest } from '../../src/core/plan.ts';
import { accessTold, blastTold } from '../../src/report/access.ts';
import { accessAsMarkdown } from '../../src/report/access-markdown.ts';
import { accessAsText } from '../../src/report/access-text.ts';
import { planAsMarkdown } from '../../src/report/markdown.ts';
import { planAsText } from '../../src/report/text.ts';
import { box, kinds, planOf } from '../core/fakes.ts';

const holder = { broker: 'rabbitmq', principal: 'orders', is: 'service', service: 'orders' } as const;
const queue = (name: string) => address('rabbitmq:queue', 'shop', name);
const creation = { action: 'create' as const, reason: 'owned', before: null, after: { size: 1 } };
const planWith = (access: readonly AccessChange[]) =>
  planOf({
    brokers: new Map([
      [
        'rabbitmq',
        {
          changes: [{ ...creation, address: box('b').address, kind: 'fake:box' }],
          ...{ blocked: [], unmanaged: [], warnings: [], owned: [], access },
        },
      ],
    ]),
  });
const gain = (name: string, over: Partial<AccessChange> = {}): AccessChange => ({
  ...holder,
  at: queue(name),
  gains: [{ right: 'read' }],
  loses: [],
  ...over,
});

describe('who gains or loses access', () => {
  const plan = planWith([
    gain('work', { gains: [{ right: 'read' }, { right: 'write', keys: '^a$', may: 'perhaps' }] }),
    gain('old', { gains: [], loses: [{ right: 'read' }] }),
    gain('x\u001b[2J', { principal: 'stranger', is: 'other', service: undefined }),
  ]);

  it('stands in the text of a plan, by principal', () => {
    expect(planAsText(plan, kinds, false)).toContain(
      [
        'who gains or loses access',
        '  orders on rabbitmq',
        '    + queue shop/work: read, perhaps write, keys ^a$',
        '    - queue shop/old: read',
        '  stranger, no service of the topology on rabbitmq',
        '    + queue shop/x\\u{1b}[2J: read',
      ].join('\n'),
    );
  });

  it('is a fold in Markdown', () => {
    const text = planAsMarkdown(plan, kinds);
    expect(text).toContain('<details><summary>who gains or loses access: 2 principals</summary>');
    expect(text).toContain(
      '```diff\n  orders on rabbitmq\n+ queue shop/work: read, perhaps write, keys ^a$\n',
    );
  });

  it('is counted where it is too much, and whole in JSON', () => {
    const many = planWith(
      Array.from({ length: 40 }, (_, at) =>
        gain(`q${at}`, { principal: `p${at % 20}`, service: `p${at % 20}` }),
      ),
    );
    const text = planAsText(many, kinds, false);
    expect(text).toContain('  and 5 more: --format json lists all');
    expect(text).not.toContain('p19 on rabbitmq');
    expect(many.access).toHaveLength(40);
  });

  it('is part of no digest, and not there where nobody does', () => {
    const nobody = planWith([]);
    expect(Object.keys(nobody)).not.toContain('access');
    expect(planDigest(nobody)).toBe(planDigest(plan));
    expect(planAsText(nobody, kinds, false)).not.toContain('access');
    expect(planAsMarkdown(nobody, kinds)).not.toContain('access');
  });
});

describe('answers', () => {
  const document: BlastDocument = {
    ...{ topology: 'shop', environment: 'test', of: 'live', service: 'a`b\n', suspended: false, hops: 2 },
    notes: ['<b>x</b> @team'],
    access: [
      {
        holder: { ...holder, principal: 'CN=\u202eorders' },
        power: 'tag administrator',
        reached: [
          {
            at: queue('```'),
            rights: [
              {
                right: 'read',
                may: 'perhaps',
                by: [{ address: queue('p'), says: 'read (?i)x', doubt: 'undecidable: y' }],
              },
            ],
          },
        ],
        wide: [],
      },
    ],
    hits: [
      {
        ...{ principal: 'b', effect: 'sends', may: 'yes', right: 'write', theirs: 'read', through: ['c'] },
        ...{
          at: queue('q'),
          meets: queue('r'),
          way: [{ at: queue('r'), by: 'dead letters' }],
          holder,
          from: holder,
        },
      },
    ],
  };

  it('show no mark that a terminal or Markdown would obey', () => {
    const text = accessAsText(blastTold(document), false);
    expect(text).toContain('a`b\\u{a} reaches');
    expect(text).toContain('as CN=\\u{202e}orders on rabbitmq, who could take any right (tag administrator)');
    expect(text).toContain(
      '? queue shop/```: read\n      read (?i)x: undecidable: y (rabbitmq:queue:shop/p)',
    );
    expect(text).toContain('who gets what those pass on, within 2 hops');
    expect(text).toContain(
      'through c: write on queue shop/q → queue shop/r (dead letters), where it has read',
    );
    const markdown = accessAsMarkdown(accessTold(document));
    expect(markdown).not.toMatch(/^.*```(?!text$|$).*$/m);
    expect(markdown).toContain('`<b>x</b>` `@team`');
  });

  it('of any size fit into a comment', () => {
    const reached = Array.from({ length: 5000 }, (_, at) => ({
      at: queue(`q${at}`),
      rights: [{ right: 'read', may: 'yes' as const, by: [] }],
    }));
    const markdown = accessAsMarkdown(accessTold({ ...document, access: [{ holder, reached, wide: [] }] }));
    expect(markdown.length).toBeLessThan(65_000);
    expect(markdown).toMatch(/… and \d+ more lines/);
  });
});
