/** The whole program with Vault as its store: what it writes there first, and what an outage and a kill leave. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { brokersForTests, uniqueName } from '../brokers/index.ts';
import { type ManagementProxy, startManagementProxy } from '../brokers/proxy-management.ts';
import { rabbitAdmin } from '../brokers/rabbit-admin.ts';
import { startVault, type Vault } from '../secrets/vault-server.ts';
import { mqwarden, type Run } from './run.ts';

const { rabbitmq } = brokersForTests();
const rabbit = rabbitAdmin(rabbitmq);
const mark = uniqueName('vault');
const canary = 'canary-of-vault';

let cwd: string;
let vault: Vault;
let store: ManagementProxy;
let management: ManagementProxy;
beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'mqwarden-vault-'));
  vault = await startVault();
  store = await startManagementProxy({ managementUrl: vault.address, ca: vault.ca, caKey: vault.caKey });
  management = await startManagementProxy(rabbitmq);
  await vault.call('POST', 'secret/data/provisioner', { data: { password: rabbitmq.admin.password } });
  await writeFile(join(cwd, 'rabbitmq.pem'), rabbitmq.ca);
});
afterEach(() => {
  store.onRequest(undefined);
  management.onRequest(undefined);
});
afterAll(async () => {
  await Promise.all([store.stop(), management.stop()]);
  await vault.stop();
  await rabbit.delete(`/vhosts/${mark}`);
  for (const { name } of await users()) await rabbit.delete(`/users/${name}`);
  await rm(cwd, { recursive: true, force: true });
});

async function users(): Promise<{ readonly name: string; readonly password_hash: string }[]> {
  const all = await rabbit.get<{ name: string; password_hash: string }[]>('/users');
  return all.filter(({ name }) => name.endsWith(mark));
}

async function stored(service: string): Promise<{ username: string; password: string } | undefined> {
  const path = `secret/data/${mark}/rabbitmq/${service}-${mark}`;
  const found = await vault
    .call<{ data: { data: { username: string; password: string } } }>('GET', path)
    .catch(() => undefined);
  return found?.data.data;
}

async function run(service: string, command: string, onStart?: (pid: number) => void): Promise<Run> {
  const environment = {
    rabbitmq: {
      managementUrl: management.managementUrl,
      vhost: mark,
      tls: { ca: 'rabbitmq.pem' },
      admin: { username: rabbitmq.admin.username, password: 'vault:secret/provisioner#password' },
    },
    secrets: `vault:secret/${mark}`,
    claims: { rabbitmq: { users: `*-${mark}` } },
  };
  const declared = {
    [`${service}-${mark}`]: { rabbitmq: { exchanges: { [service]: {} }, publishes: [service] } },
  };
  const topology = { version: 1, name: 'vault', environments: { test: environment }, services: declared };
  await writeFile(join(cwd, `${service}.yaml`), JSON.stringify(topology));
  const password = (await stored(service))?.password;
  return mqwarden(
    [command, `${service}.yaml`, ...(command === 'apply' ? ['--yes'] : ['--detailed-exitcode'])],
    {
      cwd,
      variables: { VAULT_ADDR: store.managementUrl, VAULT_CACERT: vault.caFile, VAULT_TOKEN: vault.root },
      canaries: [rabbitmq.admin.password, vault.root, canary, ...(password === undefined ? [] : [password])],
      ...(onStart === undefined ? {} : { onStart }),
    },
  );
}

it('plans and applies with everything secret in Vault, and has nothing left to do then', async () => {
  expect((await run('good', 'plan')).code).toBe(2);
  expect(await stored('good')).toBeUndefined();
  const { code, stdout, stderr } = await run('good', 'apply');
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const made = await stored('good');
  expect(made?.username).toBe(`good-${mark}`);
  expect(stdout).not.toContain(made?.password);
  expect((await run('good', 'plan')).code).toBe(0);
});

it.each([
  { name: 'nothing answers', fault: 'kill-before' as const, want: 'cannot reach Vault at' },
  { name: 'it fails', fault: { status: 500, body: { errors: [canary] } }, want: 'failed (500)' },
  { name: 'it refuses', fault: { status: 403, body: { errors: [canary] } }, want: '(403)' },
])(
  'an outage stops plan and apply with its place, and nothing is written: $name',
  async ({ fault, want }) => {
    store.onRequest((_n, { path }) => (path.includes('/rabbitmq/') ? fault : 'pass'));
    management.clear();
    for (const command of ['plan', 'apply']) {
      const { code, stdout, stderr } = await run('out', command);
      expect([code, stdout]).toEqual([1, '']);
      expect(stderr).toMatch(/^error out\.yaml:1:\d+: /);
      expect(stderr).toContain(want);
    }
    expect(management.requests.filter(({ method }) => method !== 'GET')).toEqual([]);
    expect((await users()).map(({ name }) => name)).not.toContain(`out-${mark}`);
  },
);

it('killed between the store and the broker, the next apply gives the broker the stored password', async () => {
  let pid = 0;
  management.onRequest((_n, { method, path }) => {
    if (method !== 'PUT' || !path.startsWith('/api/users/')) return 'pass';
    process.kill(pid, 'SIGKILL');
    return 'kill-before';
  });
  expect((await run('killed', 'apply', (started) => (pid = started))).code).toBeNull();
  management.onRequest(undefined);
  const before = await stored('killed');
  expect(before?.username).toBe(`killed-${mark}`);
  expect((await users()).map(({ name }) => name)).not.toContain(`killed-${mark}`);
  expect((await run('killed', 'apply')).code).toBe(0);
  expect(await stored('killed')).toEqual(before);
  const answer = await rabbit.get<{ name: string }[]>('/users');
  expect(answer.map(({ name }) => name)).toContain(`killed-${mark}`);
  expect((await run('killed', 'plan')).code).toBe(0);
});
