/** Credentials get new generations on real brokers, and whoever reads the store can log in at every moment. */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { connect } from '../../src/brokers/rabbitmq/connect.ts';
import type { Credential } from '../../src/core/broker.ts';
import type { Ages } from '../../src/core/rotation/ages.ts';
import type { Rotation, Rotations } from '../../src/core/rotation/report.ts';
import { brokersForTests } from '../brokers/index.ts';
import { kafkaAdmin } from '../brokers/kafka-admin.ts';
import {
  type ManagementProxy,
  type ManagementVerdict,
  startManagementProxy,
} from '../brokers/proxy-management.ts';
import { rabbitAdmin } from '../brokers/rabbit-admin.ts';
import { bin } from './run.ts';
import { openWorkspace, type Services, type Workspace } from './workspace.ts';

// Each runs the program several times, on a machine that may be busy.
vi.setConfig({ testTimeout: 180_000 });

const brokers = brokersForTests();
const rabbit = rabbitAdmin(brokers.rabbitmq);
let place: Workspace;
let management: ManagementProxy;
let tls: { readonly cert: string; readonly key: string };
const declared: Record<string, unknown> = {};
const named = (service: string) => `${service}-${place.mark}`;

beforeAll(async () => {
  place = await openWorkspace(brokers);
  management = await startManagementProxy(brokers.rabbitmq);
  const { certFile, keyFile } = await brokers.rabbitmq.clientCertificate('rotate');
  tls = { cert: readFileSync(certFile, 'utf8'), key: readFileSync(keyFile, 'utf8') };
  await writeFile(join(place.cwd, 'topology', 'cert.pem'), tls.cert);
  await writeFile(join(place.cwd, 'topology', 'key.pem'), tls.key);
  await environment({ managementUrl: management.managementUrl, amqpsUrl: brokers.rabbitmq.amqpsUrl });
});
beforeEach(() => {
  management.onRequest(undefined);
});
afterAll(async () => {
  await management.stop();
  await rabbit.delete(`/vhosts/${encodeURIComponent(place.vhost)}`);
  await place.remove();
});

async function environment(over: object): Promise<void> {
  const file = join(place.cwd, 'topology', 'environments.yaml');
  const document = JSON.parse(await readFile(file, 'utf8')) as {
    environments: { test: { rabbitmq: object } };
  };
  const { test } = document.environments;
  const certificate = { ca: 'rabbitmq.pem', cert: 'cert.pem', key: 'key.pem' };
  test.rabbitmq = { ...test.rabbitmq, tls: certificate, ...over };
  await writeFile(file, JSON.stringify(document));
}

/** Adds a service to those that there are, and applies. */
async function have(service: string, sections: Services): Promise<void> {
  declared[service] = sections;
  await place.write(declared);
  await place.converge('--service', service);
}

async function rotate(
  ...args: string[]
): Promise<{ readonly code: number | null; readonly said: Rotations }> {
  const { code, stdout, stderr } = await place.run(
    'rotate',
    '--yes',
    '--format',
    'json',
    '--grace',
    '0s',
    ...args,
  );
  if (stdout === '') throw new Error(`rotate ended with ${String(code)}: ${stderr}`);
  return { code, said: JSON.parse(stdout) as Rotations };
}

/** The only rotation that there is to be. */
async function one(...args: string[]): Promise<Rotation & { readonly code: number | null }> {
  const { code, said } = await rotate(...args);
  expect(said.rotations).toHaveLength(1);
  const [rotation] = said.rotations;
  if (rotation === undefined) throw new Error('there is none');
  return { ...rotation, code };
}

const changes = async (...args: string[]) =>
  (await place.plan(...args)).changes.map(({ address }) => address);

const session = (credential: Credential) =>
  connect({
    service: 'rotate',
    url: brokers.rabbitmq.amqpsUrl,
    vhost: place.vhost,
    tls: { ca: brokers.rabbitmq.ca, ...tls },
    ...credential,
  });

async function letIn(credential: Credential): Promise<boolean> {
  try {
    await (await session(credential)).close();
    return true;
  } catch {
    return false;
  }
}

async function usersOf(service: string): Promise<string[]> {
  const users = await rabbit.get<{ name: string }[]>('/users');
  return users
    .map(({ name }) => name)
    .filter((name) => name.startsWith(service))
    .sort();
}

const secrets = (path: string) => join(place.cwd, 'secrets', `${path}.json`);
const allSteps = ['create', 'grant', 'test', 'publish', 'drain', 'close', 'revoke', 'remove', 'prove'];

describe('a rotation', () => {
  it('on RabbitMQ gives the next generation what the first had, and takes that away', async () => {
    const service = named('order');
    await have(service, {
      rabbitmq: {
        exchanges: { events: { type: 'topic' } },
        publishes: [{ exchange: 'events', routingKeys: ['order.#'] }],
        limits: { maxConnections: 7 },
        tags: ['monitoring'],
      },
    });
    const first = await place.stored(`rabbitmq/${service}`);
    expect(first.username).toBe(service);
    expect(await letIn(first)).toBe(true);

    const { code, result, from, to, steps } = await one('--service', service);
    expect({ code, result, from, to }).toEqual({
      code: 0,
      result: 'rotated',
      from: service,
      to: `${service}.g2`,
    });
    expect(steps.map(({ step }) => step)).toEqual(allSteps);
    const second = await place.stored(`rabbitmq/${service}`);
    expect(second.username).toBe(`${service}.g2`);
    expect(await letIn(second)).toBe(true);
    expect(await letIn(first)).toBe(false);
    expect(await changes()).toEqual([]);
    expect(await changes('--no-secrets')).toEqual([]);
    expect(await usersOf(service)).toEqual([`${service}.g2`]);
    expect(await rabbit.get(`/users/${service}.g2`)).toMatchObject({ tags: expect.anything() as unknown });
    expect(await rabbit.get(`/user-limits/${service}.g2`)).toMatchObject([
      { value: { 'max-connections': 7 } },
    ]);
    expect((await one('--service', service)).to).toBe(`${service}.g3`);
  });

  it('on Kafka, and on both at once, each with generations of its own', async () => {
    const service = named('both');
    const topic = `t-${place.mark}`;
    await have(service, {
      rabbitmq: {},
      kafka: {
        topics: { [topic]: { partitions: 1, replicationFactor: 1 } },
        produces: [topic],
        quota: { producerByteRate: 100_000 },
      },
    });
    const only = await one('--service', service, '--only', 'kafka');
    expect(only).toMatchObject({ broker: 'kafka', result: 'rotated', from: service, to: `${service}.g2` });
    // One listener of the test brokers ends its sessions after 12 s, the others never do.
    expect(only.remainder).toMatch(/for up to 12 s where connections\.max\.reauth\.ms .* where it is 0/);
    expect(await changes()).toEqual([]);
    expect(await changes('--no-secrets')).toEqual([]);
    const both = await rotate('--service', service);
    expect(both.said.rotations).toMatchObject([
      { broker: 'rabbitmq', to: `${service}.g2` },
      { broker: 'kafka', to: `${service}.g3` },
    ]);
    expect(await changes()).toEqual([]);
    expect(await changes('--check-credentials', '--service', service)).toEqual([]);
    const verified = await place.run('verify', '--service', service);
    expect(verified.code, verified.stdout).toBe(0);
    expect(verified.stdout).toContain(`${service} on rabbitmq: logged in as ${service}.g2`);
    expect(verified.stdout).toContain(`${service} on kafka: logged in as ${service}.g3`);
    await (await kafkaAdmin(brokers.kafka, await place.stored(`kafka/${service}`))).close();
  });

  it('takes any name', async () => {
    const service = named('a/b%2F @ü:é');
    await have(service, { rabbitmq: {} });
    expect(await one('--service', service)).toMatchObject({ code: 0, to: `${service}.g2` });
    expect(await changes()).toEqual([]);
  });

  it('shows in no snapshot and no import: a topology names no generation', async () => {
    const service = named('both');
    await place.run('snapshot', '--out', 'live.json');
    expect(await changes('--against', 'live.json')).toEqual([]);
    const imported = await place.run('import', '--out', 'imported');
    expect(imported.stderr).not.toContain('.g');
    const text = await readFile(join(place.cwd, 'imported', 'services', `${service}.yaml`), 'utf8');
    expect(text).not.toMatch(/\.g\d/);
    const { code, stdout } = await place.run('plan', 'imported', '--no-secrets', '--format', 'json');
    expect(code).toBe(0);
    const planned = JSON.parse(stdout) as { readonly changes: readonly { readonly address: string }[] };
    expect(planned.changes.filter(({ address }) => decodeURIComponent(address).includes(service))).toEqual(
      [],
    );
  });

  it('shows its steps and writes nothing with --dry-run, and asks for --yes without a terminal', async () => {
    const service = named('order');
    const before = await place.stored(`rabbitmq/${service}`);
    const { code, stdout } = await place.run('rotate', '--dry-run', '--service', service);
    expect(code).toBe(0);
    expect(stdout).toContain(`planned rabbitmq ${service} (${service}.g3 → ${service}.g4)`);
    expect(stdout).toContain('9. prove that the old one is refused');
    expect(await place.stored(`rabbitmq/${service}`)).toEqual(before);
    const refused = await place.run('rotate', '--service', service);
    expect(refused).toMatchObject({ code: 1, stdout: '' });
    expect(refused.stderr).toContain('there is no terminal to ask on');
  });

  it('skips what is young, suspended, or has no password; and says so', async () => {
    const [young, stopped, certified] = [named('order'), named('stopped'), named('certified')];
    await have(stopped, { suspended: true, rabbitmq: {} });
    await have(certified, { rabbitmq: { auth: 'certificate' } });
    const { code, said } = await rotate(
      '--older-than',
      '1d',
      '--service',
      young,
      '--service',
      stopped,
      '--service',
      certified,
    );
    expect(code).toBe(0);
    expect(said.rotations.map(({ service, result, reason }) => [service, result, reason])).toEqual([
      [young, 'skipped', expect.stringContaining(' old')],
      [stopped, 'skipped', 'it is suspended'],
      [certified, 'skipped', 'it has no password of ours'],
    ]);
  });

  it('is blocked where the topology is not applied, and goes on in an emergency', async () => {
    const service = named('behind');
    await have(service, { rabbitmq: { exchanges: { behind: {} } } });
    declared[service] = { rabbitmq: { exchanges: { behind: {} }, publishes: ['behind'] } };
    await place.write(declared);
    const blocked = await one('--service', service);
    expect(blocked).toMatchObject({
      code: 2,
      result: 'blocked',
      hint: expect.stringContaining('apply first') as string,
    });
    expect(await usersOf(service)).toEqual([service]);
    const forced = await one('--service', service, '--emergency');
    expect(forced).toMatchObject({ code: 0, result: 'rotated' });
    expect(forced.steps.map(({ step }) => step)).not.toContain('drain');
    expect(await changes()).toEqual([]);
  });
});

describe('those who use the old credential', () => {
  it('are waited for, and what comes too late is closed', async () => {
    const service = named('used');
    await have(service, { rabbitmq: {} });
    const open = await session(await place.stored(`rabbitmq/${service}`));
    const running = place.run('rotate', '--yes', '--format', 'json', '--grace', '60s', '--service', service);
    await expect
      .poll(async () => (await place.stored(`rabbitmq/${service}`)).username, { timeout: 30_000 })
      .toBe(`${service}.g2`);
    // Both live, and a plan changes neither.
    expect(await changes()).toEqual([]);
    expect(await usersOf(service)).toEqual([service, `${service}.g2`]);
    await open.close();
    const first = await running;
    expect(first.code).toBe(0);
    expect(first.stdout).toContain(`nobody uses ${service} any more`);

    const stays = await session(await place.stored(`rabbitmq/${service}`));
    const closed = new Promise((resolve) => stays.on('close', resolve));
    stays.on('error', () => undefined);
    const second = await one('--service', service, '--grace', '1s');
    expect(second.steps.find(({ step }) => step === 'close')?.detail).toBe(`1 sessions of ${service}.g2`);
    await closed;
  });

  it('Ctrl-C in a drain leaves what the next run ends, and --abort what was before', async () => {
    const service = named('stopped-drain');
    await have(service, { rabbitmq: {} });
    for (const then of ['--emergency', '--abort']) {
      const before = await place.stored(`rabbitmq/${service}`);
      const open = await session(before);
      const child = spawn(
        process.execPath,
        [bin, 'rotate', '--yes', '--grace', '1h', '--no-lock', '--service', service],
        { cwd: place.cwd, env: { PATH: process.env['PATH'] ?? '', ...place.variables }, stdio: 'ignore' },
      );
      const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
      await expect
        .poll(
          async () =>
            (
              await readFile(secrets(`mqwarden/rotation/rabbitmq/${service}`), 'utf8').catch(() => '')
            ).includes('"drain"'),
          { timeout: 30_000 },
        )
        .toBe(true);
      child.kill('SIGINT');
      expect(await ended).toBe(1);
      expect(await changes()).toEqual([]);
      // A drain never ends while one is open, and an abort waits for the new one only.
      const { code, result, resumed } = await one('--service', service, then);
      expect({ code, result, resumed }).toEqual({
        code: 0,
        result: then === '--abort' ? 'aborted' : 'rotated',
        resumed: true,
      });
      const after = await place.stored(`rabbitmq/${service}`);
      if (then === '--abort') {
        expect(after).toEqual(before);
        await open.close();
      } else expect(after.username).not.toBe(before.username);
      expect(await letIn(after)).toBe(true);
      expect(await usersOf(service)).toEqual([after.username]);
      expect(await changes()).toEqual([]);
    }
    // The name of what was gone back from is not used again.
    expect((await one('--service', service)).to).toBe(`${service}.g4`);
  });
});

describe('in place', () => {
  it('the same user gets another password, on both brokers', async () => {
    const service = named('same');
    await have(service, { rotation: 'in-place', rabbitmq: { tags: ['monitoring'] }, kafka: {} });
    const before = [await place.stored(`rabbitmq/${service}`), await place.stored(`kafka/${service}`)];
    const { code, said } = await rotate('--service', service);
    expect(code).toBe(0);
    expect(said.rotations).toMatchObject([
      { mode: 'in-place', from: service, to: service, result: 'rotated' },
      { mode: 'in-place', remainder: expect.stringContaining('keeps its rights') as string },
    ]);
    const after = [await place.stored(`rabbitmq/${service}`), await place.stored(`kafka/${service}`)];
    expect(after.map(({ username }) => username)).toEqual([service, service]);
    expect(after).not.toEqual(before);
    expect(await letIn(after[0] as Credential)).toBe(true);
    expect(await letIn(before[0] as Credential)).toBe(false);
    await (await kafkaAdmin(brokers.kafka, after[1])).close();
    expect(await changes()).toEqual([]);
  });

  it('of many at once, few wait between the store and the broker', async () => {
    const services = Array.from({ length: 20 }, (_, at) => named(`wide${at}`));
    for (const service of services) declared[service] = { rotation: 'in-place', rabbitmq: {} };
    await place.write(declared);
    await place.converge();
    const { code } = await rotate(...services.flatMap((service) => ['--service', service]));
    expect(code).toBe(0);
    const text = await readFile(join(place.cwd, '.mqwarden', 'audit.jsonl'), 'utf8');
    const lines = text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, string>);
    let between = 0;
    let most = 0;
    for (const { service = '', action } of lines) {
      if (!services.includes(service)) continue;
      if (action === 'rotate publish') most = Math.max(most, (between += 1));
      if (action === 'rotate set') between -= 1;
    }
    expect(between).toBe(0);
    expect(most).toBeGreaterThan(0);
    expect(most).toBeLessThanOrEqual(8);
  });

  it('a live user whose password is not stored is adopted', async () => {
    const service = named('found');
    await have(service, { rabbitmq: {}, kafka: {} });
    for (const broker of ['rabbitmq', 'kafka']) await rm(secrets(`${broker}/${service}`));
    const blocked = await rotate('--service', service);
    expect(blocked.code).toBe(2);
    expect(blocked.said.rotations).toMatchObject([
      { result: 'blocked', hint: expect.stringContaining('--adopt') as string },
      { result: 'blocked' },
    ]);
    const { code, said } = await rotate('--service', service, '--adopt');
    expect(code).toBe(0);
    expect(said.rotations).toMatchObject([{ result: 'adopted' }, { result: 'adopted' }]);
    expect(await letIn(await place.stored(`rabbitmq/${service}`))).toBe(true);
    await (await kafkaAdmin(brokers.kafka, await place.stored(`kafka/${service}`))).close();
    expect(await changes()).toEqual([]);
    expect((await rotate('--service', service, '--adopt')).said.summary).toMatchObject({ skipped: 2 });
  });
});

describe('what goes wrong', () => {
  it('a service that is suspended half way gets no password back, and an abort ends it', async () => {
    const service = named('halted');
    await have(service, { rabbitmq: {} });
    management.onRequest((_n, { method, path }) =>
      method !== 'GET' && path.includes('permissions') ? 'kill-before' : 'pass',
    );
    expect(await one('--service', service)).toMatchObject({ result: 'failed' });
    management.onRequest(undefined);
    await have(service, { suspended: true, rabbitmq: {} });
    const hashes = async () =>
      (await rabbit.get<{ name: string; password_hash: string }[]>('/users')).filter(({ name }) =>
        name.startsWith(service),
      );
    const before = await hashes();
    expect(await one('--service', service)).toMatchObject({
      code: 2,
      result: 'blocked',
      reason: expect.stringContaining('it is suspended') as string,
      hint: expect.stringContaining('--abort') as string,
    });
    expect(await hashes()).toEqual(before);
    expect(await one('--service', service, '--abort')).toMatchObject({ code: 0, result: 'aborted' });
    expect(await usersOf(service)).toEqual([service]);
    expect(await letIn(await place.stored(`rabbitmq/${service}`))).toBe(false);
    expect(await changes()).toEqual([]);
    await have(service, { rabbitmq: {} });
    expect(await letIn(await place.stored(`rabbitmq/${service}`))).toBe(true);
  });

  it('several generations live and nothing tells which is in use: none is adopted', async () => {
    const service = named('many');
    await have(service, { rabbitmq: {} });
    await rm(secrets(`rabbitmq/${service}`));
    await rabbit.put(`/users/${service}.g3`, { password: 'by-hand', tags: '' });
    expect(await one('--service', service, '--adopt')).toMatchObject({
      code: 2,
      result: 'blocked',
      reason: expect.stringContaining(`${service}, ${service}.g3`) as string,
    });
    await rabbit.delete(`/users/${service}.g3`);
    expect(await one('--service', service, '--adopt')).toMatchObject({ code: 0, result: 'adopted' });
  });

  it('in place, the store is written by hand before the broker is given a password: an abort has nothing to undo', async () => {
    const service = named('by-hand');
    await have(service, { rotation: 'in-place', rabbitmq: {} });
    const file = secrets(`rabbitmq/${service}`);
    const before = await place.stored(`rabbitmq/${service}`);
    const theirs = { username: service, password: 'somebody-elses-password' };
    management.onRequest(async (): Promise<ManagementVerdict> => {
      await writeFile(`${file}.new`, JSON.stringify(theirs), { mode: 0o600 });
      await rename(`${file}.new`, file);
      return 'pass';
    });
    const failed = await one('--service', service, '--no-lock');
    management.onRequest(undefined);
    expect(failed.steps.at(-1)).toMatchObject({ step: 'publish', result: 'failed' });
    expect(await one('--service', service)).toMatchObject({
      code: 1,
      hint: expect.stringContaining('--abort') as string,
    });
    expect(await one('--service', service, '--abort')).toMatchObject({
      code: 0,
      result: 'aborted',
      steps: [],
      remainder: expect.stringContaining('left as somebody else wrote it') as string,
    });
    expect(await place.stored(`rabbitmq/${service}`)).toEqual(theirs);
    expect(await letIn(before)).toBe(true);
    // As somebody would mend it: with the password that the broker has.
    await writeFile(file, JSON.stringify(before), { mode: 0o600 });
    expect(await one('--service', service)).toMatchObject({ code: 0, result: 'rotated' });
  });

  it('a wrong password of the administrator: nothing is written', async () => {
    const service = named('order');
    const before = await place.stored(`rabbitmq/${service}`);
    const { RABBIT_PASSWORD: right } = place.variables;
    const wrong = { ...place.variables, RABBIT_PASSWORD: 'wrong-password' };
    expect(right).not.toBe('wrong-password');
    const child = spawn(process.execPath, [bin, 'rotate', '--yes', '--no-lock', '--service', service], {
      cwd: place.cwd,
      env: { PATH: process.env['PATH'] ?? '', ...wrong },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let said = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
    expect(await new Promise((resolve) => child.on('close', resolve))).toBe(1);
    expect(said).toMatch(/refuse|password/);
    expect(await place.stored(`rabbitmq/${service}`)).toEqual(before);
  });

  it('a broker that is gone half way: the next run goes on', async () => {
    const service = named('half');
    await have(service, { rabbitmq: {} });
    management.onRequest((_n, { method, path }) =>
      method !== 'GET' && path.includes('permissions') ? 'kill-before' : 'pass',
    );
    const failed = await one('--service', service);
    expect(failed).toMatchObject({ code: 1, result: 'failed' });
    expect(failed.steps.at(-1)).toMatchObject({ step: 'grant', result: 'failed' });
    management.onRequest(undefined);
    expect(await letIn(await place.stored(`rabbitmq/${service}`))).toBe(true);
    expect(await changes()).toEqual([]);
    expect(await one('--service', service)).toMatchObject({ code: 0, resumed: true, to: `${service}.g2` });
    expect(await usersOf(service)).toEqual([`${service}.g2`]);
  });

  it('somebody else writes the credential meanwhile: theirs is left, and an abort goes back', async () => {
    const service = named('raced');
    await have(service, { rabbitmq: {} });
    const file = secrets(`rabbitmq/${service}`);
    const before = await place.stored(`rabbitmq/${service}`);
    const theirs = { username: service, password: 'somebody-elses-password' };
    management.onRequest(async (_n, { method, path }): Promise<ManagementVerdict> => {
      if (method === 'PUT' && path.includes('/permissions/')) {
        await writeFile(`${file}.new`, JSON.stringify(theirs), { mode: 0o600 });
        await rename(`${file}.new`, file);
      }
      return 'pass';
    });
    const failed = await one('--service', service);
    management.onRequest(undefined);
    expect(failed).toMatchObject({
      code: 1,
      result: 'failed',
      reason: expect.stringContaining('changed by somebody else') as string,
    });
    expect(await place.stored(`rabbitmq/${service}`)).toEqual(theirs);
    expect(await one('--service', service, '--abort')).toMatchObject({ code: 0, result: 'aborted' });
    expect(await place.stored(`rabbitmq/${service}`)).toEqual(theirs);
    expect(await letIn(before)).toBe(true);
    expect(await usersOf(service)).toEqual([service]);
  });

  it('every step is in the audit log, and no secret', async () => {
    const lines = (await readFile(join(place.cwd, '.mqwarden', 'audit.jsonl'), 'utf8'))
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, string>);
    const service = named('order');
    const steps = lines.filter(
      (line) => line['service'] === service && line['action']?.startsWith('rotate '),
    );
    expect(steps.slice(0, 9).map(({ action }) => action)).toEqual(allSteps.map((step) => `rotate ${step}`));
    expect(steps[0]).toMatchObject({ address: `rabbitmq:user:${service}.g2`, result: 'ok' });
    expect(steps[0]?.['detail']).toMatch(/^generation 2: /);
    expect(JSON.stringify(lines)).not.toContain((await place.stored(`rabbitmq/${service}`)).password);
  });
});

describe('a reader of the store', () => {
  it('never reads half a credential, through many rotations', async () => {
    const service = named('torn');
    await have(service, { rabbitmq: {} });
    const seen = new Map<string, Set<string>>();
    const over = new AbortController();
    const reading = (async () => {
      while (!over.signal.aborted) {
        const { username, password } = await place.stored(`rabbitmq/${service}`);
        seen.set(username, (seen.get(username) ?? new Set()).add(password));
        await sleep(1);
      }
    })();
    for (let generation = 2; generation <= 5; generation += 1) {
      expect((await one('--service', service)).to).toBe(`${service}.g${generation}`);
    }
    over.abort();
    await reading;
    expect([...seen.keys()]).toEqual([
      service,
      ...[2, 3, 4, 5].map((generation) => `${service}.g${generation}`),
    ]);
    expect([...seen.values()].map(({ size }) => size)).toEqual([1, 1, 1, 1, 1]);
  });
});

it('credentials list tells the age of each, by its record or by the store', async () => {
  const service = named('fresh');
  await have(service, { rabbitmq: {} });
  const list = async (...args: string[]) => {
    const { code, stdout, stderr } = await place.run('credentials', 'list', '--format', 'json', ...args);
    if (stdout === '') throw new Error(stderr);
    return { code, ages: JSON.parse(stdout) as Ages };
  };
  const { code, ages } = await list('--service', service, '--service', named('order'));
  expect(code).toBe(0);
  expect(ages.credentials).toMatchObject([
    { service: named('order'), status: 'ok', generation: 3, by: 'rotation', days: 0 },
    {
      service,
      status: 'ok',
      generation: 1,
      by: 'store',
      days: 0,
      note: expect.stringContaining('never rotated') as string,
    },
  ]);
  expect((await list('--fail-after', '0s')).code).toBe(2);
  const text = await place.run('credentials', 'list', '--service', service, '--warn-after', '0s');
  expect(text.stdout).toContain(`due     rabbitmq ${service}: ${service}, generation 1, 0 d old, stored `);
});
