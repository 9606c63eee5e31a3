/**
 * What mqwarden compiles names and routing keys to, put to RabbitMQ: its own regular expressions, on bytes, decide. For random
 * sets it must allow exactly what was meant.
 */
import type { Connection } from 'rabbitmq-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { byteLength } from '../../src/brokers/rabbitmq/names.ts';
import { longestPattern, namePattern } from '../../src/brokers/rabbitmq/patterns/names.ts';
import { bindingKeyPattern, topicPattern } from '../../src/brokers/rabbitmq/patterns/topic.ts';
import { brokersForTests, uniqueName } from '../brokers/index.ts';
import { rabbitAdmin } from '../brokers/rabbit-admin.ts';
import { routes } from '../rabbitmq/routing.ts';
import { beside, keySets, keysOf, nameSets, someOf } from './names.ts';
import { allowed, keyed, login, named, type Right } from './probes.ts';
import { drawn, every, seed, tell } from './setting.ts';

const { rabbitmq } = brokersForTests();
const admin = rabbitAdmin(rabbitmq);
const vhost = uniqueName('patterns');
const user = { username: vhost, password: uniqueName('password') };
const timeout = every ? 900_000 : 120_000;
const rights = ['configure', 'write', 'read'] as const;

let connection: Connection;

const permit = (permissions: Readonly<Record<Right, string>>) =>
  admin.put(`/permissions/${vhost}/${user.username}`, permissions);

beforeAll(async () => {
  await admin.put(`/vhosts/${vhost}`);
  await admin.put(`/users/${user.username}`, { password: user.password, tags: '' });
  await permit({ configure: '^$', write: '^$', read: '^$' });
  connection = await login(rabbitmq, vhost, user);
});

afterAll(async () => {
  await connection.close();
  await admin.delete(`/users/${user.username}`);
  await admin.delete(`/vhosts/${vhost}`);
});

/** Something put to the broker, and whether it was meant to be allowed. */
interface Question {
  readonly about: string;
  readonly text: string;
  readonly want: boolean;
  /** May be refused all the same. */
  readonly atMost?: boolean;
  readonly probe: Parameters<typeof allowed>[1][number];
}

interface Tally {
  probes: number;
  granted: number;
  readonly wrong: string[];
}

async function ask(questions: readonly Question[], tally: Tally): Promise<void> {
  const answers = await allowed(
    connection,
    questions.map(({ probe }) => probe),
  );
  for (const [at, { about, text, want, atMost = false }] of questions.entries()) {
    tally.probes += 1;
    if (want) tally.granted += 1;
    if (answers[at] !== want && !(want && atMost))
      tally.wrong.push(`${about}: ${JSON.stringify(text)} is ${want ? 'refused' : 'allowed'}`);
  }
}

/** With the seed, so that it can be had again. */
function expectNoneWrong({ wrong, probes, granted }: Tally): void {
  expect(wrong.slice(0, 20), `seed ${seed}, ${wrong.length} wrong answers to ${probes} questions`).toEqual(
    [],
  );
  // Neither is all allowed nor nothing.
  expect(granted).toBeGreaterThan(probes / 20);
  expect(granted).toBeLessThan((probes * 19) / 20);
}

/** `$` also matches before one newline at the end: what RabbitMQ's engine adds of its own accord (docs/traps.md). */
const withoutNewline = (text: string) => text.replace(/\n$/, '');

/** A longer one is never written: the plan blocks it. */
const fits = (pattern: string) => byteLength(pattern) <= longestPattern;

describe('names', () => {
  const sets = drawn(
    nameSets.filter((names) => fits(namePattern(names))),
    60,
    500,
  );

  /** Deleting takes CR and LF out of a name before anything else, so that the other name is meant. */
  const isMeant = (right: Right, names: ReadonlySet<string>, name: string) =>
    names.has(right === 'configure' ? name.replace(/[\r\n]/g, '') : withoutNewline(name));

  /**
   * RabbitMQ 4 crashes while it writes an answer that names what is not ASCII, and closes the connection: there such names
   * cannot be asked about.
   */
  const isSayable = (name: string) =>
    Number.parseInt(rabbitmq.version) < 4 || byteLength(name) === name.length;

  const questions = (right: Right, names: readonly string[]): Question[] => {
    const meant = new Set(names);
    const members = someOf(names, 4);
    const near = someOf((names.length === 0 ? ['a'] : names).flatMap(beside), 14);
    return [...members, ...near]
      .filter((name) => name !== '' && !name.startsWith('amq.') && isSayable(name))
      .map((name) => ({
        about: `${right} ${namePattern(names)}`,
        text: name,
        want: isMeant(right, meant, name),
        probe: named[right](name),
      }));
  };

  it('are allowed, and nothing beside them', { timeout }, async () => {
    const tally: Tally = { probes: 0, granted: 0, wrong: [] };
    for (let at = 0; at < sets.length; at += rights.length) {
      const [configure = [], write = [], read = []] = sets.slice(at, at + rights.length);
      const round = { configure, write, read };
      await permit({ configure: namePattern(configure), write: namePattern(write), read: namePattern(read) });
      await ask(
        rights.flatMap((right) => questions(right, round[right])),
        tally,
      );
    }
    tell(`${sets.length} sets of names, ${tally.probes} probes, ${tally.granted} granted`);
    expectNoneWrong(tally);
  });

  it('had to be factored in some sets, and in others not', () => {
    const factored = sets.filter((names) => byteLength(names.join('|')) > longestPattern);
    tell(`${factored.length} of ${sets.length} sets of names are factored`);
    expect(factored.length).toBeGreaterThan(sets.length / 20);
    expect(factored.length).toBeLessThan(sets.length / 2);
  });
});

describe('routing keys', () => {
  const sets = drawn(
    keySets.filter((keys) => fits(topicPattern(keys)) && fits(bindingKeyPattern(keys))),
    60,
    500,
  );

  /** Nothing is `^$`, and that is the empty key. */
  const isNothing = (keys: readonly string[], key: string) => keys.length === 0 && withoutNewline(key) === '';

  const isMeant = (keys: readonly string[], key: string) =>
    isNothing(keys, key) || keys.some((one) => routes(one, key) || routes(one, withoutNewline(key)));

  const questions = (exchange: string, keys: readonly string[]): Question[] => {
    const texts = new Set(keys);
    const near = someOf(
      [
        '',
        'a',
        ...someOf(keys, 6)
          .flatMap(keysOf)
          .flatMap((key) => [key, ...beside(key)]),
      ],
      16,
    );
    return someOf([...near, ...keys.slice(0, 2).flatMap(keysOf)], 24).flatMap((key) => [
      {
        about: `write ${topicPattern(keys)}`,
        text: key,
        want: isMeant(keys, key),
        // The dot of `#` matches no newline.
        atMost: key.includes('\n'),
        probe: keyed.write(exchange, key),
      },
      {
        about: `read ${bindingKeyPattern(keys)}`,
        text: key,
        want: texts.has(withoutNewline(key)) || isNothing(keys, key),
        probe: keyed.read(exchange, key),
      },
    ]);
  };

  it(
    'are allowed with their wildcards to publish, as text to bind, and nothing beside them',
    { timeout },
    async () => {
      const exchanges = sets.map((keys, at) => ({ keys, name: `topic-${at}` }));
      await admin.post('/definitions', {
        exchanges: exchanges.map(({ name }) => ({
          ...{ name, vhost, type: 'topic', durable: true, auto_delete: false, internal: false },
          arguments: {},
        })),
        topic_permissions: exchanges.map(({ name, keys }) => ({
          ...{ user: user.username, vhost, exchange: name },
          write: topicPattern(keys),
          read: bindingKeyPattern(keys),
        })),
      });
      await permit({ configure: '^$', write: '.*', read: '.*' });
      const tally: Tally = { probes: 0, granted: 0, wrong: [] };
      for (const { name, keys } of exchanges) await ask(questions(name, keys), tally);
      tell(`${sets.length} sets of routing keys, ${tally.probes} probes, ${tally.granted} granted`);
      expectNoneWrong(tally);
    },
  );

  it.each([
    [['order.created'], 'order.created\n', true],
    [['order.created'], 'order.created\n\n', false],
    [['order.#'], 'order.a\nb', false],
    [[], '', true],
    [[], '\n', true],
    [[], 'a', false],
  ] as const)('%j: where the engine differs, %j is allowed: %s', async (keys, key, want) => {
    await admin.put(`/exchanges/${vhost}/odd`, { type: 'topic', durable: true });
    const row = { exchange: 'odd', write: topicPattern(keys), read: '^$' };
    await admin.put(`/topic-permissions/${vhost}/${user.username}`, row);
    await permit({ configure: '^$', write: '^odd$', read: '^$' });
    expect(await allowed(connection, [keyed.write('odd', key)])).toEqual([want]);
  });
});
