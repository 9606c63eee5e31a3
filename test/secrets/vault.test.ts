/** On a real Vault: what it answers is not for us to imagine. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { SecretConflict, SecretOutage } from '../../src/core/errors.ts';
import { credentialsIn } from '../../src/secrets/credentials.ts';
import { openStore } from '../../src/secrets/open.ts';
import { resolveReference } from '../../src/secrets/resolve.ts';
import { rotationPath } from '../../src/secrets/store.ts';
import { allOf, failure } from './failure.ts';
import { tokenReviews, type TokenReviews } from './token-reviews.ts';
import { mountKv, startVault, type Vault } from './vault-server.ts';

let vault: Vault;
let reviews: TokenReviews;
beforeAll(async () => {
  vault = await startVault();
  reviews = await tokenReviews();
  await mountKv(vault.call, 'team/kv', '2');
  await mountKv(vault.call, 'old', '1');
  await vault.call('POST', 'sys/auth/approle', { type: 'approle' });
  await vault.call('POST', 'sys/auth/kubernetes', { type: 'kubernetes' });
});
afterAll(async () => {
  await vault.stop();
  await reviews.stop();
});

const at = { file: '/topology/environments.yaml', line: 4, column: 14 };
const base = () => ({ VAULT_ADDR: vault.address, VAULT_CACERT: vault.caFile });
const as = (token: string, more: Record<string, string> = {}) => ({ ...base(), VAULT_TOKEN: token, ...more });
const storeAs = (variables: Record<string, string>, reference = 'vault:secret') =>
  openStore(reference, at, { variables });
const store = (reference?: string) => storeAs(as(vault.root), reference);
const resolve = (reference: string, variables = as(vault.root)) =>
  resolveReference(reference, at, { variables });
const canary = 'canary-of-vault';
const document = { username: 'order-service', password: canary };
const unusual = [
  'a/b',
  '..',
  '../../x',
  '.hidden',
  'a..b',
  '...',
  'a%2Fb',
  'übung 😀',
  "a b'(*)!~",
  '?x#y&z',
  'a\\b',
  '.',
];

describe('a store in Vault', () => {
  test('has nothing, writes, and reads the same version', async () => {
    const path = 'rabbitmq/order-service';
    expect(await store().read(path)).toBeUndefined();
    const first = await store().write(path, document, undefined);
    expect(await store().read(path)).toEqual(first);
    expect(Date.parse(first.writtenAt ?? '')).toBeGreaterThan(Date.now() - 60_000);
    const second = await store().write(path, { ...document, password: 'other' }, first.version);
    expect(await store().read(path)).toEqual(second);
    expect(second.version).not.toBe(first.version);
    expect(store().place(path)).toBe('vault secret/rabbitmq/order-service');
    // As its own tools see it.
    const seen = await vault.call<{ data: { data: object; metadata: { version: number } } }>(
      'GET',
      'secret/data/rabbitmq/order-service',
    );
    expect(seen.data.data).toEqual({ ...document, password: 'other' });
    expect(seen.data.metadata.version).toBe(2);
  });

  test('a version that is no longer the newest is not written over', async () => {
    const path = 'kafka/contended';
    const first = await store().write(path, document, undefined);
    const second = await store().write(path, { ...document, n: '2' }, first.version);
    for (const expected of [undefined, first.version, 'unknown']) {
      const error = await failure(store().write(path, { ...document, n: '3' }, expected));
      expect(error).toBeInstanceOf(SecretConflict);
      expect(error.message).toBe('vault secret/kafka/contended was written by somebody else in the meantime');
      expect(error.position).toEqual(at);
      expect(allOf(error)).not.toContain(canary);
    }
    expect(await store().read(path)).toEqual(second);
  });

  test('of many writers at once exactly one wins each version', async () => {
    const path = 'kafka/raced';
    await store().write(path, { count: '0' }, undefined);
    const stores = Array.from({ length: 8 }, () => store());
    const wins = await Promise.all(
      stores.map(async (one) => {
        let won = 0;
        for (let round = 0; round < 10; round += 1) {
          const { document: read, version } = (await one.read(path)) ?? { document: {}, version: '' };
          const next = { count: String(Number(read['count']) + 1) };
          await one.write(path, next, version).then(
            () => (won += 1),
            (error: unknown) => expect(error).toBeInstanceOf(SecretConflict),
          );
        }
        return won;
      }),
    );
    const total = wins.reduce((sum, won) => sum + won, 0);
    expect(total).toBeGreaterThanOrEqual(10);
    expect((await store().read(path))?.document).toEqual({ count: String(total) });
  });

  test.each(unusual)('a service called %s has a place of its own', async (name) => {
    const path = `rabbitmq/${name}`;
    const written = await store('vault:secret/names').write(
      path,
      { username: name, password: canary },
      undefined,
    );
    expect(await store('vault:secret/names').read(path)).toEqual(written);
    const listed = await vault.call<{ data: { keys: string[] } }>(
      'GET',
      'secret/metadata/names/rabbitmq?list=true',
    );
    expect(listed.data.keys.every((key) => !key.endsWith('/'))).toBe(true);
  });

  test('and no two of them share it', async () => {
    const listed = await vault.call<{ data: { keys: string[] } }>(
      'GET',
      'secret/metadata/names/rabbitmq?list=true',
    );
    expect(new Set(listed.data.keys).size).toBe(unusual.length);
  });

  test('lies in a mount with a slash in its name, and below a path in it', async () => {
    await store('vault:team/kv/shop/').write('kafka/a', document, undefined);
    const seen = await vault.call<{ data: { data: object } }>('GET', 'team/kv/data/shop/kafka/a');
    expect(seen.data.data).toEqual(document);
  });

  test('two runs at once agree on one password', async () => {
    const runs = await Promise.all(
      Array.from({ length: 20 }, () =>
        credentialsIn(store(), { conceal: () => undefined }).ensure('rabbitmq/twenty', 'twenty'),
      ),
    );
    expect(new Set(runs.map(({ password }) => password)).size).toBe(1);
  });

  test('a service that may read its credential reads no record of a rotation', async () => {
    await store().write(rotationPath('rabbitmq', 'order-service'), { step: 'drain' }, undefined);
    const token = await vault.tokenFor({ 'secret/data/rabbitmq/order-service': ['read'] });
    const own = storeAs(as(token));
    expect((await own.read('rabbitmq/order-service'))?.document['username']).toBe('order-service');
    for (const path of [rotationPath('rabbitmq', 'order-service'), 'rabbitmq/other']) {
      expect((await failure(own.read(path))).message).toContain('(403)');
    }
    expect((await failure(own.write('rabbitmq/order-service', document, undefined))).hint).toContain(
      'a policy must give create and update on "secret/data/rabbitmq/order-service"',
    );
  });
});

describe('a reference into Vault', () => {
  beforeAll(async () => {
    await vault.call('POST', 'secret/data/rabbitmq/provisioner', {
      data: { password: canary, empty: '', port: 5671 },
    });
    await vault.call('POST', 'team/kv/data/a b/%23', { data: { password: canary } });
  });

  test.each(['vault:secret/rabbitmq/provisioner#password', 'vault:team/kv/a b/##password'])(
    '%s',
    async (reference) => {
      expect(await resolve(reference)).toBe(canary);
    },
  );

  test.each([
    { reference: 'vault:secret/rabbitmq/provisioner#passwort', want: 'has no text in a field "passwort"' },
    { reference: 'vault:secret/rabbitmq/provisioner#toString', want: 'has no text in a field "toString"' },
    { reference: 'vault:secret/rabbitmq/provisioner#port', want: 'has no text in a field "port"' },
    { reference: 'vault:secret/rabbitmq/provisioner#empty', want: 'has an empty field "empty"' },
    { reference: 'vault:secret/nothing#password', want: 'nothing is stored at vault secret/nothing' },
    { reference: 'vault:none/x#password', want: 'refuses access to vault none/x (403)' },
    { reference: 'vault:old/x#password', want: 'vault old/x is in the first version of the KV engine' },
    { reference: 'vault:cubbyhole/x#password', want: 'vault cubbyhole/x is in another engine than KV' },
  ])('$reference fails with its place', async ({ reference, want }) => {
    const error = await failure(resolve(reference));
    expect(error.message).toContain(want);
    expect(error).toMatchObject({ position: at });
    expect(error.hint).toBeTruthy();
    expect(allOf(error)).not.toContain(canary);
  });

  test("the path of Vault's API is told from that of the secret", async () => {
    const error = await failure(resolve('vault:secret/data/rabbitmq/provisioner#password'));
    expect(error.hint).toContain('leave "data/" out');
  });
});

describe('what was deleted is not taken for absent', () => {
  test.each([
    { how: 'deleted', path: 'kafka/deleted', by: ['DELETE', 'secret/data/kafka/deleted'] as const },
    { how: 'destroyed', path: 'kafka/destroyed', by: ['PUT', 'secret/destroy/kafka/destroyed'] as const },
  ])('a version that was $how', async ({ how, path, by }) => {
    const { version } = await store().write(path, document, undefined);
    await vault.call(by[0], by[1], { versions: [1] });
    const credentials = credentialsIn(store(), { conceal: () => undefined });
    for (const attempt of [() => store().read(path), () => credentials.ensure(path, 'order-service')]) {
      const error = await failure(attempt());
      expect(error.message).toBe(`the newest version of vault secret/${path} was ${how}`);
      expect(error.hint).toContain('vault kv undelete');
    }
    expect(await failure(store().write(path, document, undefined))).toBeInstanceOf(SecretConflict);
    // Vault itself lets a deleted version be followed by the next.
    expect((await store().write(path, document, version)).version).toMatch(/^2@/);
  });

  test('removed with all versions it is absent, and begins anew with another version', async () => {
    const { version } = await store().write('kafka/anew', document, undefined);
    await vault.call('DELETE', 'secret/metadata/kafka/anew');
    expect(await store().read('kafka/anew')).toBeUndefined();
    expect((await store().write('kafka/anew', document, undefined)).version).not.toBe(version);
  });
});

describe('logging in', () => {
  const rights = { 'secret/data/*': ['create', 'update', 'read'] };

  async function role(name: string, more: object = {}): Promise<Record<string, string>> {
    await vault.policy('roles', rights);
    const path = `auth/approle/role/${name}`;
    await vault.call('POST', path, { token_policies: ['roles'], ...more });
    const { data } = await vault.call<{ data: { role_id: string } }>('GET', `${path}/role-id`);
    const made = await vault.call<{ data: { secret_id: string } }>('POST', `${path}/secret-id`);
    return { ...base(), VAULT_ROLE_ID: data.role_id, VAULT_SECRET_ID: made.data.secret_id };
  }

  async function logins(variables: Record<string, string>): Promise<number> {
    const { data } = await vault.call<{ data: { secret_id_num_uses: number } }>(
      'POST',
      `auth/approle/role/${variables['ROLE'] ?? ''}/secret-id/lookup`,
      { secret_id: variables['VAULT_SECRET_ID'] },
    );
    return 100 - data.secret_id_num_uses;
  }
  const counted = async (name: string, more: object = {}): Promise<Record<string, string>> => ({
    ...(await role(name, { secret_id_num_uses: 100, ...more })),
    ROLE: name,
  });

  test('by AppRole, once for all that is asked', async () => {
    const variables = await counted('once');
    const concealed: string[] = [];
    const options = { variables, conceal: (secret: string) => void concealed.push(secret) };
    const opened = openStore('vault:secret', at, options);
    await opened.write('rabbitmq/by-role', document, undefined);
    await Promise.all(Array.from({ length: 50 }, () => opened.read('rabbitmq/by-role')));
    expect(await resolveReference('vault:secret/rabbitmq/by-role#password', at, options)).toBe(canary);
    expect(await logins(variables)).toBe(1);
    expect(concealed).toContain(variables['VAULT_SECRET_ID']);
    expect(concealed.some((secret) => secret.startsWith('hvs.'))).toBe(true);
  });

  test('by AppRole at a mount of another name', async () => {
    await vault.call('POST', 'sys/auth/teams/roles', { type: 'approle' });
    await vault.policy('roles', rights);
    await vault.call('POST', 'auth/teams/roles/role/a', { token_policies: ['roles'] });
    const { data } = await vault.call<{ data: { role_id: string } }>(
      'GET',
      'auth/teams/roles/role/a/role-id',
    );
    const made = await vault.call<{ data: { secret_id: string } }>(
      'POST',
      'auth/teams/roles/role/a/secret-id',
    );
    const variables = { ...base(), VAULT_ROLE_ID: data.role_id, VAULT_SECRET_ID: made.data.secret_id };
    expect((await failure(storeAs(variables).read('kafka/x'))).message).toContain(
      'refuses the login by AppRole (400)',
    );
    expect(
      await storeAs({ ...variables, VAULT_APPROLE_MOUNT: 'teams/roles' }).read('kafka/x'),
    ).toBeUndefined();
  });

  test('a token that is over is followed by a new login', async () => {
    const variables = await counted('short', { token_ttl: '1s', token_max_ttl: '1s' });
    const opened = storeAs(variables);
    await opened.read('kafka/x');
    await new Promise((wait) => setTimeout(wait, 1_100));
    expect(await opened.read('kafka/x')).toBeUndefined();
    expect(await logins(variables)).toBe(2);
  });

  test('a token that was revoked, too', async () => {
    const variables = await counted('revoked');
    const opened = storeAs(variables);
    await opened.read('kafka/x');
    const { data } = await vault.call<{ data: { keys: string[] } }>('GET', 'auth/token/accessors?list=true');
    for (const accessor of data.keys) {
      const looked = await vault.call<{ data: { path: string } }>('POST', 'auth/token/lookup-accessor', {
        accessor,
      });
      if (looked.data.path === 'auth/approle/login')
        await vault.call('POST', 'auth/token/revoke-accessor', { accessor });
    }
    expect(await opened.read('kafka/x')).toBeUndefined();
    expect(await logins(variables)).toBe(2);
  });

  test('a token is renewed while it lasts, where a secret id is good for one login', async () => {
    const variables = await role('renewed', { secret_id_num_uses: 1, token_ttl: '2s', token_max_ttl: '1h' });
    const opened = storeAs(variables);
    const until = Date.now() + 5_000;
    while (Date.now() < until) {
      expect(await opened.read('kafka/x')).toBeUndefined();
      await new Promise((wait) => setTimeout(wait, 100));
    }
  }, 30_000);

  test('a right that is missing is not sought by one login after the other', async () => {
    const variables = await counted('narrow');
    await vault.policy('narrow', { 'secret/data/rabbitmq/one': ['read'] });
    await vault.call('POST', 'auth/approle/role/narrow', {
      token_policies: ['narrow'],
      secret_id_num_uses: 100,
    });
    const opened = storeAs(variables);
    for (let round = 0; round < 3; round += 1) {
      await Promise.all(
        Array.from({ length: 20 }, async (_, n) => {
          expect((await failure(opened.read(`kafka/s${n}`))).message).toContain('(403)');
        }),
      );
    }
    expect(await logins(variables)).toBeLessThanOrEqual(3);
  });

  test('by Kubernetes service account', async () => {
    await vault.policy('roles', rights);
    await vault.call('POST', 'auth/kubernetes/config', {
      kubernetes_host: reviews.address,
      kubernetes_ca_cert: reviews.ca,
      token_reviewer_jwt: reviews.jwt('reviewer'),
      disable_local_ca_jwt: true,
    });
    await vault.call('POST', 'auth/kubernetes/role/orders', {
      bound_service_account_names: ['order-service'],
      bound_service_account_namespaces: ['shop'],
      token_policies: ['roles'],
    });
    const tokenFile = join(vault.folder, 'service-account');
    await writeFile(tokenFile, `${reviews.jwt('order-service')}\n`);
    const variables = { ...base(), VAULT_K8S_ROLE: 'orders', VAULT_K8S_TOKEN_FILE: tokenFile };
    expect(await storeAs(variables).read('kafka/x')).toBeUndefined();
    await writeFile(tokenFile, reviews.jwt('another-service'));
    const error = await failure(storeAs({ ...variables }).read('kafka/x'));
    expect(error.message).toMatch(/refuses the login by Kubernetes service account \(40[03]\)/);
    const gone = await failure(storeAs({ ...variables, VAULT_K8S_TOKEN_FILE: '/nowhere' }).read('kafka/x'));
    expect(gone.message).toBe('/nowhere cannot be read (no such file or folder, ENOENT)');
  });

  test.each([
    { more: { VAULT_TOKEN: 'hvs.canary-of-vault' }, want: 'refuses access to vault secret (403)' },
    { more: { VAULT_ROLE_ID: 'x', VAULT_SECRET_ID: canary }, want: 'refuses the login by AppRole (400)' },
  ])('who is unknown is told so: $want', async ({ more, want }) => {
    const error = await failure(storeAs({ ...base(), ...more }).read('kafka/x'));
    expect(error.message).toContain(want);
    expect(allOf(error)).not.toContain(canary);
  });
});

describe('settings that cannot be', () => {
  const wrong = (more: Record<string, string>) => failure(storeAs({ ...as('x'), ...more }).read('kafka/x'));
  test.each([
    { more: { VAULT_ADDR: '' }, want: 'VAULT_ADDR is not set' },
    { more: { VAULT_ADDR: 'http://127.0.0.1:8200' }, want: 'VAULT_ADDR does not begin with https://' },
    { more: { VAULT_ADDR: 'vault.internal:8200' }, want: 'VAULT_ADDR does not begin with https://' },
    {
      more: { VAULT_ADDR: `https://a:${canary}@localhost:1` },
      want: 'VAULT_ADDR holds more than an address',
    },
    { more: { VAULT_SKIP_VERIFY: '1' }, want: 'VAULT_SKIP_VERIFY is refused' },
    { more: { VAULT_TOKEN: '' }, want: 'nothing says who Vault is asked as' },
    {
      more: { VAULT_TOKEN: '', VAULT_ROLE_ID: 'x' },
      want: 'VAULT_ROLE_ID is set, but VAULT_SECRET_ID is not',
    },
    {
      more: { VAULT_TOKEN: '', VAULT_SECRET_ID: canary },
      want: 'VAULT_SECRET_ID is set, but VAULT_ROLE_ID is not',
    },
    {
      more: { VAULT_CACERT: '/nowhere.pem' },
      want: '/nowhere.pem cannot be read (no such file or folder, ENOENT)',
    },
    { more: { VAULT_CACERT: '' }, want: 'is not signed by an authority that is trusted here' },
    { more: { VAULT_TLS_SERVER_NAME: 'other' }, want: 'its certificate is for another host name' },
    { more: { VAULT_ADDR: 'https://localhost:1' }, want: 'nothing listens there' },
    { more: { VAULT_ADDR: 'https://nowhere.invalid' }, want: 'the host name cannot be resolved' },
  ])('$more', async ({ more, want }) => {
    const error = await wrong(more);
    expect(error.message).toContain(want);
    expect(error.position).toEqual(at);
    expect(error.hint).toBeTruthy();
    expect(allOf(error)).not.toContain(canary);
  });

  test('VAULT_SKIP_VERIFY=false is what holds anyway', async () => {
    expect(await storeAs(as(vault.root, { VAULT_SKIP_VERIFY: 'false' })).read('kafka/x')).toBeUndefined();
  });
});

describe('a sealed Vault', () => {
  test('is an outage, and serves again when it is unsealed', async () => {
    const opened = store();
    const { version } = await opened.write('kafka/sealed', document, undefined);
    await vault.seal();
    const attempts = [
      () => opened.read('kafka/sealed'),
      () => opened.write('kafka/sealed', document, version),
    ];
    for (const attempt of attempts) {
      const error = await failure(attempt());
      expect(error).toBeInstanceOf(SecretOutage);
      expect(error.code).toBe('MQWARDEN_SECRET_OUTAGE');
      expect(error.message).toBe(`Vault at ${vault.endpoint} is sealed: vault secret/kafka/sealed`);
    }
    await vault.unseal();
    await expect
      .poll(() => opened.read('kafka/sealed').then((found) => found?.version, String))
      .toBe(version);
  });
});
