/** Kafka whose sessions have to log in again all the time (`connections.max.reauth.ms`): a broker of its own. */
import { readFile } from 'node:fs/promises';
import { describeGroupsV5 } from '@platformatic/kafka';
import { expect, it } from 'vitest';
import { prepare } from '../../src/brokers/kafka/admin.ts';
import { coordinatorOf } from '../../src/brokers/kafka/coordinator.ts';
import { startKafka } from '../brokers/kafka.ts';
import { environment } from './landscape.ts';

it(
  'who asks while its session is renewed is answered: a lock is not lost by it',
  { timeout: 120_000 },
  async () => {
    const kafka = await startKafka({ nodes: 1, extraConfig: ['connections.max.reauth.ms=1000'] });
    try {
      const target = environment({
        brokers: kafka.brokers,
        tls: { ca: kafka.caFile },
        admin: { username: kafka.admin.username, password: 'env:KAFKA_ADMIN' },
      });
      const dialer = await prepare(target, {
        secret: () => Promise.resolve(kafka.admin.password),
        file: (path) => readFile(path, 'utf8'),
        conceal: () => undefined,
        timeoutMs: 10_000,
        correlationId: 'test',
        progress: () => undefined,
      });
      const coordinator = coordinatorOf('nobody', dialer, 10_000);
      const codes = new Set<string>();
      // Several renewals; each is met by a question, since there is no pause between them.
      for (const end = performance.now() + 5_000; performance.now() < end;) {
        const told = await coordinator.ask(async (session) => {
          const { groups } = await session.call(describeGroupsV5.api, ['nobody'], false);
          return { errorCode: groups[0]?.errorCode ?? -1 };
        });
        codes.add(told.code);
      }
      await coordinator.close();
      expect([...codes]).toEqual(['NONE']);
    } finally {
      await kafka.stop();
    }
  },
);
