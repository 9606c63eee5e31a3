/** Ways in which a tool of this kind has taken access or data from its users, or shown their secrets: docs/traps.md. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Address } from '../../src/core/address.ts';
import { planAsText } from '../../src/report/text.ts';
import { brokersForTests } from '../brokers/index.ts';
import { type KafkaAdmin, kafkaAdmin } from '../brokers/kafka-admin.ts';
import { rabbitAdmin } from '../brokers/rabbit-admin.ts';
import { planOf } from '../core/fakes.ts';
import { type Bench, openBench } from './bench.ts';

const brokers = brokersForTests();
const rabbit = rabbitAdmin(brokers.rabbitmq);
let kafka: KafkaAdmin;
const benches: Bench[] = [];

beforeAll(async () => {
  kafka = await kafkaAdmin(brokers.kafka);
});
afterAll(async () => {
  await kafka.close();
  await Promise.all(benches.map((bench) => bench.remove()));
});

/** A bench with one service that owns, publishes and consumes something on both brokers. */
async function openShop(over: object = {}) {
  const bench = await openBench(brokers, over);
  benches.push(bench);
  const service = `order-${bench.mark}`;
  const topic = `orders-${bench.mark}`;
  const services = {
    [service]: {
      rabbitmq: {
        exchanges: { events: { type: 'topic' } },
        queues: { work: { bindings: [{ exchange: 'events', routingKey: '#' }] } },
        publishes: [{ exchange: 'events', routingKeys: ['a'] }],
        consumes: ['work'],
      },
      kafka: { topics: { [topic]: { partitions: 1, replicationFactor: 1 } }, produces: [topic] },
    },
  };
  return { bench, service, topic, services, vhost: encodeURIComponent(bench.vhost) };
}

describe('what is of others', () => {
  it('survives a first apply on brokers that are in use, and the prune of a neighbour', async () => {
    const [neighbour, shop] = [await openShop(), await openShop()];
    await neighbour.bench.write(neighbour.services);
    await neighbour.bench.settle();
    await shop.bench.write(shop.services);
    const first = await shop.bench.see();
    expect(new Set(first.changes.map(({ action }) => action))).toEqual(new Set(['create']));
    await shop.bench.settle();

    await shop.bench.write({ [`other-${shop.bench.mark}`]: { rabbitmq: {}, kafka: {} } });
    const lines = await shop.bench.make({ prune: true, maxDeletes: 100 });
    expect(lines.filter((line) => line.includes(neighbour.bench.mark))).toEqual([]);
    expect(lines.filter((line) => line.startsWith('delete')).length).toBeGreaterThan(3);
    const left = await neighbour.bench.see();
    expect([left.changes, left.blocked]).toEqual([[], []]);
  });

  it('is not claimed by a part of its name, and not by its case', async () => {
    const { bench, services } = await openShop();
    const { mark } = bench;
    const near = [`old-${mark}-2`, `OLD-${mark.toUpperCase()}X`, `old${mark}`];
    for (const user of near) {
      await rabbit.put(`/users/${user}`, { password: 'of somebody else', tags: '' });
      await kafka.setPassword(user, 'of somebody else');
    }
    await bench.write(services);
    const { unmanaged } = await bench.see();
    for (const user of near) {
      expect(unmanaged).toContainEqual({ address: `rabbitmq:user:${user}`, claimed: false });
      expect(unmanaged).toContainEqual({ address: `kafka:user:${user}`, claimed: false });
    }
  });
});

describe('the brokers are the only state', () => {
  it('what was deleted by hand is missed at once, and made again', async () => {
    const { bench, service, topic, services, vhost } = await openShop();
    await bench.write(services);
    await bench.settle();
    const [acl] = await kafka.acls(`User:${service}`);
    await kafka.deleteAcls(acl === undefined ? [] : [acl]);
    await kafka.deleteScramUser(service);
    await kafka.deleteTopics([topic]);
    await rabbit.delete(`/permissions/${vhost}/${service}`);
    await rabbit.delete(`/topic-permissions/${vhost}/${service}`);
    await rabbit.delete(`/bindings/${vhost}/e/events/q/work/%23`);
    await expect
      .poll(async () => (await bench.see()).changes.map(({ kind }) => kind).sort())
      .toEqual([
        'kafka:acl',
        'kafka:topic',
        'kafka:user',
        'rabbitmq:binding',
        'rabbitmq:permission',
        'rabbitmq:topic-permission',
      ]);
    const { changes } = await bench.see();
    expect(new Set(changes.map(({ action }) => action))).toEqual(new Set(['create']));
    const before = await bench.stored(`kafka/${service}`);
    await bench.settle();
    expect(await bench.stored(`kafka/${service}`)).toEqual(before);
    await (await kafkaAdmin(brokers.kafka, before)).close();
  });
});

describe('passwords', () => {
  it('of users that were there before are kept, and the plan says that nobody has stored them', async () => {
    const { bench, service, services } = await openShop();
    const login = { username: service, password: 'known to the service alone' };
    await rabbit.put(`/users/${service}`, { password: login.password, tags: 'management' });
    await kafka.setPassword(service, login.password);
    const hash = async () => (await rabbit.get<{ password_hash: string }>(`/users/${service}`)).password_hash;
    const before = await hash();
    await bench.write(services);
    const { warnings } = await bench.see();
    const kept = `${service} exists with a password that the secret store does not have: it is kept`;
    expect(warnings).toContainEqual({ address: `rabbitmq:user:${service}`, message: kept });
    expect(warnings).toContainEqual({ address: `kafka:user:${service}`, message: kept });

    const lines = await bench.make({ only: 'rabbitmq' });
    expect(lines).toContain(`update rabbitmq:user:${service}: done`);
    expect(await hash()).toEqual(before);
    expect(await rabbit.get(`/users/${service}`)).toMatchObject({ tags: [] });
    await bench.make({ only: 'kafka' });
    await (await kafkaAdmin(brokers.kafka, login)).close();
    await expect(bench.stored(`rabbitmq/${service}`)).rejects.toThrow('ENOENT');
  });

  it('stand in the store and in no other file, nor do their hashes', async () => {
    const { bench, service, services } = await openShop();
    await bench.write(services);
    const { code } = await bench.run('plan', '--out', 'plan.json');
    await bench.converge('--plan', 'plan.json');
    expect(code).toBe(0);
    const { password_hash: hash } = await rabbit.get<{ password_hash: string }>(`/users/${service}`);
    const secrets = [
      hash,
      (await bench.stored(`rabbitmq/${service}`)).password,
      (await bench.stored(`kafka/${service}`)).password,
      brokers.rabbitmq.admin.password,
      brokers.kafka.admin.password,
    ];
    const files = await readdir(bench.cwd, { recursive: true, withFileTypes: true });
    const others = files.filter(
      (file) => file.isFile() && !file.parentPath.includes(join(bench.cwd, 'secrets')),
    );
    expect(others.map(({ name }) => name)).toEqual(expect.arrayContaining(['plan.json', 'audit.jsonl']));
    for (const { parentPath, name } of others) {
      const text = await readFile(join(parentPath, name), 'utf8');
      for (const secret of secrets) expect(text.includes(secret), name).toBe(false);
    }
  });
});

describe('what is printed', () => {
  it('is about the changes, however much else there is', () => {
    const unmanaged = Array.from({ length: 5000 }, (_, index) => ({
      address: `kafka:topic:t${index}` as Address,
      claimed: false,
    }));
    const refusal = {
      address: 'kafka:topic:x' as Address,
      action: 'delete',
      reason: 'r',
      hint: 'h',
    } as const;
    const part = { changes: [], blocked: [refusal], unmanaged, warnings: [], owned: [] };
    const plan = planOf({ brokers: new Map([['kafka', part]]) });
    const text = planAsText(plan, {}, false);
    expect(text).toContain('and 4990 more: --format json lists all');
    expect(text.length).toBeLessThan(1000);
  });
});
