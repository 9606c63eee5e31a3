/** Made-up reports: a small one with all there is to show, one of names that want to run, and one of any size. */
import { address, type Address } from '../../../src/core/address.ts';
import type { Finding } from '../../../src/core/finding.ts';
import type { PageAccess, PageEdge, PageModel, PageNode } from '../../../src/report/page/model.ts';

const at = (kind: string, name: string): Address =>
  kind.startsWith('kafka') ? address(kind, name) : address(kind, 'shop', name);

export const service = (name: string, owner?: string): PageNode => ({
  id: `service:${name}`,
  kind: 'service',
  label: name,
  place: '',
  ...(owner === undefined ? {} : { owner }),
});

export const thing = (kind: string, name: string, owner?: string): PageNode => ({
  id: at(kind, name),
  kind,
  label: name,
  place: kind.startsWith('kafka') ? '' : 'shop',
  broker: kind.split(':')[0] ?? '',
  ...(owner === undefined ? {} : { owner }),
});

export const edge = (from: PageNode, is: PageEdge['is'], to: PageNode, says = ''): PageEdge => ({
  from: from.id,
  to: to.id,
  is,
  ...(is === 'flows' ? {} : { right: is === 'writes' ? 'write' : 'read' }),
  says,
});

/** Who may do what by the edges. */
function accessBy(nodes: readonly PageNode[], edges: readonly PageEdge[]): PageAccess[] {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  return edges.flatMap(({ from, to, is, says }) => {
    const [who, what] = is === 'writes' ? [from, to] : [to, from];
    const node = byId.get(who);
    if (is === 'flows' || node === undefined) return [];
    const broker = byId.get(what)?.broker ?? '';
    const holder = { broker, principal: node.label, is: 'service', service: node.label } as const;
    const right = is === 'writes' ? 'write' : 'read';
    return [
      {
        who,
        holder,
        at: what as Address,
        rights: [{ right, may: 'yes', ...(says === '' ? {} : { keys: says }) }],
      },
    ];
  });
}

function modelOf(
  nodes: readonly PageNode[],
  edges: readonly PageEdge[],
  more: Partial<PageModel> = {},
): PageModel {
  const left = { is: 'left', why: 'this test does not ask' } as const;
  return {
    topology: 'shop',
    environment: 'production',
    production: true,
    createdAt: '2026-01-31T09:00:00.000Z',
    version: '0.0.0',
    of: 'topology',
    brokers: [
      { name: 'rabbitmq', title: 'RabbitMQ' },
      { name: 'kafka', title: 'Kafka' },
    ],
    nodes,
    edges,
    access: accessBy(nodes, edges),
    blast: left,
    checklist: left,
    lint: left,
    drift: left,
    ages: left,
    notes: [],
    ...more,
  };
}

function findings(): Finding[] {
  return [
    {
      rule: 'MQA01',
      name: 'no-guest',
      severity: 'error',
      verdict: 'fail',
      check: 1,
      message: 'guest can log in',
      evidence: 'a login as guest was accepted',
      hint: 'delete the user guest',
      link: 'https://www.rabbitmq.com/docs/access-control',
    },
    {
      rule: 'MQA02',
      name: 'tls',
      severity: 'note',
      verdict: 'pass',
      check: 2,
      message: 'only TLS is listened for',
      evidence: 'listeners: amqp/ssl 5671',
    },
    {
      rule: 'MQA12',
      name: 'network',
      severity: 'note',
      verdict: 'manual',
      check: 12,
      message: 'who can reach the ports is not told by a broker',
    },
  ];
}

/** Orders go from a shop through an exchange to two queues, and through a topic to a report. */
export function shop(): PageModel {
  const [orders, mails, bills, reports] = [
    service('order-service', 'orders'),
    service('mail-service', 'comms'),
    service('bill-service', 'money'),
    service('report-service', 'money'),
  ] as const;
  const events = thing('rabbitmq:exchange', 'order.events', 'order-service');
  const [mail, bill] = [
    thing('rabbitmq:queue', 'mail.orders', 'mail-service'),
    thing('rabbitmq:queue', 'bill.orders', 'bill-service'),
  ];
  const topic = thing('kafka:topic', 'orders', 'order-service');
  const nodes = [orders, mails, bills, reports, events, mail, bill, topic];
  const edges = [
    edge(orders, 'writes', events, 'order.#'),
    edge(events, 'flows', mail, 'binding order.paid'),
    edge(events, 'flows', bill, 'binding order.#'),
    edge(mail, 'reads', mails),
    edge(bill, 'reads', bills),
    edge(orders, 'writes', topic),
    { ...edge(topic, 'reads', reports, 'group reports'), doubt: 'from 10.0.0.7 only' },
  ];
  return modelOf(nodes, edges, {
    checklist: { is: 'told', value: findings() },
    lint: {
      is: 'told',
      value: [
        {
          rule: 'MQ101',
          name: 'wide',
          severity: 'warning',
          message: 'a grant is wide',
          position: { file: 'topology/order.yaml', line: 3, column: 7 },
        },
      ],
    },
    drift: {
      is: 'told',
      value: {
        changes: [
          {
            action: 'delete',
            address: address('rabbitmq:permission', 'shop', 'old'),
            kind: 'rabbitmq:permission',
            reason: 'not declared',
            before: {},
            after: null,
          },
        ],
        blocked: [],
        unmanaged: [{ address: address('kafka:topic', 'left-over'), claimed: false }],
        warnings: [],
        access: [],
      },
    },
    ages: {
      is: 'told',
      value: {
        version: 1,
        topology: 'shop',
        environment: 'production',
        credentials: [
          {
            broker: 'rabbitmq',
            service: 'order-service',
            status: 'overdue',
            principal: 'order-service',
            days: 120,
            since: '2025-10-03T00:00:00.000Z',
            by: 'rotation',
            limitAt: '2026-01-01T00:00:00.000Z',
          },
        ],
        summary: { ok: 0, due: 0, overdue: 1, none: 0, unknown: 0 },
      },
    },
    blast: {
      is: 'told',
      value: [
        {
          who: orders.id,
          service: 'order-service',
          hits: [
            {
              principal: 'mail-service',
              effect: 'sends',
              may: 'yes',
              at: events.id as Address,
              right: 'write',
              way: [{ at: mail.id as Address, by: 'binding order.paid' }],
              meets: mail.id as Address,
              theirs: 'read',
              through: [],
              holder: {
                broker: 'rabbitmq',
                principal: 'mail-service',
                is: 'service',
                service: 'mail-service',
              },
            },
          ],
          wide: [],
        },
        {
          who: reports.id,
          service: 'report-service',
          hits: [
            {
              principal: 'order-service',
              effect: 'reads',
              may: 'yes',
              at: topic.id as Address,
              right: 'read',
              way: [],
              meets: topic.id as Address,
              theirs: 'write',
              through: [],
              holder: {
                broker: 'kafka',
                principal: 'order-service',
                is: 'service',
                service: 'order-service',
              },
            },
          ],
          wide: [],
        },
      ],
    },
    notes: ['who may use the default exchange is not drawn'],
  });
}

/** Whatever a queue can be called that a page might take for something else. */
export const hostile = [
  '</script><script>globalThis.ran = 1</script>',
  '<img src=x onerror="globalThis.ran = 2">',
  '" autofocus onfocus="globalThis.ran = 3',
  "'><svg onload=globalThis.ran=4>",
  '<!--<script>',
  'javascript:globalThis.ran=5',
  '${globalThis.ran = 6}{{7}}',
  '&lt;b&gt;',
  'turned\u202egnihtemos',
  'line\u2028break\nand\u0000nothing\u001b[31m',
  '__proto__',
  'מלכים/5',
  'constructor',
  'hasOwnProperty',
  'x'.repeat(250),
  '%E0%A4%A',
  ']]>',
  'a b/c#d?e',
] as const;

export function attacked(): PageModel {
  const pairs = hostile.map((name) => ({
    one: service(name, name),
    other: thing('rabbitmq:queue', name, name),
    topic: thing('kafka:topic', name),
  }));
  const nodes = pairs.flatMap(({ one, other, topic }) => [one, other, topic]);
  const edges = pairs.flatMap(({ one, other, topic }, index) => {
    const before = pairs[(index + 1) % pairs.length] ?? { one, other, topic };
    return [
      { ...edge(other, 'reads', one, hostile[index] ?? ''), doubt: hostile[index] ?? '' },
      edge(before.one, 'writes', other, hostile[index] ?? ''),
      edge(one, 'writes', topic),
    ];
  });
  const said = hostile.map((name): Finding => ({
    rule: name,
    name,
    severity: 'error',
    verdict: 'fail',
    message: name,
    evidence: name,
    hint: name,
    service: name,
    link: name,
    position: { file: name, line: 1, column: 1 },
    related: [{ message: name, address: at('kafka:topic', name) }],
  }));
  const [first] = hostile;
  return modelOf(nodes, edges, {
    topology: first,
    environment: first,
    version: first,
    notes: hostile,
    checklist: { is: 'told', value: said },
    lint: { is: 'told', value: said },
    blast: { is: 'left', why: first },
    ages: {
      is: 'told',
      value: {
        version: 1,
        topology: first,
        environment: first,
        credentials: hostile.map((name) => ({
          broker: name,
          service: name,
          status: 'ok',
          principal: name,
          note: name,
        })),
        summary: { ok: 1, due: 0, overdue: 0, none: 0, unknown: 0 },
      },
    },
    drift: {
      is: 'told',
      value: {
        changes: hostile.map((name) => ({
          action: 'create',
          address: at('rabbitmq:queue', name),
          kind: 'rabbitmq:queue',
          service: name,
          reason: name,
          cost: name,
          before: null,
          after: {},
        })),
        blocked: hostile.map((name) => ({
          action: 'delete',
          address: at('kafka:topic', name),
          reason: name,
          hint: name,
        })),
        unmanaged: [],
        warnings: hostile.map((name) => ({ address: at('kafka:topic', name), message: name })),
        access: hostile.map((name) => ({
          broker: name,
          principal: name,
          is: 'other',
          at: at('kafka:topic', name),
          gains: [{ right: name, keys: name }],
          loses: [],
        })),
      },
    },
  });
}

/** Each service writes to five topics and two exchanges, and reads from its neighbours. */
export function sized(services: number): PageModel {
  const all = Array.from({ length: services }, (_, index) => {
    const name = `service-${String(index).padStart(3, '0')}`;
    const made = (kind: string, word: string, many: number) =>
      Array.from({ length: many }, (_, n) => thing(kind, `${name}.${word}-${n}`, name));
    return {
      one: service(name, `team-${index % 10}`),
      topics: made('kafka:topic', 'topic', 5),
      exchanges: made('rabbitmq:exchange', 'exchange', 2),
      queues: made('rabbitmq:queue', 'queue', 4),
    };
  });
  const edges = all.flatMap(({ one, topics, exchanges, queues }, index) => {
    const after = (n: number) => all[(index + n + 1) % services];
    return [
      ...topics.map((topic) => edge(one, 'writes', topic)),
      ...exchanges.map((exchange) => edge(one, 'writes', exchange, 'event.*')),
      ...queues.flatMap((queue, n) => {
        const source = after(n)?.exchanges[n % 2];
        const topic = after(n)?.topics[n];
        return [
          edge(queue, 'reads', one),
          ...(source === undefined ? [] : [edge(source, 'flows', queue, `binding event.${n}`)]),
          ...(topic === undefined ? [] : [edge(topic, 'reads', one, `group ${one.label}-${n}`)]),
        ];
      }),
    ];
  });
  return modelOf(
    all.flatMap(({ one, topics, exchanges, queues }) => [one, ...topics, ...exchanges, ...queues]),
    edges,
  );
}
