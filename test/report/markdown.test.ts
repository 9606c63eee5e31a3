/** A plan for a pull request, rendered as GitHub would: names are whatever somebody who opens one likes. */
import fc from 'fast-check';
import { micromark } from 'micromark';
import { gfm, gfmHtml } from 'micromark-extension-gfm';
import { describe, expect, it } from 'vitest';
import { type Address, address } from '../../src/core/address.ts';
import type { Refusal } from '../../src/core/broker.ts';
import { cautious } from '../../src/core/decisions.ts';
import { assemble, type Plan } from '../../src/core/plan.ts';
import type { Change } from '../../src/core/resource.ts';
import { planAsMarkdown } from '../../src/report/markdown.ts';
import { box, grant, kinds } from '../core/fakes.ts';

const limit = 65_000;

interface Parts {
  readonly changes: readonly Change[];
  readonly blocked: readonly Refusal[];
  readonly warnings: Plan['warnings'];
  readonly unmanaged: Plan['unmanaged'];
  readonly unknown: readonly string[];
  readonly topology: string;
  readonly environment: string;
  readonly allowDataLoss: readonly string[];
  readonly against: Plan['against'];
}

function makePlan(parts: Partial<Parts>): Plan {
  const { changes = [], blocked = [], warnings = [], unmanaged = [], unknown = [] } = parts;
  return assemble({
    topology: parts.topology ?? 'shop',
    topologyDigest: 't',
    environment: parts.environment ?? 'test',
    createdAt: new Date(0),
    decisions: { ...cautious, allowDataLoss: parts.allowDataLoss ?? [] },
    brokers: new Map([['fake', { changes, blocked, unmanaged, warnings, owned: [], unknown }]]),
    against: parts.against,
  });
}

const markdown = (parts: Partial<Parts>) => planAsMarkdown(makePlan(parts), kinds);

/** HTML passes, as on GitHub, which then takes out what it does not like: here none but ours may be there at all. */
const render = (text: string) =>
  micromark(text, { extensions: [gfm()], htmlExtensions: [gfmHtml()], allowDangerousHtml: true });

const made = (name: string, service = 'order', over: Partial<Change> = {}): Change => ({
  action: 'create',
  address: address('fake:grant', name),
  kind: 'fake:grant',
  service,
  reason: `grants ${name}`,
  before: null,
  after: { may: 'read' },
  ...over,
});
const removed = (name: string, over: Partial<Change> = {}): Change => ({
  action: 'delete',
  address: box(name).address,
  kind: 'fake:box',
  service: 'order',
  reason: 'pruned',
  before: { size: 1 },
  after: null,
  ...over,
});
const refused = (name: string, service = 'order'): Refusal => ({
  action: 'delete',
  address: box(name).address,
  service,
  reason: 'a box holds things',
  hint: `name it to do it: --allow-data-loss fake:box:${name}`,
});

/** What stands outside every fold. */
const open = (text: string) => text.replace(/<details>[\s\S]*?<\/details>/g, '');

describe('a plan as Markdown', () => {
  it('is one line when nothing changes', () => {
    const unmanaged = [{ address: box('x').address, claimed: true }];
    expect(markdown({ unmanaged })).toBe(
      '**No changes**: environment `test` is as declared; 1 unmanaged (1 claimed).\n',
    );
  });

  it('does not say of a snapshot what is true of live brokers', () => {
    const against = { digest: 'd', takenAt: new Date(-7_200_000).toISOString() };
    const text = markdown({ against, unknown: ['whether Kafka accepts the 3 topics to create: asked live'] });
    expect(text).toBe(
      '**No changes**: environment `test` was as declared when the snapshot was taken. ' +
        'Planned against a snapshot of `1969-12-31T22:00:00.000Z`, 2 h old, **not against live brokers**. ' +
        '**Not known**: whether Kafka accepts the 3 topics to create: asked live.\n',
    );
  });

  it('has a table first, a fold a service, and the rest open', () => {
    const changes = [
      made('a'),
      made('b', 'order', { action: 'update', before: { may: 'read' }, after: { may: 'write' } }),
      made('c', 'pay'),
      removed('old', { cost: '12 messages' }),
    ];
    const text = markdown({ changes, blocked: [refused('kept', 'pay')], allowDataLoss: ['fake:box:old'] });
    expect(text).toBe(`### Plan for \`shop\`, environment \`test\`

**2 to create, 1 to update, 1 to delete, 1 blocked**.

| service | create | update | replace | delete | blocked |
|---|--:|--:|--:|--:|--:|
| \`order\` | 1 | 1 |  | 1 |  |
| \`pay\` | 1 |  |  |  | 1 |
| **all** | 2 | 1 |  | 1 | 1 |

**Blocked** (1)

\`\`\`diff
! delete fake:box:kept
      a box holds things
      name it to do it: --allow-data-loss fake:box:kept
\`\`\`

**May lose data or disturb somebody** (1)

\`\`\`diff
  order: pruned
- delete fake box old
      size  1
      12 messages
\`\`\`

<details><summary><code>order</code>: 1 to create, 1 to update</summary>

\`\`\`diff
  grants a
+ create fake grant a
      may  read
  grants b
! update fake grant b
      may  read → write
\`\`\`

</details>

<details><summary><code>pay</code>: 1 to create</summary>

\`\`\`diff
  grants c
+ create fake grant c
      may  read
\`\`\`

</details>

Digest \`${makePlan({ changes, blocked: [refused('kept', 'pay')], allowDataLoss: ['fake:box:old'] }).digest}\`, made \`1970-01-01T00:00:00.000Z\`.
`);
  });

  it('counts what it leaves out, by service, and keeps what is blocked and what is lost in sight', () => {
    const changes = Array.from({ length: 4_000 }, (_, at) => made(`grant-${at}`, `service-${at % 40}`));
    const blocked = [refused('kept', 'service-1')];
    const lost = removed('old', { service: 'service-2', cost: '12 messages' });
    const text = markdown({ changes: [...changes, lost], blocked });
    expect(text.length).toBeLessThanOrEqual(limit);
    expect(text.length).toBeGreaterThan(limit * 0.8);
    const shown = text.match(/^\+ create/gm)?.length ?? 0;
    expect(text).toContain(`**Cut to fit**: ${4_000 - shown} changes not shown here. By service: \`service-`);
    expect(text).toContain('15 more services');
    expect(open(text)).toContain('fake:box:kept');
    expect(open(text)).toContain('12 messages');
    // Every service has its share.
    expect(text.match(/<details>/g)).toHaveLength(40);
  });

  it('shows what there is room for, however many services there are', () => {
    const changes = Array.from({ length: 2_000 }, (_, at) => made(`grant-${at}`, `service-${at}`));
    const text = markdown({ changes });
    expect(text.length).toBeLessThanOrEqual(limit);
    expect(text.length).toBeGreaterThan(limit * 0.8);
    expect(text).toContain('| *1950 more* | 1950 |');
  });

  it('cuts long names and values, and says by how much', () => {
    const text = markdown({ changes: [made('x'.repeat(5_000), 's'.repeat(5_000))] });
    expect(text).toContain(`| \`${'s'.repeat(160)}… (5000 characters)\` |`);
    expect(text.length).toBeLessThan(5_000);
  });
});

/** Stands in every name; in what is rendered it may stand in `<code>` only. */
const flag = '\u2691';
const pieces = [
  ...[
    '`',
    '``',
    '```',
    '````',
    '|',
    '\\|',
    '\\',
    '\\\\',
    '\n',
    '\r\n',
    '\n\n',
    '\u2028',
    ' ',
    '  ',
    '\t',
    '\u00a0',
  ],
  ...[
    '<',
    '>',
    '&',
    '"',
    "'",
    '</code>',
    '</details>',
    '<details>',
    '</summary>',
    '<!--',
    '-->',
    '<img src=x>',
  ],
  ...['<script>', '<a href="https://evil.example">', '<b>', '&lt;', '&#60;', '<![CDATA[', '<?', '[a](b)'],
  ...[
    '![a](https://evil.example/x)',
    '[a]: b',
    '[^1]',
    '[ ]',
    '@octocat',
    '@org/team',
    '#1',
    'GH-1',
    'a@b.example',
  ],
  ...[
    'https://evil.example',
    'www.evil.example',
    ':tada:',
    '*',
    '**',
    '_',
    '~~',
    '~~~',
    '# ',
    '## ',
    '- ',
    '+ ',
  ],
  ...[
    '1. ',
    '> ',
    '---',
    '===',
    '|---|',
    '$',
    '$$',
    '\u202e',
    '\u2066',
    '\u200b',
    '\u001b[2J',
    '\u0000',
    '\u0085',
  ],
  ...['deadbeefdeadbeefdeadbeefdeadbeefdeadbeef', '\ud800', 'é', '😀', 'x', 'order', '+ ', '! '],
];
const hostile = fc
  .array(fc.oneof(fc.constantFrom(...pieces), fc.string({ unit: 'binary', maxLength: 4 })), { maxLength: 8 })
  .map((parts) => `${parts.join(flag)}${flag}${parts.join('')}`);
/** Not percent-encoded, as a forged plan may have it. */
const at = hostile.map((name) => `fake:box:${name.replaceAll('%', '')}` as Address);
const change = fc.record({
  action: fc.constantFrom('create' as const, 'update' as const, 'replace' as const, 'delete' as const),
  address: at,
  kind: fc.constantFrom('fake:grant', 'fake:box', 'fake:odd'),
  service: fc.option(hostile, { nil: undefined }),
  reason: hostile,
  before: fc.option(fc.record({ may: hostile, size: fc.nat() }), { nil: null }),
  after: fc.record({ may: hostile, size: fc.nat() }),
  cost: fc.option(hostile, { nil: undefined }),
});
const refusal = fc.record({
  action: fc.constant('delete' as const),
  address: at,
  service: fc.option(hostile, { nil: undefined }),
  reason: hostile,
  hint: hostile,
  cost: fc.option(hostile, { nil: undefined }),
});
const parts: fc.Arbitrary<Partial<Parts>> = fc.record({
  changes: fc.array(change, { maxLength: 5 }),
  blocked: fc.array(refusal, { maxLength: 3 }),
  warnings: fc.array(fc.record({ address: at, message: hostile }), { maxLength: 2 }),
  unmanaged: fc.array(fc.record({ address: at, claimed: fc.boolean() }), { maxLength: 3 }),
  unknown: fc.array(hostile, { maxLength: 2 }),
  topology: hostile,
  environment: hostile,
  against: fc.option(fc.record({ digest: hostile, takenAt: hostile }), { nil: undefined }),
});

const allowed = new Set(
  [
    'h3',
    'p',
    'strong',
    'em',
    'table',
    'thead',
    'tbody',
    'tr',
    'th',
    'td',
    'pre',
    'code',
    'details',
    'summary',
  ].concat(['blockquote']),
);

/** Every tag is one of ours, without an attribute but the alignment of a cell and the language of a block, and they nest. */
function expectOurTags(html: string): void {
  const stack: string[] = [];
  for (const [tag, closing, name = '', attributes = ''] of html.matchAll(/<(\/?)([^\s>]*)([^>]*)>/g)) {
    expect(allowed, tag).toContain(name);
    expect(attributes, tag).toMatch(/^(?: align="right"| class="language-(?:diff|text)")?$/);
    if (closing === '') stack.push(name);
    else expect(stack.pop(), tag).toBe(name);
  }
  expect(stack).toEqual([]);
}

function expectHarmless(text: string): string {
  const html = render(text);
  expectOurTags(html);
  const bare = html.replace(/<code[^>]*>[\s\S]*?<\/code>/g, '');
  expect(bare).not.toContain(flag);
  expect(bare).not.toContain('@');
  expect(text).not.toMatch(/[\p{Cf}\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028\u2029]/u);
  return html;
}

describe('whatever the names are', () => {
  it('they stay in their place, and the folds nest', () => {
    fc.assert(
      fc.property(parts, (given) => {
        const plan = makePlan(given);
        const text = planAsMarkdown(plan, { ...kinds });
        expect(text.length).toBeLessThanOrEqual(limit);
        const html = expectHarmless(text);
        if (plan.changes.length + plan.blocked.length === 0) return;
        const services = new Set([...plan.changes, ...plan.blocked].map(({ service }) => service ?? ''));
        const rows = [...html.matchAll(/<tr>([\s\S]*?)<\/tr>/g)].map(
          ([, row = '']) => row.match(/<t[hd]/g)?.length,
        );
        expect(rows).toEqual(Array.from({ length: services.size + (services.size > 1 ? 2 : 1) }, () => 6));
        const openHtml = html.replace(/<details>[\s\S]*?<\/details>/g, '');
        expect(openHtml.match(/! delete/g)?.length ?? 0).toBeGreaterThanOrEqual(plan.blocked.length);
      }),
      { numRuns: 150 },
    );
  });

  it('a plan of any size fits, and cuts nothing in two', () => {
    const sized = fc.record({
      services: fc.integer({ min: 1, max: 900 }),
      changes: fc.integer({ min: 0, max: 1_200 }),
      blocked: fc.integer({ min: 0, max: 600 }),
      names: fc.array(hostile, { minLength: 1, maxLength: 4 }),
      stretch: fc.constantFrom(1, 5, 30),
      kind: fc.constantFrom('fake:box', 'fake:grant'),
      action: fc.constantFrom('create' as const, 'delete' as const),
    });
    fc.assert(
      fc.property(sized, ({ services, changes, blocked, names, stretch, kind, action }) => {
        const name = (index: number) => `${(names[index % names.length] ?? '').repeat(stretch)}${index}`;
        const service = (index: number) => name(index % services);
        const text = markdown({
          changes: Array.from({ length: changes }, (_, index) => ({
            ...made('x', service(index), { action, kind, reason: name(index), after: { may: name(index) } }),
            address: `fake:box:${index}` as Address,
          })),
          blocked: Array.from({ length: blocked }, (_, index) => ({
            ...refused('x', service(index)),
            reason: name(index),
          })),
          warnings: names.map((message) => ({ address: box('x').address, message: message.repeat(stretch) })),
          unknown: names.map((one) => one.repeat(stretch)),
          unmanaged: Array.from({ length: 1_000 }, () => ({ address: box('y').address, claimed: false })),
        });
        expect(text.length).toBeLessThanOrEqual(limit);
        expectHarmless(text);
        const shown = text.match(/^[+-] (?:create|delete) fake/gm)?.length ?? 0;
        const left = Number(/ (\d+) changes(?:,| not shown)/.exec(text)?.[1] ?? 0);
        expect(shown + left).toBe(changes);
      }),
      { numRuns: 4 },
    );
  }, 60_000);

  it('no grant is hidden in a fold when it takes down what holds data', () => {
    const text = markdown({ changes: [removed('a'), removed('b', { action: 'replace' })], blocked: [] });
    expect(text).not.toContain('<details>');
    expect(text.match(/^[-!] (?:delete|replace) fake box/gm)).toHaveLength(2);
    expect(grant('x', 'y').kind).toBe('fake:grant');
  });
});
