/** Passwords that the broker has otherwise than the store: found on request only, told without a hash, and written again. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { brokersForTests, uniqueName } from '../brokers/index.ts';
import { type KafkaAdmin, kafkaAdmin } from '../brokers/kafka-admin.ts';
import { rabbitAdmin } from '../brokers/rabbit-admin.ts';
import type { Surroundings } from '../contract/subject.ts';
import { stand, type Standing } from '../proof/services.ts';
import { kafkaPlace, rabbitPlace } from './place.ts';
import { verifyIn } from './run.ts';

const { rabbitmq, kafka } = brokersForTests();
const rabbit = rabbitAdmin(rabbitmq);
const run = uniqueName('drift');
const checkCredentials = { checkCredentials: true } as const;

/** What a plan with and without the check would do about what is ours. */
async function planned({ workspace }: Standing, decisions: object = {}) {
  const { plan } = await workspace.plan(decisions);
  return plan.changes.map(
    ({ action, address, reason }) => `${action} ${decodeURIComponent(address)}: ${reason}`,
  );
}

async function repaired(stood: Standing, addresses: readonly string[]): Promise<void> {
  const applied = await stood.workspace.apply(checkCredentials);
  expect(applied.failures).toEqual([]);
  if (applied.status !== 'applied') throw new Error('not applied');
  expect(applied.items.map(({ change }) => decodeURIComponent(change.address)).sort()).toEqual(
    [...addresses].sort(),
  );
  expect(applied.left?.changes).toEqual([]);
  expect(await planned(stood, checkCredentials)).toEqual([]);
  const log = await readFile(join(stood.workspace.folder, 'audit.jsonl'), 'utf8');
  for (const { change } of applied.items) {
    expect(log).toContain(`"address":"${change.address}","action":"update","result":"ok"`);
  }
}

describe('RabbitMQ', () => {
  const vhost = uniqueName('drift /%é');
  const [one, other, odd] = [`one-${run}`, `other-${run}`, `odd /%@ é-${run}`] as [string, string, string];
  let place: Surroundings;
  let stood: Standing;

  beforeAll(async () => {
    place = await rabbitPlace(rabbitmq, vhost, `*-${run}`);
    stood = await stand('rabbitmq', place, { [one]: { tags: ['monitoring'] }, [other]: {}, [odd]: {} });
  });
  afterAll(async () => {
    await rabbit.delete(`/vhosts/${encodeURIComponent(vhost)}`);
    for (const user of [one, other, odd]) await rabbit.delete(`/users/${encodeURIComponent(user)}`);
    await stood.workspace.remove();
  });

  const keep = (user: string, password: string, algorithm: 'sha256' | 'sha512' | 'md5') => {
    const salt = Buffer.from('salt');
    const hash = createHash(algorithm).update(salt).update(password, 'utf8').digest();
    return rabbit.put(`/users/${encodeURIComponent(user)}`, {
      password_hash: Buffer.concat([salt, hash]).toString('base64'),
      hashing_algorithm: `rabbit_password_hashing_${algorithm}`,
      tags: user === one ? 'monitoring' : '',
    });
  };
  const at = (user: string) => `rabbitmq:user:${user}`;

  it('takes what is kept by either algorithm for what it is', async () => {
    expect(await planned(stood, checkCredentials)).toEqual([]);
    await keep(other, (await stood.credential(other)).password, 'sha256');
    expect(await planned(stood, checkCredentials)).toEqual([]);
  });

  it(
    'finds and repairs another password and a broken hash, tags and limits kept',
    { timeout: 60_000 },
    async () => {
      await keep(one, 'another', 'sha512');
      await keep(other, 'another', 'sha256');
      await keep(odd, (await stood.credential(encodeURIComponent(odd))).password, 'md5');
      expect(await planned(stood), 'not asked, not told').toEqual([]);
      expect((await planned(stood, checkCredentials)).sort()).toEqual(
        [
          `update ${at(one)}: update user credential: the broker has another password than the secret store`,
          `update ${at(other)}: update user credential: the broker has another password than the secret store`,
          `update ${at(odd)}: update user credential: the broker keeps the password as an MD5 hash`,
        ].sort(),
      );
      const rules = (await verifyIn(stood, place)).findings.map(({ rule, service }) => [rule, service]);
      expect(rules.sort()).toEqual([
        ['MQ401', one],
        ['MQ401', other],
        ['MQ407', odd],
      ]);
      await repaired(stood, [one, other, odd].map(at));
      expect((await verifyIn(stood, place)).findings).toEqual([]);
      const { tags } = await rabbit.get<{ tags: unknown }>(`/users/${one}`);
      expect(String(tags)).toBe('monitoring');
    },
  );

  it('tells neither a hash nor a salt nor a password', async () => {
    await keep(one, 'another-password', 'sha512');
    const result = await stood.workspace.plan(checkCredentials);
    const { password_hash: hash } = await rabbit.get<{ password_hash: string }>(`/users/${one}`);
    const said = JSON.stringify([result.plan, await verifyIn(stood, place)]);
    for (const secret of [hash, (await stood.credential(one)).password, 'another-password'])
      expect(said).not.toContain(secret);
    await stood.workspace.apply(checkCredentials);
  });

  it('needs the check for its approval: a plan that was saved with it is applied with it', async () => {
    await keep(one, 'another', 'sha512');
    const { plan: approved } = await stood.workspace.plan(checkCredentials);
    const without = stood.workspace.apply({}, { approved } as object);
    await expect(without).rejects.toThrow(/does not hold any more/);
    const applied = await stood.workspace.apply(approved.decisions, { approved } as object);
    expect(applied.status === 'applied' && applied.items.map(({ outcome }) => outcome.status)).toEqual([
      'done',
    ]);
  });
});

describe('Kafka', () => {
  const [one, other, quiet] = [`one.${run}`, `other @%41+~.${run}`, `quiet.${run}`] as [
    string,
    string,
    string,
  ];
  const place = kafkaPlace(kafka, `*.${run}`);
  let stood: Standing;
  let admin: KafkaAdmin;

  beforeAll(async () => {
    stood = await stand('kafka', place, { [one]: {}, [other]: {}, [quiet]: {} });
    admin = await kafkaAdmin(kafka);
  });
  afterAll(async () => {
    for (const user of [one, other, quiet]) await admin.deleteScramUser(user);
    await admin.close();
    await stood.workspace.remove();
  });

  it('finds and repairs another password, and one that is kept too weakly', { timeout: 60_000 }, async () => {
    expect(await planned(stood, checkCredentials)).toEqual([]);
    await admin.setPassword(one, 'another', 8192);
    // With 4,096 iterations, Kafka's own default.
    await admin.setPassword(other, (await stood.credential(encodeURIComponent(other))).password);
    expect(await planned(stood), 'not asked, not told').toEqual([]);
    const weak =
      'update user credential: the broker keeps the password with 4096 iterations, fewer than 8192';
    expect((await planned(stood, checkCredentials)).sort()).toEqual(
      [
        `update kafka:user:${one}: update user credential: the broker has another password than the secret store`,
        `update kafka:user:${other}: ${weak}`,
      ].sort(),
    );
    const rules = (await verifyIn(stood, place)).findings.map(({ rule, service }) => [rule, service]);
    expect(rules.sort()).toEqual([
      ['MQ401', one],
      ['MQ407', other],
    ]);
    await repaired(
      stood,
      [one, other].map((user) => `kafka:user:${user}`),
    );
    expect((await verifyIn(stood, place)).findings).toEqual([]);
  });
});
