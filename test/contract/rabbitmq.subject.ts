import { randomBytes } from 'node:crypto';
import type { Subject } from './subject.ts';

interface Endpoint {
  readonly managementUrl: string;
  readonly amqpsUrl: string;
  readonly ca: string;
  readonly admin: { readonly username: string; readonly password: string };
}

/** A life of one service and a second that comes and goes, over every kind; names with everything that AMQP allows. */
export function rabbitSubject(at: Endpoint): Subject {
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
    },
  });
  const visitor = {
    rabbitmq: {
      limits: { maxConnections: 3 },
      exchanges: { temporary: { type: 'direct', alternateExchange: dead } },
      queues: { temporary: { type: 'classic', bindings: [{ exchange: 'temporary', routingKey: 'x' }] } },
      publishes: ['temporary', events],
      sends: ['temporary'],
      consumes: ['temporary'],
    },
  };
  return {
    run,
    section: {
      managementUrl: at.managementUrl,
      amqpsUrl: at.amqpsUrl,
      vhost: { name: vhost, limits: { maxConnections: 100 } },
      tls: { ca: 'ca.pem' },
      admin: { username: at.admin.username, password: 'env:ADMIN_PASSWORD' },
    },
    files: { 'ca.pem': at.ca },
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
        ],
      },
      {
        name: 'a second service, and another routing key',
        services: { [shop]: shopAt('order.*', ['monitoring']), [guest]: visitor },
        decisions: { prune: true },
        does: [
          'update rabbitmq:user',
          'update rabbitmq:topic-permission',
          'delete rabbitmq:binding',
          'create rabbitmq:queue',
        ],
      },
      {
        name: 'a setting that cannot change in place, and rights that do',
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
        name: 'the second service is gone',
        services: { [shop]: shopAt('order.*', []) },
        decisions: {
          prune: true,
          allowDataLoss: [address('exchange', 'temporary'), address('queue', 'temporary')],
        },
        does: [
          'delete rabbitmq:user',
          'delete rabbitmq:permission',
          'delete rabbitmq:topic-permission',
          'delete rabbitmq:exchange',
          'delete rabbitmq:queue',
          'delete rabbitmq:binding',
        ],
      },
    ],
    unreachable: {
      'update rabbitmq:vhost': 'a stage cannot change the environment; shown in test/rabbitmq',
      'delete rabbitmq:vhost': 'a vhost that no environment declares is not in scope; shown in test/rabbitmq',
      'update rabbitmq:binding': 'a binding is its identity: it is made or unmade',
    },
  };
}
