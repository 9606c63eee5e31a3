/** Which doors of a RabbitMQ are knocked at. */
import { createServer } from 'node:net';
import { expect, it } from 'vitest';
import { isAllowed } from '../../src/brokers/kafka/facts/trials.ts';
import { knockAll as knockAtKafka } from '../../src/brokers/kafka/facts/doors.ts';
import { doorsOf, knockAll } from '../../src/brokers/rabbitmq/facts/doors.ts';
import { startTcpProxy } from '../brokers/proxy.ts';
import { listening } from '../probe/listening.ts';

type Listeners = Parameters<typeof doorsOf>[1];

const at = (section: object) => ({ section }) as Parameters<typeof doorsOf>[0];
const endpoints = { managementUrl: 'https://rabbit.test:15671', amqpsUrl: 'amqps://rabbit.test:5671' };
const listener = (protocol: string, port: number, node: string) => ({ protocol, port, node });
const told = (...value: ReturnType<typeof listener>[]): Listeners => ({ is: 'told', value });
const seen = (section: object, listeners: Listeners) =>
  doorsOf(at(section), listeners).map(({ protocol, host, port, serverName }) =>
    [protocol ?? 'endpoint', host, port, ...(serverName === undefined ? [] : [serverName])].join(' '),
  );

it('each listener of a broker, but the one for other brokers', () => {
  expect(
    seen(
      endpoints,
      told(
        listener('amqp/ssl', 5671, 'rabbit@a'),
        listener('https', 15671, 'rabbit@a'),
        listener('clustering', 25672, 'rabbit@a'),
      ),
    ),
  ).toEqual(['amqp/ssl rabbit.test 5671', 'https rabbit.test 15671']);
});

it('what the topology names and no listener tells of, which a proxy may stand for', () => {
  expect(
    seen({ ...endpoints, managementUrl: 'https://proxy.test' }, told(listener('amqp/ssl', 5671, 'rabbit@a'))),
  ).toEqual(['amqp/ssl rabbit.test 5671', 'https proxy.test 443']);
  expect(seen(endpoints, { is: 'lacked', why: '', needs: '' })).toEqual([
    'endpoint rabbit.test 5671',
    'https rabbit.test 15671',
  ]);
});

it('each node of a cluster by its own name, for the certificate of the name that clients know', () => {
  expect(
    seen(
      endpoints,
      told(
        listener('amqp/ssl', 5671, 'rabbit@a'),
        listener('amqp/ssl', 5671, 'rabbit@b'),
        listener('https', 15671, 'rabbit@b'),
      ),
    ),
  ).toEqual([
    'amqp/ssl rabbit.test 5671',
    'https rabbit.test 15671',
    'amqp/ssl a 5671 rabbit.test',
    'amqp/ssl b 5671 rabbit.test',
    'https b 15671 rabbit.test',
  ]);
});

it('one that says something that is not of Kafka has refused nobody', async () => {
  const server = createServer((socket) => socket.on('error', () => undefined).end('HTTP'));
  const { port } = await listening(server);
  const listeners = `PLAINTEXT://127.0.0.1:${port}`;
  const settings = new Map([['advertised.listeners', listeners]]);
  try {
    const [door] = await knockAtKafka(
      new Map([[1, settings]]),
      { section: {}, locate: () => undefined } as never,
      { timeoutMs: 5000 } as never,
    );
    expect(door).toMatchObject({ anonymous: undefined, mechanisms: undefined });
  } finally {
    server.close();
  }
});

it('one that takes a connection and never answers refuses nothing, and is not waited for', async () => {
  const proxy = await startTcpProxy('localhost:1', 'hang');
  try {
    const context = { timeoutMs: 300 } as never;
    const door = { protocol: 'amqp/ssl', host: 'localhost', port: proxy.port };
    const login = { tls: {} } as never;
    const listeners = `SASL_SSL://localhost:${proxy.port}`;
    const settings = new Map([
      ['listeners', listeners],
      ['advertised.listeners', listeners],
    ]);
    const target = { section: {}, locate: () => ({ file: 'f', line: 1, column: 1 }) } as never;
    const told = [
      ...(await knockAll([door], login, context)),
      ...(await knockAtKafka(new Map([[1, settings]]), target, context)),
    ];
    expect(told).toHaveLength(2);
    for (const one of told) {
      expect(one).toMatchObject({ tls: { why: 'no answer', reached: true } });
      const { withoutCertificate, oldTls, plaintext } = one;
      expect([withoutCertificate, oldTls, plaintext]).toEqual([undefined, undefined, undefined]);
    }
    expect(told.map((one) => ('anonymous' in one ? one.anonymous : undefined))).toEqual([
      undefined,
      undefined,
    ]);
  } finally {
    await proxy.stop();
  }
});

it('what no Kafka has judged is neither allowed nor refused', () => {
  const session = { endpoint: 'k:9093', admin: 'shop' };
  expect(isAllowed(session, 0)).toBe(true);
  expect(isAllowed(session, 29)).toBe(false);
  // REQUEST_TIMED_OUT, UNKNOWN_SERVER_ERROR, and no answer to it.
  for (const code of [7, -1, undefined])
    expect(() => isAllowed(session, code)).toThrow(/what no ACL is about/);
});
