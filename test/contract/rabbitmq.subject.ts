import { randomBytes } from 'node:crypto';
import type { Subject } from './subject.ts';

interface Endpoint {
  readonly managementUrl: string;
  readonly amqpsUrl: string;
  readonly ca: string;
  readonly admin: { readonly username: string; readonly password: string };
}

/** A life of one service and a second that comes and goes, over every kind; names with everything that AMQP allows. */
export function rabbitSubject(
  at: Endpoint,
  client?: { readonly cert: string; readonly key: string },
): Subject {
  const run = randomBytes(4).toString('hex');
  const vhost = `contract ${run}/%é`;
  const [shop, guest] = [`shop@${run}/+~ é`, `visitor.${run}%41`];
  const [events, dead] = ['events /%41@+~ é.x', 'dead'];
  const work = 'work /%41@+~ é.q';
  const address = (kind: string, ...parts: string[]) =>
    `rabbitmq:${kind}:${[vhost, ...parts].map(encodeURIComponent).join('/')}`;
  const shopAt = (key: string, tags: string[]) => ({
    rabbitmq: {
      tags,
      exchanges: {
        [events]: { type: 'topic' },
        [dead]: { type: 'fanout', bindings: [{ exchange: events, routingKey: 'e2e~#' }] },
      },
      queues: {
        [work]: {
          type: 'quorum',
          deadLetter: { exchange: dead },
          bindings: [{ exchange: events, routingKeys: [key, 'a~b /%41é'] }],
        },
        log: { type: 'stream', bindings: [{ exchange: dead, arguments: { 'x-note': 'é', n: 2 } }] },
      },
      publishes: [{ exchange: events, routingKeys: [key] }],
      consumes: [work],
      serves: ['requests /%41@+~ é.q'],
    },
  });
  const visitor = {
    rabbitmq: {
      limits: { maxConnections: 3 },
      exchanges: { temporary: { type: 'direct', alternateExchange: dead } },
      queues: { temporary: { type: 'classic', bindings: [{ exchange: 'temporary', routingKey: 'x' }] } },
      publishes: ['temporary', events],
      sends: ['temporary'],
      consumes: ['temporary', { queue: 'elsewhere', vhost: 'second' }],
      calls: [shop],
      temporaryQueues: { bindings: [{ exchange: events, routingKeys: ['a~b /%41é'] }] },
    },
  };
  const limits = 'limits /%41@+~ é.p';
  const sectionWith = (maxConnections: number, policies: object) => ({
    managementUrl: at.managementUrl,
    amqpsUrl: at.amqpsUrl,
    vhost: { name: vhost, limits: { maxConnections }, ...policies },
    vhosts: { second: `${vhost} 2` },
    tls: { ca: 'ca.pem', ...(client === undefined ? {} : { cert: 'client.pem', key: 'client.key' }) },
    admin: { username: at.admin.username, password: 'env:ADMIN_PASSWORD' },
  });
  const policies = (length: number) => ({
    policies: {
      [limits]: { pattern: '^work /%41@\\+~ é', priority: -1, definition: { 'max-length': length } },
    },
    operatorPolicies: { [limits]: { pattern: '^work', definition: { 'max-length': 10 * length } } },
  });
  return {
    run,
    section: sectionWith(100, policies(1000)),
    files: {
      'ca.pem': at.ca,
      ...(client === undefined ? {} : { 'client.pem': client.cert, 'client.key': client.key }),
    },
    variables: { ADMIN_PASSWORD: at.admin.password },
    claims: { users: `*${run}*` },
    stages: [
      {
        name: 'one service',
        services: { [shop]: shopAt('order.#', []) },
        does: [
          'create rabbitmq:vhost',
          'create rabbitmq:user',
          'create rabbitmq:permission',
          'create rabbitmq:topic-permission',
          'create rabbitmq:exchange',
          'create rabbitmq:queue',
          'create rabbitmq:binding',
          'create rabbitmq:policy',
          'create rabbitmq:operator-policy',
        ],
      },
      {
        name: 'a second service, another routing key, and higher limits',
        section: sectionWith(200, policies(2000)),
        services: { [shop]: shopAt('order.*', ['monitoring']), [guest]: visitor },
        decisions: { prune: true },
        does: [
          'update rabbitmq:vhost',
          'update rabbitmq:policy',
          'update rabbitmq:operator-policy',
          'update rabbitmq:user',
          'update rabbitmq:topic-permission',
          'delete rabbitmq:binding',
          'create rabbitmq:queue',
        ],
      },
      {
        name: 'a setting that cannot change in place, and rights that do',
        section: sectionWith(200, policies(2000)),
        services: {
          [shop]: shopAt('order.*', []),
          [guest]: {
            rabbitmq: {
              ...visitor.rabbitmq,
              exchanges: { temporary: { type: 'fanout', alternateExchange: dead } },
              queues: { temporary: { ...visitor.rabbitmq.queues.temporary, type: 'quorum' } },
              sends: [],
            },
          },
        },
        decisions: { allowDataLoss: [address('exchange', 'temporary'), address('queue', 'temporary')] },
        does: ['replace rabbitmq:exchange', 'replace rabbitmq:queue', 'update rabbitmq:permission'],
      },
      {
        name: 'the second service is gone, and the policies',
        section: sectionWith(200, {}),
        services: { [shop]: shopAt('order.*', []) },
        decisions: {
          prune: true,
          allowDataLoss: [
            address('exchange', 'temporary'),
            address('queue', 'temporary'),
            address('queue', `${guest}.replies.requests /%41@+~ é.q`),
          ],
        },
        does: [
          'delete rabbitmq:user',
          'delete rabbitmq:permission',
          'delete rabbitmq:topic-permission',
          'delete rabbitmq:exchange',
          'delete rabbitmq:queue',
          'delete rabbitmq:binding',
          'delete rabbitmq:policy',
          'delete rabbitmq:operator-policy',
        ],
      },
    ],
    unreachable: {
      'delete rabbitmq:vhost': 'a vhost that no environment declares is not in scope; shown in test/rabbitmq',
      'update rabbitmq:binding': 'a binding is its identity: it is made or unmade',
    },
  };
}
