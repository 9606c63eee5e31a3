/** When a token is renewed, and what an outage in between makes of it: by a clock of the test's own. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { SecretOutage } from '../../src/core/errors.ts';
import { VaultClient } from '../../src/secrets/vault/client.ts';
import type { VaultConnection, VaultRequest } from '../../src/secrets/vault/connection.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

type Answer = { readonly status: number; readonly json: unknown } | 'outage';
const granted = (token: string) => ({
  status: 200,
  json: { auth: { client_token: token, lease_duration: 90, renewable: true } },
});
const found = { status: 200, json: {} };
const request: VaultRequest = { method: 'GET', path: 'secret/data/a' };

/** Answers each path from its own list, the last one for ever; what it was asked is kept. */
function clientOf(answers: Readonly<Record<string, readonly Answer[]>>) {
  const asked: string[] = [];
  const left = new Map(Object.entries(answers).map(([path, list]) => [path, [...list]]));
  const connection = {
    settings: {
      endpoint: 'vault:8200',
      login: { by: 'approle', mount: 'approle', roleId: 'r', secretId: 's' },
    },
    request: ({ path }: VaultRequest, token: string | undefined) => {
      asked.push(token === undefined ? path : `${path} ${token}`);
      const list = left.get(path) ?? [found];
      const answer = (list.length > 1 ? list.shift() : list[0]) ?? found;
      return answer === 'outage'
        ? Promise.reject(new SecretOutage('cannot reach Vault'))
        : Promise.resolve(answer);
    },
  };
  const client = new VaultClient(connection as unknown as VaultConnection, () => undefined);
  return { client, asked, ask: () => client.request(request, {}) };
}

const login = 'auth/approle/login';
const renewal = 'auth/token/renew-self';

test.each<[string, Answer]>([
  ['no answer', 'outage'],
  ['an answer that it is too busy', { status: 503, json: {} }],
])('%s at a renewal: the next one is tried before the token is over', async (_name, failing) => {
  const { asked, ask } = clientOf({ [login]: [granted('one')], [renewal]: [failing, granted('two')] });
  await ask();
  vi.advanceTimersByTime(61_000);
  await ask();
  await ask();
  expect(asked.filter((one) => one.startsWith(renewal))).toHaveLength(1);
  vi.advanceTimersByTime(12_000);
  await ask();
  expect(asked.slice(-2)).toEqual([`${renewal} one`, 'secret/data/a two']);
  expect(asked.filter((one) => one === login)).toHaveLength(1);
});

test('a renewal that is refused is not asked for again', async () => {
  const { asked, ask } = clientOf({ [login]: [granted('one')], [renewal]: [{ status: 403, json: {} }] });
  await ask();
  vi.advanceTimersByTime(61_000);
  await ask();
  vi.advanceTimersByTime(20_000);
  await ask();
  expect(asked.filter((one) => one.startsWith(renewal))).toHaveLength(1);
});

test('an outage at a second login leaves the session that there was', async () => {
  const { asked, ask } = clientOf({
    [login]: [granted('one'), 'outage', granted('two')],
    'secret/data/a': [found, { status: 403, json: {} }, found],
  });
  await ask();
  await expect(ask()).rejects.toThrow(SecretOutage);
  expect((await ask()).status).toBe(200);
  expect(asked.at(-1)).toBe('secret/data/a one');
  expect(asked.filter((one) => one === login)).toHaveLength(2);
});
