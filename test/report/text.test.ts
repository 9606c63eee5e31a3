import { describe, expect, it } from 'vitest';
import { type Address, address } from '../../src/core/address.ts';
import type { Kind } from '../../src/core/kind.ts';
import { cautious } from '../../src/core/decisions.ts';
import { TopologyError, MqwardenError } from '../../src/core/errors.ts';
import { aclAddress } from '../../src/brokers/kafka/resources.ts';
import { kinds as everyKind } from '../../src/operations/session.ts';
import type { Change } from '../../src/core/resource.ts';
import { assemble, type BrokerPlan } from '../../src/core/plan.ts';
import {
  applyAsText,
  errorAsJson,
  errorAsText,
  failuresAsText,
  planAsText,
  questionAsText,
} from '../../src/report/index.ts';
import { asJson } from '../../src/report/json.ts';
import { box, grant, kinds, planOf } from '../core/fakes.ts';

const makePlan = (part: Partial<BrokerPlan>) =>
  planOf({
    brokers: new Map([
      ['fake', { changes: [], blocked: [], unmanaged: [], warnings: [], owned: [], ...part }],
    ]),
  });

const boxAt = address('fake:box', 'a b');

describe('a plan as text', () => {
  it('is one line when nothing changes', () => {
    const unmanaged = [
      { address: boxAt, claimed: false },
      { address: grant('x', 'y').address, claimed: true },
    ];
    expect(planAsText(makePlan({ unmanaged }), kinds, false)).toBe(
      'No changes: test is as declared; 2 unmanaged (1 claimed).\n',
    );
  });

  it('tells ACLs that differ in the operation only in one row, and twelve reasons in three', () => {
    const acl = (operation: 'read' | 'describe', permission: 'allow' | 'deny'): Change => {
      const of = {
        resource: 'topic',
        pattern: 'literal',
        name: 'orders',
        principal: 'User:a',
        host: '*',
      } as const;
      const spec = { ...of, operation, permission };
      const reason = Array.from({ length: 12 }, (_, at) => `consumes topic-${at} as group`).join('; ');
      return {
        action: 'create',
        address: aclAddress(spec),
        kind: 'kafka:acl',
        reason,
        before: null,
        after: spec,
      };
    };
    const changes = [acl('read', 'allow'), acl('describe', 'allow'), acl('read', 'deny')];
    expect(planAsText(makePlan({ changes }), everyKind, false)).toContain(
      `  consumes topic-0 as group; consumes topic-1 as group; consumes topic-2 as group; and 9 more
    + kafka ACL allow describe, read on topic orders (literal) to User:a from *
    + kafka ACL deny read on topic orders (literal) to User:a from *
`,
    );
  });

  it('groups by service, says what each change is for, and shows old and new', () => {
    const plan = makePlan({
      changes: [
        {
          action: 'create',
          address: boxAt,
          kind: 'fake:box',
          service: 'order',
          reason: 'owned by order',
          before: null,
          after: { size: 2 },
        },
        {
          action: 'update',
          address: grant('order', '').address,
          kind: 'fake:grant',
          service: 'order',
          reason: 'reads orders: may differ',
          before: { may: 'read' },
          after: { may: 'write' },
          cost: '3 open connections',
        },
        {
          action: 'delete',
          address: grant('pay', '').address,
          kind: 'fake:grant',
          service: 'pay',
          reason: 'drift',
          before: { may: 'all' },
          after: null,
        },
      ],
      blocked: [
        {
          action: 'delete',
          address: box('c').address,
          reason: 'a box holds things',
          hint: 'name it',
          cost: '12 messages',
        },
      ],
    });
    expect(planAsText(plan, kinds, false)).toBe(`Plan for shop, environment test

order
  owned by order
    + fake box a b  size 2
  reads orders: may differ
    ~ fake grant order
        may  read → write
        3 open connections

pay
  drift
    - fake grant pay  may all

blocked
  ! delete fake:box:c
      a box holds things (12 messages)
      name it

Plan: 1 to create, 1 to update, 1 to delete, 1 blocked.
`);
  });

  it('colours only when told to', () => {
    const plan = makePlan({});
    expect(planAsText(plan, kinds, false)).not.toContain('\u001b');
    expect(planAsText(plan, kinds, true)).toContain('\u001b[32mNo changes');
  });

  it('shows what could move the cursor or turn the text as escapes', () => {
    const nasty = 'a\u001b[2J\u202eb\r\nNo changes';
    const changes = [
      {
        action: 'create',
        address: address('fake:box', nasty),
        kind: 'fake:box',
        service: nasty,
        reason: nasty,
        before: null,
        after: { size: 1 },
      },
    ] as const;
    const text = planAsText(makePlan({ changes }), kinds, false);
    expect(text).not.toMatch(/[\u001b\u202e\r]/);
    expect(text).toContain('a\\u{1b}[2J\\u{202e}b\\u{d}\\u{a}No changes');
  });
});

describe('what is one line to us stays one line', () => {
  const forged = 'x\n\nPlan: nothing to do.\u2028\u0085';
  // Not percent-encoded, as an address from a command line may be.
  const at = `fake:box:${forged}` as Address;
  const change = {
    action: 'update',
    address: at,
    kind: 'fake:odd',
    service: forged,
    reason: forged,
    before: { may: forged },
    after: { may: `${forged}!` },
    cost: forged,
  } as const;
  const odd: Kind = {
    ...kinds['fake:grant'],
    label: forged,
    title: () => forged,
    show: (spec) => [[forged, JSON.stringify(spec) + forged]],
  } as Kind;
  const lines = (text: string) => text.split(/[\n\r\u0085\u2028\u2029]/).length - 1;
  const refusal = { action: 'delete', address: at, reason: forged, hint: forged, cost: forged } as const;
  const warning = { address: at, message: forged };

  it('in a plan', () => {
    const part = { changes: [change], blocked: [refusal], warnings: [warning] };
    const plan = { ...makePlan({ ...part, unmanaged: [{ address: at, claimed: true }] }), topology: forged };
    const text = planAsText({ ...plan, environment: forged }, { 'fake:odd': odd }, false);
    expect(text).toContain('x\\u{a}\\u{a}Plan: nothing to do.\\u{2028}\\u{85}');
    expect(text.match(/^Plan:/gm)).toHaveLength(1);
    // Warning, heading and its gap, group of 5 and its gap, blocked of 4 and its gap, unmanaged of 2 and its gap, summary.
    expect(lines(text)).toBe(1 + 2 + 6 + 5 + 3 + 1);
  });

  it('in outcomes', () => {
    const outcome = { status: 'failed', error: forged, hint: forged } as const;
    expect(lines(failuresAsText(false).one(change, outcome))).toBe(2);
    expect(lines(failuresAsText(false).one(change, { status: 'done' }))).toBe(1);
    const left = makePlan({ changes: [change] });
    const errors = [{ message: forged, hint: forged }];
    const items = [{ change, outcome: { status: 'done' } as const }];
    const text = applyAsText({ status: 'applied', items, warnings: [warning], errors, left }, false);
    expect(lines(text)).toBe(1 + 2 + 1);
  });

  it('in errors', () => {
    const position = { file: forged, line: 1, column: 1 };
    const related = [{ message: forged, position }];
    const error = new TopologyError([{ message: forged, position, hint: forged, related }]);
    expect(lines(errorAsText(error, false))).toBe(3);
    expect(lines(errorAsText(new MqwardenError('X', forged, { address: at, hint: forged }), false))).toBe(2);
  });
});

describe('JSON', () => {
  const odd = 'a\u007f\u009b31m\u2028\u2029\u202e\u200b\ufeff\u{e0041}\u001b\nb é → 😀';
  it('escapes what a terminal would obey or hide, and is the same data', () => {
    const text = asJson({ [odd]: [odd] });
    expect(text).not.toMatch(/[\u007f-\u009f\p{Cf}\p{Zl}\p{Zp}\u001b]/u);
    expect(text).toContain(
      'a\\u007f\\u009b31m\\u2028\\u2029\\u202e\\u200b\\ufeff\\udb40\\udc41\\u001b\\nb é → 😀',
    );
    expect(JSON.parse(text)).toEqual({ [odd]: [odd] });
  });
  it('is what errors are told in', () => {
    const text = errorAsJson(new MqwardenError('X', odd));
    expect(text).not.toMatch(/[\u007f-\u009f\p{Cf}\p{Zl}\p{Zp}]/u);
    expect(JSON.parse(text)).toMatchObject({ error: { message: odd } });
  });
});

describe('outcomes', () => {
  const change = {
    action: 'create',
    address: boxAt,
    kind: 'fake:box',
    reason: '',
    before: null,
    after: { size: 1 },
  } as const;
  it('tells a failure with the words of the broker and what to do', () => {
    const { one, rest } = failuresAsText(false);
    expect(one(change, { status: 'failed', error: '400 bad size', hint: 'use 1' })).toBe(
      'failed create fake:box:a%20b: 400 bad size\n  use 1\n',
    );
    expect(rest()).toBe('');
  });
  it('of hundreds with one cause tells twenty, then counts: what else went wrong is not buried', () => {
    const { one, rest } = failuresAsText(false);
    const gone = { status: 'failed', error: 'the broker is\ngone' } as const;
    const lines = Array.from({ length: 25 }, () => one(change, gone));
    expect(lines.filter((line) => line !== '')).toHaveLength(20);
    expect(one(change, { status: 'failed', error: 'bad size' })).toContain('bad size');
    expect(rest()).toBe('and 5 more: the broker is\\u{a}gone (the audit log has each)\n');
  });
  it('says what is left, or that nothing is', () => {
    const items = [{ change, outcome: { status: 'done' } as const }];
    const left = makePlan({});
    expect(applyAsText({ status: 'applied', items, warnings: [], errors: [], left }, false)).toBe(
      'Applied: 1 applied. Read again: nothing is left.\n',
    );
    const more = makePlan({ changes: [change] });
    expect(applyAsText({ status: 'applied', items, warnings: [], errors: [], left: more }, false)).toContain(
      '1 to do (fake:box:a%20b)',
    );
    expect(applyAsText({ status: 'declined' }, false)).toBe('Nothing was written.\n');
  });
});

describe('errors', () => {
  const position = { file: 'a.yaml', line: 3, column: 5 };
  const error = new TopologyError([
    { message: 'unknown key "publish"', position, hint: 'did you mean "publishes"?' },
    {
      message: 'declared twice',
      position,
      related: [{ message: 'first here', position: { ...position, line: 1 } }],
    },
  ]);
  it('lists every problem of a topology with its place and what to do', () => {
    expect(errorAsText(error, false)).toBe(
      'error a.yaml:3:5: unknown key "publish"\n  did you mean "publishes"?\nerror a.yaml:3:5: declared twice\n  a.yaml:1:5: first here\n',
    );
  });
  it('gives the same as JSON', () => {
    const body = JSON.parse(errorAsJson(error)) as {
      error: { code: string; problems: unknown[]; line: number };
    };
    expect(body.error).toMatchObject({ code: 'MQWARDEN_TOPOLOGY', line: 3 });
    expect(body.error.problems).toHaveLength(2);
  });
  it('never shows a cause', () => {
    const hidden = new MqwardenError('X', 'said', { cause: new Error('canary') });
    expect(errorAsText(hidden, false) + errorAsJson(hidden)).not.toContain('canary');
  });
});

it('asks about an environment without obeying its name', () => {
  const plan = assemble({
    topology: 'shop',
    topologyDigest: 't',
    environment: 'test\u001b[2K\rproduction',
    createdAt: new Date(0),
    decisions: cautious,
    brokers: new Map(),
  });
  expect(questionAsText(plan)).toBe('Apply this to test\\u{1b}[2K\\u{d}production?');
});
