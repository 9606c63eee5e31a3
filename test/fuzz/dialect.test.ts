/** Patterns that people write, put to RabbitMQ: what mqwarden decides about them itself is what the broker decides. */
import type { Connection } from 'rabbitmq-client';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { reach } from '../../src/brokers/rabbitmq/patterns/pattern.ts';
import { brokersForTests, uniqueName } from '../brokers/index.ts';
import { rabbitAdmin } from '../brokers/rabbit-admin.ts';
import { dialect } from '../rabbitmq/dialect.ts';
import { allowed, keyed, login } from './probes.ts';

const { rabbitmq } = brokersForTests();
const admin = rabbitAdmin(rabbitmq);
const vhost = uniqueName('dialect');
const user = { username: vhost, password: uniqueName('password') };

let connection: Connection;

beforeAll(async () => {
  await admin.put(`/vhosts/${vhost}`);
  await admin.put(`/users/${user.username}`, { password: user.password, tags: '' });
  await admin.put(`/permissions/${vhost}/${user.username}`, { configure: '^$', write: '.*', read: '^$' });
  connection = await login(rabbitmq, vhost, user);
});

afterAll(async () => {
  await connection.close();
  await admin.delete(`/users/${user.username}`);
  await admin.delete(`/vhosts/${vhost}`);
});

/** Beyond the table: each pattern is put to what the others match, with a newline after it, too, and to what is not ASCII. */
const texts = [
  ...new Set(
    dialect
      .flatMap(({ yes, no }) => [...yes.slice(0, 2), ...no.slice(0, 1)])
      .flatMap((text, at) =>
        at % 6 === 0 ? [text, `${text}\n`] : at % 7 === 0 ? [text, `${text}é`] : [text],
      ),
  ),
];

it('every verdict is the one of the broker', { timeout: 300_000 }, async () => {
  const rows = dialect.map(({ pattern, yes, no }, at) => ({
    exchange: `topic-${at}`,
    pattern,
    own: [...yes, ...no],
  }));
  await admin.post('/definitions', {
    exchanges: rows.map(({ exchange }) => ({
      ...{ name: exchange, vhost, type: 'topic', durable: true, auto_delete: false, internal: false },
      arguments: {},
    })),
    topic_permissions: rows.map(({ exchange, pattern }) => ({
      ...{ user: user.username, vhost, exchange, write: pattern, read: '^$' },
    })),
  });
  const questions = rows.flatMap(({ exchange, pattern, own }, row) =>
    // Every text with some of the patterns is enough.
    [...new Set([...own, ...texts.filter((_, at) => (at + row) % 5 === 0)])]
      .map((text) => ({ exchange, pattern, text, verdict: reach(pattern, text) }))
      .filter(({ verdict }) => verdict !== 'perhaps'),
  );
  const answers = await allowed(
    connection,
    questions.map(({ exchange, text }) => keyed.write(exchange, text)),
  );
  const wrong = questions.flatMap(({ pattern, text, verdict }, at) =>
    answers[at] === (verdict === 'yes') ? [] : [`${pattern} on ${JSON.stringify(text)} is not ${verdict}`],
  );
  expect(wrong).toEqual([]);
  const granted = answers.filter(Boolean).length;
  expect(granted).toBeGreaterThan(questions.length / 10);
  expect(granted).toBeLessThan((questions.length * 9) / 10);
});
