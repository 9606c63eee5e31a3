/** A real Vault behind a proxy that fails: what comes back says the secret, and nothing of it may be seen. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { SecretOutage } from '../../src/core/errors.ts';
import { credentialsIn } from '../../src/secrets/credentials.ts';
import { openStore } from '../../src/secrets/open.ts';
import { type ManagementProxy, startManagementProxy } from '../brokers/proxy-management.ts';
import { allOf, failure } from './failure.ts';
import { startVault, type Vault } from './vault-server.ts';

let vault: Vault;
let proxy: ManagementProxy;
beforeAll(async () => {
  vault = await startVault();
  const { address: managementUrl, ca, caKey } = vault;
  proxy = await startManagementProxy({ managementUrl, ca, caKey });
});
afterEach(() => {
  proxy.onRequest(undefined);
  proxy.clear();
});
afterAll(async () => {
  await proxy.stop();
  await vault.stop();
});

const canary = 'canary-of-vault';
const store = (more: Record<string, string> = {}, timeoutMs?: number) => {
  const variables = {
    VAULT_ADDR: proxy.managementUrl,
    VAULT_CACERT: vault.caFile,
    VAULT_TOKEN: vault.root,
    ...more,
  };
  return openStore('vault:secret', undefined, { variables, timeoutMs });
};
const document = { username: 'a', password: canary };
/** What a careless server or a proxy on the way may say: all that it was sent, and what is stored. */
const echo = (headers: object, body: string) => ({
  errors: [`${JSON.stringify(headers)} ${body} ${canary} ${vault.root}`],
  data: { data: { password: canary } },
});

describe('an answer that says the secret back', () => {
  const statuses = [
    { status: 200, want: 'answers with 200, unexpectedly', outage: false },
    { status: 204, want: 'answers with 204, unexpectedly', outage: false },
    { status: 307, want: 'points elsewhere (307)', outage: false },
    { status: 400, want: 'answers with 400, unexpectedly', outage: false },
    { status: 403, want: 'refuses access', outage: false },
    { status: 404, want: 'answers with 404, unexpectedly', outage: false },
    { status: 412, want: 'is behind the others', outage: true },
    { status: 429, want: 'has too many requests', outage: true },
    { status: 472, want: 'is a standby', outage: true },
    { status: 473, want: 'is a standby', outage: true },
    { status: 500, want: 'failed (500)', outage: true },
    { status: 501, want: 'is not initialised', outage: true },
    { status: 503, want: 'failed (503)', outage: true },
  ];
  const places = ['sys/internal/ui/mounts', 'secret/data'];
  const cases = places.flatMap((place) => statuses.map((one) => ({ ...one, place })));

  test.each(cases)('$status at $place', async ({ status, want, outage, place }) => {
    const { version } =
      (await store().read('kafka/echo')) ?? (await store().write('kafka/echo', document, undefined));
    proxy.onRequest((_n, { path, headers, body }) =>
      path.startsWith(`/v1/${place}`) ? { status, body: echo(headers, body) } : 'pass',
    );
    const attempts = [
      () => store().write('kafka/echo', { ...document, password: `${canary}-2` }, version),
      // A document is a document, whatever stands beside it.
      ...(status === 200 && place === 'secret/data' ? [] : [() => store().read('kafka/echo')]),
    ];
    for (const attempt of attempts) {
      const error = await failure(attempt());
      // A mount of the wrong kind is told as such.
      const told = status === 200 && place !== 'secret/data' ? 'is in another engine than KV' : want;
      expect(error.message).toContain(told);
      expect(error.hint).toBeTruthy();
      expect(error instanceof SecretOutage).toBe(outage);
      expect(allOf(error)).not.toContain(canary);
      expect(allOf(error)).not.toContain(vault.root);
    }
  });

  test('500 at the login', async () => {
    proxy.onRequest((_n, { headers, body }) => ({ status: 500, body: echo(headers, body) }));
    const login = { VAULT_TOKEN: '', VAULT_ROLE_ID: 'x', VAULT_SECRET_ID: canary };
    const error = await failure(store(login).read('kafka/echo'));
    expect(error).toBeInstanceOf(SecretOutage);
    expect(error.message).toContain('failed (500): the login by AppRole');
    expect(allOf(error)).not.toContain(canary);
  });

  test('a login that answers something else', async () => {
    proxy.onRequest((_n, { headers, body }) => ({ status: 200, body: echo(headers, body) }));
    const login = { VAULT_TOKEN: '', VAULT_ROLE_ID: 'x', VAULT_SECRET_ID: canary };
    const error = await failure(store(login).read('kafka/echo'));
    expect(error.message).toContain('refuses the login by AppRole (200)');
    expect(allOf(error)).not.toContain(canary);
  });
});

describe('a Vault that does not answer', () => {
  test.each([
    { fault: 'hang' as const, want: 'no answer in time' },
    { fault: 'kill-before' as const, want: 'the connection was closed before an answer came' },
    { fault: 'drop-response' as const, want: 'the connection was closed before an answer came' },
  ])('$fault is an outage', async ({ fault, want }) => {
    proxy.onRequest(() => fault);
    const error = await failure(store({}, 300).read('kafka/a'));
    expect(error).toBeInstanceOf(SecretOutage);
    expect(error.message).toBe(`cannot reach Vault at ${new URL(proxy.managementUrl).host}: ${want}`);
  });

  test('a kept connection that was closed meanwhile is no outage', async () => {
    const opened = store();
    await opened.read('kafka/a');
    let cut = 0;
    proxy.onRequest(() => (cut++ === 0 ? 'kill-before' : 'pass'));
    expect(await opened.read('kafka/a')).toBeUndefined();
    expect(cut).toBe(2);
  });

  test('a password whose storing was not confirmed is found by the next run', async () => {
    const conceal = () => undefined;
    proxy.onRequest((_n, { method, path }) =>
      method === 'POST' && path.startsWith('/v1/secret/data') ? 'drop-response' : 'pass',
    );
    const generated: string[] = [];
    const generate = () => generated[generated.push(`generated-${generated.length}`) - 1] ?? '';
    const first = credentialsIn(store(), { conceal, generate });
    expect(await failure(first.ensure('kafka/unconfirmed', 'a'))).toBeInstanceOf(SecretOutage);
    proxy.onRequest(undefined);
    const second = await credentialsIn(store(), { conceal, generate }).ensure('kafka/unconfirmed', 'a');
    expect(second).toEqual({ username: 'a', password: 'generated-0' });
    expect(generated).toHaveLength(1);
  });
});

describe('what Vault is sent', () => {
  test('names the namespace, and nothing secret in a path', async () => {
    await store({ VAULT_NAMESPACE: 'shop/orders' }).write('kafka/namespace', document, undefined);
    expect(proxy.requests.length).toBeGreaterThan(1);
    for (const { headers, path } of proxy.requests) {
      expect(headers['x-vault-namespace']).toBe('shop/orders');
      expect(headers['x-vault-request']).toBe('true');
      expect(path).not.toContain(canary);
    }
  });

  test('is never more than 16 requests at once, each with its own time', async () => {
    let open = 0;
    let most = 0;
    proxy.onRequest(async (_n, { path }): Promise<'pass'> => {
      if (!path.startsWith('/v1/secret/data')) return 'pass';
      most = Math.max(most, (open += 1));
      await new Promise((resolve) => setTimeout(resolve, 20));
      open -= 1;
      return 'pass';
    });
    const opened = store({}, 10_000);
    const found = await Promise.all(Array.from({ length: 200 }, (_, n) => opened.read(`rabbitmq/s${n}`)));
    expect(found).toEqual(found.map(() => undefined));
    expect(most).toBe(16);
    // The mount was asked for once.
    expect(proxy.requests.filter(({ path }) => path.startsWith('/v1/sys/')).length).toBe(1);
  });
});
