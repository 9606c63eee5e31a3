/**
 * who-can against RabbitMQ: what is said of random grants, patterns by hand among them, is what the broker does, or undecidable; and
 * where messages are said to go by bindings, dead letters and the default exchange, there they arrive, and nowhere else.
 */
import fc from 'fast-check';
import type { Connection } from 'rabbitmq-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Definitions } from '../../src/brokers/rabbitmq/definitions.ts';
import { rabbitmq as broker } from '../../src/brokers/rabbitmq/index.ts';
import { normalize } from '../../src/brokers/rabbitmq/normalize.ts';
import { compile } from '../../src/brokers/rabbitmq/patterns/pattern.ts';
import { whoCan } from '../../src/core/access/answers.ts';
import type { AccessModel } from '../../src/core/access/model.ts';
import { address } from '../../src/core/address.ts';
import { brokersForTests, uniqueName } from '../brokers/index.ts';
import { rabbitAdmin } from '../brokers/rabbit-admin.ts';
import { allowed, keyed, login, named, type Right } from '../fuzz/probes.ts';
import { every, drawn, seed } from '../fuzz/setting.ts';
import { names, patterns } from './patterns.ts';

const { rabbitmq } = brokersForTests();
const admin = rabbitAdmin(rabbitmq);
const vhost = uniqueName('access');
const user = { username: vhost, password: uniqueName('password') };
const path = `/permissions/${vhost}/${user.username}`;
const rights = ['configure', 'write', 'read'] as const;
const timeout = every ? 900_000 : 180_000;
let connection: Connection;

beforeAll(async () => {
  await admin.put(`/vhosts/${vhost}`);
  await admin.put(`/users/${user.username}`, { password: user.password, tags: '' });
  await admin.put(path, { configure: '^$', write: '^$', read: '^$' });
  connection = await login(rabbitmq, vhost, user);
});

afterAll(async () => {
  await connection.close();
  await admin.delete(`/users/${user.username}`);
  await admin.delete(`/vhosts/${vhost}`);
});

/** As the reader would have it. */
function modelOf(definitions: Partial<Definitions>): AccessModel {
  return broker.access(normalize({ vhosts: [{ name: vhost }], ...definitions }, '4.3.0', new Set([vhost])));
}

const thing = (kind: 'queue' | 'exchange', name: string) => address(`rabbitmq:${kind}`, vhost, name);

const verbs = { configure: 'configure', write: 'write', read: 'read' } as const;
/** What `named` asks with: it declares nothing, so that there need be nothing of the name. */
const kindFor = { configure: 'queue', write: 'exchange', read: 'queue' } as const;

/** `undecidable` for what is said to be so. */
function said(model: AccessModel, right: Right, name: string, key?: string): 'yes' | 'no' | 'undecidable' {
  const at = thing(kindFor[right], name);
  const [answer] = whoCan(model, [user.username], {
    verb: verbs[right],
    at,
    ...(key === undefined ? {} : { key }),
  }).filter(({ way }) => way.length === 0);
  if (answer === undefined) return 'no';
  const doubted = answer.by.some(({ doubt }) => doubt?.startsWith('undecidable: ') === true);
  expect(doubted).toBe(answer.may === 'perhaps');
  return answer.may === 'yes' ? 'yes' : 'undecidable';
}

interface Tally {
  readonly wrong: string[];
  grants: number;
  decided: number;
  granted: number;
  undecidable: number;
}

const tally = (): Tally => ({ wrong: [], grants: 0, decided: 0, granted: 0, undecidable: 0 });

function expectRight({ wrong, grants, decided, granted, undecidable }: Tally, most: number): void {
  expect(wrong.slice(0, 20), `seed ${seed}, ${wrong.length} wrong`).toEqual([]);
  expect(grants).toBeGreaterThanOrEqual(most);
  // Not everything is undecidable, granted, or refused; and something of each.
  expect(decided).toBeGreaterThan(undecidable);
  expect(undecidable).toBeGreaterThan(decided / 100);
  expect(granted).toBeGreaterThan(decided / 10);
  expect(granted).toBeLessThan((decided * 9) / 10);
}

/** RabbitMQ 4 crashes while it writes a refusal that names what is not ASCII; deleting takes line breaks out of a name. */
function isSayable(right: Right, name: string): boolean {
  if (right === 'configure' && name.includes('\n')) return false;
  return Number.parseInt(rabbitmq.version) < 4 || /^[\x00-\x7f]*$/.test(name);
}

/** Of 510 grants, and more where everything is asked for. */
const forPermissions = [210, 1500] as const;
const forKeys = [300, 1500] as const;

function count(
  found: Tally,
  verdict: ReturnType<typeof said>,
  may: boolean | undefined,
  about: string,
): void {
  if (verdict === 'undecidable') {
    found.undecidable += 1;
    return;
  }
  found.decided += 1;
  if (may === true) found.granted += 1;
  if (may !== (verdict === 'yes')) found.wrong.push(`${about} is not ${verdict}`);
}

const grantsOf = (sample: number, all: number) =>
  drawn(fc.tuple(patterns, fc.uniqueArray(names, { minLength: 4, maxLength: 4 })), sample, all);

/** What is decided here is a regular expression to the broker, too: those that are not would fail all that they are written with. */
const isDecided = (pattern: string) => compile(pattern).kind === 'decided';

describe('rights by patterns', () => {
  it('are what the broker does, or undecidable', { timeout }, async () => {
    const grants = grantsOf(...forPermissions);
    const found = tally();
    found.grants = grants.length;
    found.undecidable = grants.filter(([pattern]) => !isDecided(pattern)).length;
    const decided = grants.filter(([pattern]) => isDecided(pattern));
    for (let from = 0; from < decided.length; from += rights.length) {
      const round = rights.flatMap((right, at) => {
        const [pattern, texts = []] = decided[from + at] ?? [];
        return pattern === undefined ? [] : [{ right, pattern, texts }];
      });
      const patternOf = (right: Right) => round.find((one) => one.right === right)?.pattern ?? '^$';
      const spec = { configure: patternOf('configure'), write: patternOf('write'), read: patternOf('read') };
      await admin.put(path, spec);
      const model = modelOf({ permissions: [{ user: user.username, vhost, ...spec }] });
      const questions = round.flatMap(({ right, pattern, texts }) =>
        texts.filter((name) => isSayable(right, name)).map((name) => ({ right, pattern, name })),
      );
      const answers = await allowed(
        connection,
        questions.map(({ right, name }) => named[right](name)),
      );
      for (const [at, { right, pattern, name }] of questions.entries()) {
        const about = `${right} ${pattern}: ${JSON.stringify(name)}`;
        count(found, said(model, right, name), answers[at], about);
      }
    }
    expectRight(found, forPermissions[every ? 1 : 0]);
  });

  it('of routing keys are what the broker does, or undecidable', { timeout }, async () => {
    const grants = grantsOf(...forKeys);
    const found = tally();
    found.grants = grants.length;
    found.undecidable = grants.filter(([pattern]) => !isDecided(pattern)).length;
    const permission = { user: user.username, vhost, configure: '^$', write: '^keyed-', read: '^$' };
    await admin.put(path, permission);
    const rows = grants
      .filter(([pattern]) => isDecided(pattern))
      .map(([write, keys], at) => ({ exchange: `keyed-${at}`, write, keys }));
    const definitions = {
      exchanges: rows.map(({ exchange }) => ({
        ...{ name: exchange, vhost, type: 'topic', durable: true, auto_delete: false, internal: false },
        arguments: {},
      })),
      topic_permissions: rows.map(({ exchange, write }) => ({
        ...{ user: user.username, vhost, exchange, write, read: '^$' },
      })),
    };
    await admin.post('/definitions', definitions);
    const model = modelOf({ ...definitions, permissions: [permission] });
    const questions = rows.flatMap(({ exchange, write, keys }) =>
      keys.map((key) => ({ exchange, write, key })),
    );
    const answers = await allowed(
      connection,
      questions.map(({ exchange, key }) => keyed.write(exchange, key)),
    );
    for (const [at, { exchange, write, key }] of questions.entries())
      count(found, said(model, 'write', exchange, key), answers[at], `${write}: ${JSON.stringify(key)}`);
    expectRight(found, forKeys[every ? 1 : 0]);
  });
});

describe('ways', () => {
  const exchanges = { t1: 'topic', t2: 'topic', d1: 'direct', f1: 'fanout' } as const;
  const queues = ['q1', 'q2', 'q3', 'q4'] as const;
  /** Nothing stays in these: it expires at once, and goes on as a dead letter. */
  const passing = {
    'to-t2': { 'x-message-ttl': 0, 'x-dead-letter-exchange': 't2' },
    'to-d1': { 'x-message-ttl': 0, 'x-dead-letter-exchange': 'd1', 'x-dead-letter-routing-key': 'a' },
    'to-q1': { 'x-message-ttl': 0, 'x-dead-letter-exchange': '', 'x-dead-letter-routing-key': 'q1' },
  };
  const words = ['a', 'b', 'a.b', 'b.a', 'a.b.c', 'q2', 'order', ''];
  const bindingKeys = [...words, '#', 'a.#', '*.b', '#.a', '*'];
  const sources = Object.keys(exchanges);
  const drawnBindings = fc.sample(
    fc.record({
      source: fc.constantFrom(...sources),
      destination: fc.constantFrom<readonly ['queue' | 'exchange', string]>(
        ...[...queues, ...Object.keys(passing)].map((name) => ['queue', name] as const),
        ...sources.map((name) => ['exchange', name] as const),
      ),
      key: fc.constantFrom(...bindingKeys),
    }),
    { numRuns: 16, seed },
  );

  it('are those that messages take', { timeout }, async () => {
    await admin.put(path, { configure: '^$', write: '.*', read: '.*' });
    const table = { durable: true, auto_delete: false, vhost };
    const definitions = {
      exchanges: Object.entries(exchanges).map(([name, type]) => ({
        name,
        type,
        internal: false,
        arguments: {},
        ...table,
      })),
      queues: [
        ...queues.map((name) => ({ name, arguments: {}, ...table })),
        ...Object.entries(passing).map(([name, given]) => ({ name, arguments: given, ...table })),
      ],
      bindings: drawnBindings.map(({ source, destination: [type, name], key }) => ({
        ...{ source, vhost, destination: name, destination_type: type, routing_key: key, arguments: {} },
      })),
    };
    await admin.post('/definitions', definitions);
    const model = modelOf({
      ...definitions,
      permissions: [{ user: user.username, vhost, configure: '^$', write: '.*', read: '.*' }],
    });
    const sent = ['', ...sources].flatMap((exchange) =>
      [...words, ...queues, 'to-q1'].map((key) => ({ exchange, key, id: `${exchange} ${key}` })),
    );
    const channel = await connection.acquire();
    await channel.confirmSelect();
    for (const { exchange, key, id } of sent) await channel.basicPublish({ exchange, routingKey: key }, id);
    const arrived = new Set<string>();
    for (const queue of queues) {
      const want = new Set(
        sent
          .filter(({ exchange, key }) =>
            whoCan(model, [user.username], { verb: 'write', at: thing('queue', queue), key }).some(
              ({ at, way }) => way.length > 0 && at === thing('exchange', exchange),
            ),
          )
          .map(({ id }) => id),
      );
      const got = await drained(channel, queue, want.size);
      for (const id of got) arrived.add(`${queue} ${id}`);
      expect([...got].sort(), queue).toEqual([...want].sort());
    }
    await channel.close();
    // Some arrive, and most do not.
    expect(arrived.size).toBeGreaterThan(sent.length / 4);
    expect(arrived.size).toBeLessThan(sent.length * queues.length * 0.9);
  });

  /** Dead letters take a moment: so many different ones are waited for, with a bound, and whatever else is there comes with them. */
  async function drained(
    channel: Awaited<ReturnType<Connection['acquire']>>,
    queue: string,
    least: number,
  ): Promise<Set<string>> {
    const got = new Set<string>();
    const end = performance.now() + 10_000;
    for (;;) {
      const message = await channel.basicGet({ queue, noAck: true });
      if (message !== undefined) got.add(String(message.body));
      else if (got.size >= least || performance.now() > end) return got;
      else await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
});
