/** On moto's Secrets Manager, which answers as AWS documents; it checks neither signatures nor policies. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import {
  CreateSecretCommand,
  DeleteSecretCommand,
  GetSecretValueCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { SecretConflict, SecretOutage } from '../../src/core/errors.ts';
import { credentialsIn } from '../../src/secrets/credentials.ts';
import { openStore } from '../../src/secrets/open.ts';
import { resolveReference } from '../../src/secrets/resolve.ts';
import { rotationPath } from '../../src/secrets/store.ts';
import { type ManagementProxy, startManagementProxy } from '../brokers/proxy-management.ts';
import { allOf, failure } from './failure.ts';
import { type Moto, startMoto } from './moto-server.ts';
import { Agent } from 'node:https';

let moto: Moto;
let proxy: ManagementProxy;
let aws: SecretsManagerClient;
beforeAll(async () => {
  moto = await startMoto();
  const { address: managementUrl, ca, caKey } = moto;
  proxy = await startManagementProxy({ managementUrl, ca, caKey });
  aws = new SecretsManagerClient({
    endpoint: moto.address,
    region: 'eu-central-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    requestHandler: { httpsAgent: new Agent({ ca }) },
  });
}, 150_000);
afterEach(() => proxy.onRequest(undefined));
afterAll(async () => {
  aws.destroy();
  await proxy.stop();
  await moto.stop();
});

const at = { file: '/topology/environments.yaml', line: 4, column: 14 };
const canary = 'canary-of-aws';
const document = { username: 'order-service', password: canary };
const direct = () => ({ ...moto.variables });
const proxied = () => ({ ...moto.variables, AWS_ENDPOINT_URL_SECRETS_MANAGER: proxy.managementUrl });
const store = (variables: Record<string, string> = direct(), timeoutMs?: number) =>
  openStore('aws-sm:shop/production', at, { variables, timeoutMs });
const resolve = (reference: string) => resolveReference(reference, at, { variables: direct() });
const staged = (name: string, stage: string) =>
  aws.send(new GetSecretValueCommand({ SecretId: name, VersionStage: stage })).then(
    ({ SecretString }) => SecretString,
    (error: unknown) => (error instanceof Error ? error.name : ''),
  );

describe('a store in AWS Secrets Manager', () => {
  test('has nothing, writes, and reads the same version; the former one stays', async () => {
    const path = 'rabbitmq/order-service';
    const name = 'shop/production/rabbitmq/order-service';
    expect(await store().read(path)).toBeUndefined();
    const first = await store().write(path, document, undefined);
    expect(await store().read(path)).toMatchObject({ document, version: first.version });
    const next = { ...document, password: 'other' };
    const second = await store().write(path, next, first.version);
    const read = await store().read(path);
    expect(read).toMatchObject({ document: next, version: second.version });
    expect(Date.parse(read?.writtenAt ?? '')).toBeGreaterThan(Date.now() - 60_000);
    expect(store().place(path)).toBe(`aws-sm ${name}`);
    expect(await staged(name, 'AWSCURRENT')).toBe(JSON.stringify(next));
    expect(await staged(name, 'AWSPREVIOUS')).toBe(JSON.stringify(document));
  });

  test('a version that is no longer current is not written over, and nothing is left pending', async () => {
    const path = 'kafka/contended';
    const first = await store().write(path, document, undefined);
    const second = await store().write(path, { ...document, n: '2' }, first.version);
    for (const expected of [undefined, first.version, 'ffffffff-ffff-ffff-ffff-ffffffffffff']) {
      const error = await failure(store().write(path, { ...document, n: '3' }, expected));
      expect(error).toBeInstanceOf(SecretConflict);
      expect(error.message).toBe(
        'aws-sm shop/production/kafka/contended was written by somebody else in the meantime',
      );
      expect(error.position).toEqual(at);
      expect(allOf(error)).not.toContain(canary);
    }
    expect(await store().read(path)).toMatchObject({ document: second.document, version: second.version });
    expect(await staged('shop/production/kafka/contended', 'AWSPENDING')).not.toContain('"n":"3"');
  });

  test('of many writers at once exactly one wins each version', async () => {
    const path = 'kafka/raced';
    await store().write(path, { count: '0' }, undefined);
    let total = 0;
    await Promise.all(
      Array.from({ length: 4 }, async () => {
        for (let round = 0; round < 5; round += 1) {
          const { document: read, version } = (await store().read(path)) ?? { document: {}, version: '' };
          await store()
            .write(path, { count: String(Number(read['count']) + 1) }, version)
            .then(
              () => (total += 1),
              (error: unknown) => expect(error).toBeInstanceOf(SecretConflict),
            );
        }
      }),
    );
    expect(total).toBeGreaterThanOrEqual(5);
    expect((await store().read(path))?.document).toEqual({ count: String(total) });
  });

  test('a secret that was made without a value is given its first one', async () => {
    await aws.send(new CreateSecretCommand({ Name: 'shop/production/kafka/empty' }));
    expect(await store().read('kafka/empty')).toBeUndefined();
    const made = await credentialsIn(store(), { conceal: () => undefined }).ensure('kafka/empty', 'empty');
    expect((await store().read('kafka/empty'))?.document).toEqual(made);
  });

  test.each(['a/b', '..', 'übung 😀', "a b'(*)!~", 'a=2Fb', 'a\\b', 'x@y.z+_-'])(
    'a service called %s has a place of its own',
    async (name) => {
      const path = `rabbitmq/${name}`;
      const { version } = await store().write(path, { username: name, password: canary }, undefined);
      expect(await store().read(path)).toMatchObject({ version, document: { username: name } });
      expect(store().place(path)).toMatch(/^aws-sm shop\/production\/rabbitmq\/[A-Za-z0-9_+=.@-]+$/);
    },
  );

  test('the record of a rotation lies apart', () => {
    expect(store().place(rotationPath('kafka', 'a'))).toBe(
      'aws-sm shop/production/mqwarden/rotation/kafka/a',
    );
  });

  test('what is marked for deletion is not taken for absent', async () => {
    await store().write('kafka/going', document, undefined);
    await aws.send(new DeleteSecretCommand({ SecretId: 'shop/production/kafka/going' }));
    const credentials = credentialsIn(store(), { conceal: () => undefined });
    for (const attempt of [() => store().read('kafka/going'), () => credentials.ensure('kafka/going', 'a')]) {
      const error = await failure(attempt());
      expect(error.message).toBe('aws-sm shop/production/kafka/going is marked for deletion');
      expect(error.hint).toContain('restore-secret');
    }
  });
});

describe('a reference into AWS Secrets Manager', () => {
  beforeAll(async () => {
    const secrets = {
      'admin.json': JSON.stringify({ password: canary, port: 5671, empty: '' }),
      'admin.txt': ` ${canary}\n`,
    };
    for (const [Name, SecretString] of Object.entries(secrets)) {
      await aws.send(new CreateSecretCommand({ Name, SecretString }));
    }
    await aws.send(new CreateSecretCommand({ Name: 'binary', SecretBinary: Buffer.from(canary) }));
  });

  test.each(['aws-sm:admin.json#password', 'aws-sm:admin.txt'])('%s', async (reference) => {
    expect(await resolve(reference)).toBe(canary);
  });

  test.each([
    { reference: 'aws-sm:admin.json#passwort', want: 'has no text in a field "passwort"' },
    { reference: 'aws-sm:admin.json#toString', want: 'has no text in a field "toString"' },
    { reference: 'aws-sm:admin.json#port', want: 'has no text in a field "port"' },
    { reference: 'aws-sm:admin.json#empty', want: 'has no text in a field "empty"' },
    { reference: 'aws-sm:admin.txt#password', want: 'is not a JSON object' },
    { reference: 'aws-sm:nothing', want: 'nothing is stored at aws-sm nothing' },
    { reference: 'aws-sm:binary', want: 'aws-sm binary is binary' },
  ])('$reference fails with its place', async ({ reference, want }) => {
    const error = await failure(resolve(reference));
    expect(error.message).toContain(want);
    expect(error).toMatchObject({ position: at });
    expect(error.hint).toBeTruthy();
    expect(allOf(error)).not.toContain(canary);
  });
});

describe('an answer that says the secret back', () => {
  const told = (type: string) => ({ __type: type, message: `${type} ${canary}`, Message: canary });
  test.each([
    { status: 400, type: 'AccessDeniedException', want: 'AWS refuses GetSecretValue', outage: false },
    { status: 400, type: 'ExpiredTokenException', want: 'AWS refuses GetSecretValue', outage: false },
    { status: 400, type: 'DecryptionFailure', want: 'AWS cannot use the key', outage: false },
    { status: 400, type: canary, want: 'answers GetSecretValue with 400', outage: false },
    { status: 403, type: canary, want: 'AWS refuses GetSecretValue', outage: false },
    { status: 400, type: 'ThrottlingException', want: 'AWS has too many requests', outage: true },
    { status: 500, type: 'InternalServiceError', want: 'failed (500)', outage: true },
    { status: 503, type: canary, want: 'failed (503)', outage: true },
  ])('$status $type', async ({ status, type, want, outage }) => {
    proxy.onRequest(() => ({ status, body: told(type) }));
    const error = await failure(store(proxied()).read('kafka/a'));
    expect(error.message).toContain(want);
    expect(error instanceof SecretOutage).toBe(outage);
    expect(error.hint).toBeTruthy();
    expect(allOf(error)).not.toContain(canary);
  });

  test('no JSON', async () => {
    proxy.onRequest(() => ({ status: 200, body: canary }));
    const error = await failure(store(proxied()).read('kafka/a'));
    expect(allOf(error)).not.toContain(canary);
  });
});

describe('an AWS that does not answer, or cannot be asked', () => {
  test.each([
    { fault: 'hang' as const, timeoutMs: 500, want: 'no answer in time' },
    { fault: 'kill-before' as const, timeoutMs: 20_000, want: 'ECONNRESET' },
  ])('$fault is an outage', async ({ fault, timeoutMs, want }) => {
    proxy.onRequest(() => fault);
    const error = await failure(store(proxied(), timeoutMs).read('kafka/a'));
    expect(error).toBeInstanceOf(SecretOutage);
    expect(error.message).toContain(want);
  });

  test.each([
    {
      more: { AWS_ENDPOINT_URL_SECRETS_MANAGER: 'http://localhost:1' },
      want: 'does not begin with https://',
    },
    {
      more: { AWS_ENDPOINT_URL_SECRETS_MANAGER: 'https://localhost:1' },
      want: 'cannot reach AWS Secrets Manager (ECONNREFUSED)',
    },
    {
      more: { AWS_CA_BUNDLE: '/nowhere.pem' },
      want: '/nowhere.pem cannot be read (no such file or folder, ENOENT)',
    },
    { more: { AWS_CA_BUNDLE: '' }, want: 'AWS Secrets Manager cannot be trusted' },
  ])('$more', async ({ more, want }) => {
    const error = await failure(store({ ...direct(), ...more }).read('kafka/a'));
    expect(error.message).toContain(want);
    expect(error.hint).toBeTruthy();
  });

  test('without its package, the command that installs it is told', async () => {
    const source = join(import.meta.dirname, '../../src/secrets/open.ts');
    const script = `import { registerHooks } from 'node:module';
      registerHooks({ resolve: (name, context, next) => {
        if (!name.startsWith('@aws-sdk/')) return next(name, context);
        throw Object.assign(new Error('Cannot find package'), { code: 'ERR_MODULE_NOT_FOUND' });
      } });
      const { openStore } = await import(${JSON.stringify(source)});
      await openStore('aws-sm:shop', undefined, { variables: {} }).read('kafka/a').catch((error) => {
        console.log(error.code, error.message, '|', error.hint);
      });`;
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script]);
    expect(stdout).toBe(
      'MQWARDEN_SECRET secrets in AWS need the package @aws-sdk/client-secrets-manager | npm install @aws-sdk/client-secrets-manager\n',
    );
  });
});
