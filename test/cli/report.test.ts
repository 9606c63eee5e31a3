/** `mqwarden report`: what is in it with and without the brokers, what it says that it has not, and where it writes it. */
import { lstat, mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PageModel } from '../../src/report/page/model.ts';
import { brokersForTests } from '../brokers/index.ts';
import { rabbitAdmin } from '../brokers/rabbit-admin.ts';
import { mqwarden } from './run.ts';
import { openWorkspace, type Workspace } from './workspace.ts';

const brokers = brokersForTests();
const admin = rabbitAdmin(brokers.rabbitmq);
let workspace: Workspace;
let order: string;
let mail: string;
let stray: string;
let watcher: string;
let environments: string;

beforeAll(async () => {
  workspace = await openWorkspace(brokers);
  const { mark } = workspace;
  [order, mail, stray, watcher] = [`order-${mark}`, `mail-${mark}`, `stray-${mark}-x`, `watcher-${mark}-x`];
  const topic = `orders.${mark}`;
  await workspace.write({
    [order]: {
      owner: 'orders-team',
      rabbitmq: {
        exchanges: { events: { type: 'topic' } },
        queues: { work: { bindings: [{ exchange: 'events', routingKeys: ['order.#'] }] } },
        publishes: [{ exchange: 'events', routingKeys: ['order.created'] }],
      },
      kafka: { topics: { [topic]: { partitions: 1, replicationFactor: 1 } }, produces: [topic] },
    },
    [mail]: {
      rabbitmq: { consumes: ['work'] },
      kafka: { consumes: [{ topic, group: `mail.${mark}` }] },
    },
  });
  await workspace.converge();
  environments = await readFile(join(workspace.cwd, 'topology', 'environments.yaml'), 'utf8');
  const vhost = encodeURIComponent(workspace.vhost);
  await admin.put(`/users/${stray}`, { password: mark, tags: '' });
  await admin.put(`/permissions/${vhost}/${stray}`, { configure: '^$', write: '^$', read: '^wo' });
  await admin.put(`/users/${watcher}`, { password: `watching-${mark}`, tags: 'monitoring' });
  await writeFile(join(workspace.cwd, 'watcher.json'), JSON.stringify({ password: `watching-${mark}` }));
}, 120_000);

afterAll(async () => {
  for (const user of [order, mail, stray, watcher]) await admin.delete(`/users/${user}`);
  await admin.delete(`/vhosts/${encodeURIComponent(workspace.vhost)}`);
  await workspace.remove();
});

interface Document extends PageModel {
  readonly mqwarden: string;
}

async function json(...args: string[]): Promise<{ model: Document; said: string }> {
  const { code, stdout, stderr } = await workspace.run('report', '--format', 'json', ...args);
  expect(code, stderr).toBe(0);
  return { model: JSON.parse(stdout) as Document, said: stderr };
}

function valueOf<T>(part: { is: 'told'; value: T } | { is: 'left'; why: string }): T {
  if (part.is === 'left') throw new Error(`it has none: ${part.why}`);
  return part.value;
}

/** With the environment as it is changed here. */
async function withEnvironment<T>(change: (text: string) => string, act: () => Promise<T>): Promise<T> {
  const file = join(workspace.cwd, 'topology', 'environments.yaml');
  const changed = change(environments);
  expect(changed).not.toBe(environments);
  await writeFile(file, changed);
  return act().finally(() => writeFile(file, environments));
}

describe('by the topology and the live brokers', () => {
  it('tells all there is: map, matrix, checklist, drift, ages, blast radius', async () => {
    const { model, said } = await json();
    expect(said).toBe('');
    expect(model).toMatchObject({
      version: 1,
      mqwarden: expect.stringMatching(/^\d+\.\d+/) as string,
      topology: 'shop',
      environment: 'test',
      of: 'topology',
      brokers: [
        { name: 'rabbitmq', title: 'RabbitMQ' },
        { name: 'kafka', title: 'Kafka' },
      ],
    });
    expect(model.nodes.filter(({ kind }) => kind === 'service')).toMatchObject([
      { id: `service:${mail}` },
      { id: `service:${order}`, owner: 'orders-team' },
    ]);
    expect(model.edges).toContainEqual({
      from: `kafka:topic:orders.${workspace.mark}`,
      to: `service:${mail}`,
      is: 'reads',
      right: 'read',
      says: `group mail.${workspace.mark}`,
    });
    expect(valueOf(model.blast).find(({ service }) => service === order)?.hits).toContainEqual(
      expect.objectContaining({ principal: mail, effect: 'sends' }),
    );
    const checks = new Set(valueOf(model.checklist).flatMap(({ check }) => check ?? []));
    expect([...checks].sort((a, b) => a - b)).toEqual(Array.from({ length: 12 }, (_, at) => at + 1));
    const drift = valueOf(model.drift);
    expect([drift.changes, drift.blocked]).toEqual([[], []]);
    expect(valueOf(model.ages).credentials.map(({ service, status }) => [service, status])).toEqual([
      [order, 'ok'],
      [mail, 'ok'],
      [order, 'ok'],
      [mail, 'ok'],
    ]);
  });

  it('maps what is live where that is asked for, with whoever is no service', async () => {
    const { model } = await json('--live', '--only', 'rabbitmq');
    expect(model.of).toBe('live');
    expect(model.nodes).toContainEqual({
      id: `principal:rabbitmq/${stray}`,
      kind: 'principal',
      label: stray,
      place: '',
      broker: 'rabbitmq',
      is: 'other',
      wide: [expect.stringContaining('read ^wo')],
    });
    expect(valueOf(model.blast).find(({ service }) => service === stray)?.hits).toContainEqual(
      expect.objectContaining({ principal: mail, effect: 'takes' }),
    );
    expect(model.notes).toContainEqual(
      expect.stringContaining(`${brokers.rabbitmq.admin.username}, the administrator on RabbitMQ`),
    );
    expect(model.access.filter(({ holder }) => holder.is === 'administrator')).toEqual([]);
  });

  it('is of the services that are asked about', async () => {
    const { model } = await json('--service', mail, '--only', 'kafka');
    expect(new Set(model.access.map(({ who }) => who))).toEqual(new Set([`service:${mail}`]));
    expect(valueOf(model.ages).credentials.map(({ service }) => service)).toEqual([mail]);
    expect(valueOf(model.blast).map(({ service }) => service)).toEqual([mail]);
  });
});

it('is one page with all of it in its tables', async () => {
  const { code, stdout, stderr } = await workspace.run('report');
  expect([code, stderr]).toEqual([0, '']);
  expect(stdout).toMatch(/^<!doctype html>/);
  const text = stdout.replace(/<script[^]*?<\/script>/g, '').replace(/<[^>]+>/g, ' ');
  for (const part of [order, mail, `orders.${workspace.mark}`, `mail.${workspace.mark}`])
    expect(text).toContain(part);
  // The map's own data.
  expect(stdout).toContain('"orders-team"');
  expect(stdout.match(/data-verdict="/g)?.length).toBeGreaterThanOrEqual(12);
});

describe('what it cannot tell', () => {
  it('of a store that does not answer, it says, and tells the rest', async () => {
    await withEnvironment(
      (text) => text.replace('file:../secrets', 'vault:secret'),
      async () => {
        const { model, said } = await json('--only', 'kafka');
        expect(model.ages).toMatchObject({
          is: 'left',
          why: expect.stringContaining('VAULT_ADDR') as string,
        });
        expect(said).toMatch(/^warning the report has no ages: .*VAULT_ADDR/m);
        expect(valueOf(model.drift).changes).toEqual([]);
        expect(valueOf(model.checklist).length).toBeGreaterThan(0);
        expect(model.notes).toContainEqual(
          expect.stringMatching(/^drift cannot tell whether the secret store/),
        );
      },
    );
  });

  it('of an administrator that sees only a part, it says so too; a map of what is live would be wrong', async () => {
    await withEnvironment(
      (text) => {
        const environment = JSON.parse(text) as { environments: { test: { rabbitmq: { admin: object } } } };
        environment.environments.test.rabbitmq.admin = {
          username: watcher,
          password: 'file:../watcher.json#password',
        };
        return JSON.stringify(environment);
      },
      async () => {
        const { model, said } = await json('--only', 'rabbitmq');
        expect(model.drift.is).toBe('left');
        expect(said).toMatch(/^warning the report has no drift: /m);
        expect(valueOf(model.ages).credentials).toHaveLength(2);
        const live = await workspace.run('report', '--live', '--only', 'rabbitmq');
        expect([live.code, live.stdout]).toEqual([1, '']);
        expect(live.stderr).toContain(watcher);
      },
    );
  });

  it('of a broker that does not answer it makes none', async () => {
    await withEnvironment(
      (text) => text.replace(/"managementUrl": "[^"]+"/, '"managementUrl": "https://localhost:1"'),
      async () => {
        const { code, stdout, stderr } = await workspace.run('report', '--out', 'none.json');
        expect([code, stdout]).toEqual([1, '']);
        expect(stderr).toContain('localhost:1');
        expect(await readdir(workspace.cwd)).not.toContain('none.json');
      },
    );
  });
});

describe('without a broker', () => {
  /** No password of anything is known there. */
  const offline = (...args: string[]) => mqwarden(['report', '--offline', ...args], { cwd: workspace.cwd });

  it('tells what the topology does, and why it has no more', async () => {
    const { code, stdout, stderr } = await offline('--format', 'json');
    expect([code, stderr]).toEqual([0, '']);
    const model = JSON.parse(stdout) as Document;
    expect(model.edges.length).toBeGreaterThan(3);
    for (const part of [model.checklist, model.drift, model.ages])
      expect(part).toEqual({ is: 'left', why: expect.stringContaining('offline') as string });
    expect(valueOf(model.lint)).toEqual(expect.any(Array));
  });

  it('writes it for its owner alone, in the place of an ordinary file only', async () => {
    const at = (name: string) => join(workspace.cwd, name);
    await writeFile(at('report.json'), 'open to all', { mode: 0o644 });
    const { code, stdout, stderr } = await offline('--out', 'report.json', '--format', 'json');
    expect([code, stdout]).toEqual([0, '']);
    expect(stderr).toMatch(/^saved as report\.json/);
    expect((await lstat(at('report.json'))).mode & 0o777).toBe(0o600);
    expect(JSON.parse(await readFile(at('report.json'), 'utf8'))).toMatchObject({ topology: 'shop' });

    await mkdir(at('folder'));
    await symlink('report.json', at('link'));
    for (const name of ['folder', 'link']) {
      const refused = await offline('--out', name);
      expect([refused.code, refused.stdout]).toEqual([1, '']);
      expect(refused.stderr).toContain(`cannot save the report as ${name}`);
    }
    expect((await readdir(workspace.cwd)).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });

  it.each([
    { args: ['--live'], says: '--live and --offline cannot be asked for at once' },
    { args: ['--service', 'nobody'], says: 'the topology has no service nobody' },
    { args: ['--env', 'other'], says: 'other' },
  ])('refuses $args', async ({ args, says }) => {
    const { code, stdout, stderr } = await offline(...args);
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toContain(says);
  });
});
