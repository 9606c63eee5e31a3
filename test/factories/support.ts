/** A store that a test writes to, users with rights, and waiting with a bound. */
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, onTestFinished } from 'vitest';
import type { ConnectionEvent } from '../../src/core/connect-events.ts';
import { uniqueName } from '../brokers/index.ts';
import type { AclBinding, KafkaAdmin } from '../brokers/kafka-admin.ts';
import type { RabbitAdmin } from '../brokers/rabbit-admin.ts';

/** In memory. */
export interface Store {
  username: string;
  password: string;
  getSecret(path: string, options: { fresh: boolean }): Promise<string>;
}

export function storeOf(username: string, password: string): Store {
  return {
    username,
    password,
    getSecret(path) {
      return Promise.resolve(path.endsWith('/username') ? this.username : this.password);
    },
  };
}

/** What a rotation does to a store. */
export function rotate(store: Store, { username, password }: Store): void {
  Object.assign(store, { username, password });
}

export async function until(met: () => boolean | Promise<boolean>, what: string, ms = 25_000): Promise<void> {
  const end = performance.now() + ms;
  while (!(await met())) {
    if (performance.now() > end) throw new Error(`not within ${ms / 1000} s: ${what}`);
    await sleep(25);
  }
}

/**
 * Does one thing again and again, beside the test, until `end`. What fails is thrown there, and never outside of the test: a test that
 * ends before it, ends it first.
 */
export function again(once: (number: number) => Promise<unknown>): { end(): Promise<void> } {
  const ended = new AbortController();
  const work = (async () => {
    for (let number = 0; !ended.signal.aborted; number += 1) await once(number);
  })();
  const end = (): Promise<void> => {
    ended.abort();
    return work;
  };
  // Registered last and so run first: before what it works with is closed.
  onTestFinished(() => end().catch(() => undefined));
  work.catch(() => undefined);
  return { end };
}

export interface RabbitUsers {
  add(name: string, permission?: object): Promise<Store>;
  drop(name: string): Promise<void>;
  /** Who has connections in the vhost, a name for each. */
  connected(): Promise<string[]>;
  /** As an administrator does. */
  closeConnectionsOf(name: string): Promise<void>;
}

export function rabbitUsers(admin: RabbitAdmin, vhost: string): RabbitUsers {
  const at = encodeURIComponent(vhost);
  const connections = () => admin.get<{ user: string; name: string }[]>(`/vhosts/${at}/connections`);
  return {
    async add(name, permission = { configure: '^$', write: '.*', read: '.*' }) {
      const password = uniqueName('secret');
      await admin.put(`/users/${name}`, { password, tags: '' });
      await admin.put(`/permissions/${at}/${name}`, permission);
      return storeOf(name, password);
    },
    drop: (name) => admin.delete(`/users/${name}`),
    connected: async () => (await connections()).map(({ user }) => user).sort(),
    async closeConnectionsOf(name) {
      for (const one of (await connections()).filter(({ user }) => user === name)) {
        await admin.delete(`/connections/${encodeURIComponent(one.name)}`);
      }
    },
  };
}

export interface KafkaUsers {
  add(name: string): Promise<Store>;
  drop(name: string): Promise<void>;
}

/** Users that may write to and read one topic, in one group. */
export function kafkaUsers(admin: KafkaAdmin, topic: string, group: string): KafkaUsers {
  const grants = (user: string): AclBinding[] =>
    (
      [
        [topic, 'TOPIC', 'WRITE'],
        [topic, 'TOPIC', 'READ'],
        [topic, 'TOPIC', 'DESCRIBE'],
        [group, 'GROUP', 'READ'],
      ] as const
    ).map(([name, resource, operation]) => ({
      ...{ resource, name, operation, principal: `User:${user}` },
      ...{ pattern: 'LITERAL', host: '*', permission: 'ALLOW' },
    }));
  return {
    async add(name) {
      const password = uniqueName('secret');
      await admin.setPassword(name, password);
      await admin.createAcls(grants(name));
      return storeOf(name, password);
    },
    async drop(name) {
      await admin.deleteAcls(grants(name));
      await admin.deleteScramUser(name).catch(() => undefined);
    },
  };
}

/** Who, to what, when, and what the broker decided: each event is a line of an audit log. */
export function expectAuditLines(events: readonly ConnectionEvent[], broker: string): void {
  expect(events.length).toBeGreaterThan(0);
  for (const event of events) {
    expect(event.broker).toBe(broker);
    for (const field of [event.service, event.endpoint, event.correlationId]) expect(field).toMatch(/\w/);
    expect(new Date(event.time).toISOString()).toBe(event.time);
    expect(['succeeded', 'refused', 'failed', 'stopped']).toContain(event.outcome);
  }
}
