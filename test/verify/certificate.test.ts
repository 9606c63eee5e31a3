/** Services that are who their client certificate says: no password, the same grants, and proved by a login with it. */
import { afterAll, describe, expect, it } from 'vitest';
import { dial } from '../../src/brokers/rabbitmq/amqps.ts';
import { brokersForTests, uniqueName } from '../brokers/index.ts';
import { rabbitAdmin } from '../brokers/rabbit-admin.ts';
import { stand, type Standing } from '../proof/services.ts';
import { standing, verifyIn } from './run.ts';

const { rabbitmq, kafka } = brokersForTests();
const run = uniqueName('certificate');
const [shop, forged, bare] = [`shop-${run}`, `forged-${run}`, `bare-${run}`] as [string, string, string];
const files = { cert: 'shop.pem', key: 'shop.key' };

const standings: Standing[] = [];
const clean: (() => Promise<unknown>)[] = [];
afterAll(async () => {
  for (const undo of clean) await undo();
  for (const one of standings) await one.workspace.remove();
});

describe('RabbitMQ', () => {
  it(
    'proves a service by EXTERNAL, and finds who has another name or no certificate',
    { timeout: 60_000 },
    async () => {
      const vhost = uniqueName('certificate é');
      const { cert, key } = await rabbitmq.clientCertificate(shop);
      const place = {
        section: {
          managementUrl: rabbitmq.managementUrl,
          amqpsUrl: rabbitmq.amqpsUrl,
          vhost,
          tls: { ca: 'ca.pem' },
          admin: { username: rabbitmq.admin.username, password: 'env:ADMIN' },
        },
        files: { 'ca.pem': rabbitmq.ca, 'shop.pem': cert, 'shop.key': key },
        variables: { ADMIN: rabbitmq.admin.password },
        claims: { users: `*-${run}` },
      };
      const stood = await stand('rabbitmq', place, {
        [shop]: {
          auth: 'certificate',
          tls: files,
          exchanges: { events: { type: 'topic' } },
          queues: { work: { bindings: [{ exchange: 'events', routingKey: '#' }] } },
          publishes: [{ exchange: 'events', routingKeys: ['a.*'] }],
          consumes: ['work'],
        },
        [forged]: { auth: 'certificate', tls: files, consumes: ['work'] },
        [bare]: { auth: 'certificate', consumes: ['work'] },
      });
      standings.push(stood);
      const admin = rabbitAdmin(rabbitmq);
      clean.push(() => admin.delete(`/vhosts/${encodeURIComponent(vhost)}`));
      for (const user of [shop, forged, bare]) clean.push(() => admin.delete(`/users/${user}`));

      const verified = await verifyIn(stood, place);
      expect(verified.services.map(({ login }) => login.is)).toEqual(['in', 'refused', 'unproven']);
      expect(standing(verified, shop, 'works')).toEqual(
        expect.arrayContaining([
          `write a.verify rabbitmq:exchange:${vhost}/events`,
          `read rabbitmq:queue:${vhost}/work`,
        ]),
      );
      expect(standing(verified, shop, 'fails')).toEqual([]);
      expect(verified.findings.map(({ rule, service }) => [rule, service])).toEqual([
        ['MQ401', forged],
        ['MQ405', bare],
      ]);
      expect(verified.findings[0]?.message).toContain(`takes the certificate for ${shop}, not for ${forged}`);
      expect(verified.findings[1]?.message).toContain('no certificate is given');
      // No password opens it.
      for (const password of ['', 'guess', shop]) {
        const call = {
          url: new URL(rabbitmq.amqpsUrl),
          vhost,
          username: shop,
          password,
          tls: { ca: rabbitmq.ca, cert, key },
          name: 'test',
          timeoutMs: 10_000,
        };
        await expect(dial(call)).rejects.toThrow(/403/);
      }
    },
  );
});

describe('Kafka', () => {
  it('proves a principal of an SSL listener by its mapped name', { timeout: 60_000 }, async () => {
    const { cert, key } = await kafka.clientCertificate(shop);
    const topic = `${run}.orders`;
    const place = {
      section: {
        brokers: kafka.brokers,
        certificateBrokers: [kafka.tlsListener],
        tls: { ca: 'ca.pem' },
        admin: { username: kafka.admin.username, password: 'env:ADMIN' },
      },
      files: { 'ca.pem': kafka.ca, 'shop.pem': cert, 'shop.key': key },
      variables: { ADMIN: kafka.admin.password },
      claims: { principals: `*-${run}` },
    };
    const stood = await stand('kafka', place, {
      [shop]: {
        auth: 'certificate',
        tls: files,
        topics: { [topic]: { partitions: 1, replicationFactor: 1 } },
        produces: [topic],
        consumes: [{ topic, group: run }],
      },
      // Logs in as the other one: its own grants do not work, and those of the other do.
      [forged]: { auth: 'certificate', tls: files },
      [bare]: { auth: 'certificate', produces: [topic] },
    });
    standings.push(stood);
    const verified = await verifyIn(stood, place);
    expect(verified.services.map(({ login }) => login.is)).toEqual(['in', 'in', 'unproven']);
    expect(standing(verified, shop, 'works').sort()).toEqual(
      [
        ...['describe', 'read', 'write'].map((right) => `${right} kafka:topic:${topic}`),
        ...['describe', 'read'].map((right) => `${right} kafka:group:${run}`),
      ].sort(),
    );
    expect(verified.findings.map(({ rule, service }) => [rule, service])).toEqual([
      ['MQ402', forged],
      ['MQ402', forged],
      ['MQ405', bare],
    ]);
  });
});
