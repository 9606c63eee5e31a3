import { readFileSync } from 'node:fs';
import { connect } from '../../src/brokers/rabbitmq/connect.ts';
import type { Credential } from '../../src/core/broker.ts';
import type { SharedRabbitMQ } from '../brokers/connection.ts';
import { uniqueName } from '../brokers/index.ts';
import type { RabbitProbes } from './rabbitmq-grants.ts';
import type { Surroundings } from './detour.ts';
import type { Setting } from './scene.ts';

export interface RabbitSetting extends Setting {
  readonly vhost: string;
  readonly probes: RabbitProbes;
}

/** An environment with a vhost of its own; a test fills it with services. */
export function rabbitSubject(at: SharedRabbitMQ, mark: string): Surroundings {
  return {
    section: {
      managementUrl: at.managementUrl,
      amqpsUrl: at.amqpsUrl,
      vhost: mark,
      tls: { ca: 'ca.pem' },
      admin: { username: at.admin.username, password: 'env:ADMIN_PASSWORD' },
    },
    files: { 'ca.pem': at.ca },
    variables: { ADMIN_PASSWORD: at.admin.password },
    claims: { users: `*-${mark}` },
  };
}

export async function rabbitLogin(at: SharedRabbitMQ, vhost: string, credential: Credential): Promise<void> {
  const { certFile, keyFile } = await at.clientCertificate('kill');
  const tls = { ca: at.ca, cert: readFileSync(certFile), key: readFileSync(keyFile) };
  const connection = await connect({ service: 'kill', url: at.amqpsUrl, vhost, tls, ...credential });
  await connection.close();
}

/** Two topologies that differ in every kind, and in every way in which grants can move. */
export function rabbitSetting(at: SharedRabbitMQ): RabbitSetting {
  const mark = uniqueName('kill');
  const name = (service: string) => `${service}-${mark}`;
  const address = (kind: string, ...parts: string[]) =>
    `rabbitmq:${kind}:${[mark, ...parts].map(encodeURIComponent).join('/')}`;
  return {
    broker: 'rabbitmq',
    mark,
    vhost: mark,
    subject: rabbitSubject(at, mark),
    old: () => oldServices(name),
    fresh: () => freshServices(name),
    decisions: {
      prune: true,
      maxDeletes: 100,
      allowDataLoss: [
        ...['gone', 'fresh'].flatMap((one) => [address('exchange', one), address('queue', one)]),
        // All the bindings of a queue: messages would go nowhere for a moment.
        ...['a/x.1', 'a/z', 'b/y.1', 'b/z'].map((one) => {
          const [source = '', key = ''] = one.split('/');
          return address('binding', source, 'queue', 'bound', key);
        }),
      ],
    },
    logins: [name('owner'), name('joiner')],
    newcomer: name('joiner'),
    login: (credential) => rabbitLogin(at, mark, credential),
    probes: {
      vhost: mark,
      topicExchanges: ['a', 'b'],
      routingKeys: ['x', 'x.1', 'y', 'y.1', 'y.#', 'z'],
      names: ['gone', 'fresh', 'work', 'bound', 'amq.default', 'other'],
    },
  };
}

type Name = (service: string) => string;

const publishes = (exchange: string, ...routingKeys: string[]) => ({ exchange, routingKeys });

function oldServices(name: Name) {
  return {
    [name('owner')]: {
      rabbitmq: {
        exchanges: { a: { type: 'topic' }, b: { type: 'topic' }, gone: {} },
        queues: {
          work: { bindings: [{ exchange: 'a', routingKeys: ['x.#', 'z'] }] },
          gone: { bindings: [{ exchange: 'gone' }] },
        },
        publishes: ['gone'],
        consumes: ['work', 'gone'],
      },
    },
    // From one exchange and key to another.
    [name('mover')]: { rabbitmq: { publishes: [publishes('a', 'x.*')], consumes: ['gone'] } },
    // Loses a row, and must not have every key of b in between.
    [name('loser')]: { rabbitmq: { publishes: [publishes('a', 'x.*'), publishes('b', 'y.*')] } },
    // Changes its key, and must not have both exchanges with both keys.
    [name('changer')]: { rabbitmq: { publishes: [publishes('a', 'x.*')], limits: { maxChannels: 10 } } },
    // Binds itself: read of the source, with the key in the row.
    [name('binder')]: {
      rabbitmq: {
        declares: true,
        queues: { bound: { bindings: [{ exchange: 'a', routingKeys: ['x.1', 'z'] }] } },
      },
    },
    [name('leaver')]: { rabbitmq: { publishes: [publishes('a', 'x.*')], consumes: ['work'] } },
  };
}

function freshServices(name: Name) {
  return {
    [name('owner')]: {
      rabbitmq: {
        tags: ['monitoring'],
        exchanges: { a: { type: 'topic' }, b: { type: 'topic' }, fresh: { type: 'fanout' } },
        queues: {
          work: { bindings: [{ exchange: 'a', routingKeys: ['x.1', 'z'] }] },
          fresh: { type: 'quorum', bindings: [{ exchange: 'fresh' }] },
        },
        publishes: ['fresh'],
        consumes: ['work', 'fresh'],
      },
    },
    [name('mover')]: { rabbitmq: { publishes: [publishes('b', 'y.*')], consumes: ['fresh'] } },
    [name('loser')]: { rabbitmq: { publishes: [publishes('a', 'x.*')] } },
    [name('changer')]: { rabbitmq: { publishes: [publishes('a', 'y.*')] } },
    [name('binder')]: {
      rabbitmq: {
        declares: true,
        queues: { bound: { bindings: [{ exchange: 'b', routingKeys: ['y.1', 'z'] }] } },
      },
    },
    [name('joiner')]: { rabbitmq: { publishes: [publishes('b', 'y.*')], consumes: ['work'] } },
  };
}
