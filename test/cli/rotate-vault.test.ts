/** Rotation with a real Vault as the store: versions by check-and-set, and a record that services cannot read. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import type { Rotations } from '../../src/core/rotation/report.ts';
import { brokersForTests } from '../brokers/index.ts';
import { rabbitAdmin } from '../brokers/rabbit-admin.ts';
import { startVault, type Vault } from '../secrets/vault-server.ts';
import { mqwarden } from './run.ts';
import { openWorkspace, type Workspace } from './workspace.ts';

vi.setConfig({ testTimeout: 180_000 });

const { rabbitmq } = brokersForTests();
const rabbit = rabbitAdmin(rabbitmq);
let vault: Vault;
let place: Workspace;

beforeAll(async () => {
  vault = await startVault();
  place = await openWorkspace(brokersForTests(), { secrets: 'vault:secret' });
  await writeFile(join(place.cwd, 'vault.pem'), vault.ca);
});
afterAll(async () => {
  await place.remove();
  await vault.stop();
});

interface Stored {
  readonly data: {
    readonly data: Readonly<Record<string, string>>;
    readonly metadata: { readonly version: number };
  };
}

it('rotates with what mqwarden may do there, twice, and a plan in between changes nothing', async () => {
  const service = `order-${place.mark}`;
  await place.write({ [service]: { rabbitmq: {} } });
  const token = await vault.tokenFor({
    'secret/data/rabbitmq/*': ['create', 'read', 'update'],
    'secret/data/mqwarden/*': ['create', 'read', 'update'],
  });
  const variables = {
    ...place.variables,
    VAULT_ADDR: vault.address,
    VAULT_TOKEN: token,
    VAULT_CACERT: 'vault.pem',
  };
  const run = (...args: string[]) =>
    mqwarden([...args, '--only', 'rabbitmq'], { cwd: place.cwd, variables, canaries: [token] });
  const stored = () => vault.call<Stored>('GET', `secret/data/rabbitmq/${service}`);

  expect(await run('apply', '--yes')).toMatchObject({ code: 0 });
  expect((await stored()).data).toMatchObject({ data: { username: service }, metadata: { version: 1 } });
  for (const generation of [2, 3]) {
    const { code, stdout, stderr } = await run('rotate', '--yes', '--grace', '0s', '--format', 'json');
    expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' });
    expect((JSON.parse(stdout) as Rotations).rotations).toMatchObject([
      { result: 'rotated', to: `${service}.g${generation}` },
    ]);
    const { data } = await stored();
    expect(data).toMatchObject({
      data: { username: `${service}.g${generation}` },
      metadata: { version: generation },
    });
    expect(stdout + stderr).not.toContain(data.data['password']);
    expect(await run('plan', '--detailed-exitcode')).toMatchObject({ code: 0 });
  }
  const record = await vault.call<Stored>('GET', `secret/data/mqwarden/rotation/rabbitmq/${service}`);
  expect(record.data.data).toMatchObject({ inUse: '3', last: '3' });
  expect(Object.keys(record.data.data).filter((key) => /password/i.test(key))).toEqual([]);
  const listed = await run('credentials', 'list');
  expect(listed.stdout).toContain(
    `ok      rabbitmq ${service}: ${service}.g3, generation 3, 0 d old, rotated `,
  );

  // A service of its own has its credential, and not the record.
  const own = await vault.tokenFor({ [`secret/data/rabbitmq/${service}`]: ['read'] });
  const asService = { ...variables, VAULT_TOKEN: own };
  const refused = await mqwarden(['credentials', 'list', '--only', 'rabbitmq'], {
    cwd: place.cwd,
    variables: asService,
    canaries: [own],
  });
  expect(refused).toMatchObject({ code: 1, stdout: '' });
  await rabbit.delete(`/users/${service}.g3`);
});
