/** Rotation with AWS Secrets Manager (moto) as the store: which version has which label, before, during and after. */
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { Agent } from 'node:https';
import { join } from 'node:path';
import {
  DescribeSecretCommand,
  GetSecretValueCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { connect } from '../../src/brokers/rabbitmq/connect.ts';
import type { Rotations } from '../../src/core/rotation/report.ts';
import { brokersForTests } from '../brokers/index.ts';
import { kafkaAdmin } from '../brokers/kafka-admin.ts';
import { rabbitAdmin } from '../brokers/rabbit-admin.ts';
import { expectStages } from '../kill/keepers.ts';
import { type Moto, startMoto } from '../secrets/moto-server.ts';
import { mqwarden } from './run.ts';
import { openWorkspace, type Workspace } from './workspace.ts';

vi.setConfig({ testTimeout: 180_000, hookTimeout: 180_000 });

const { rabbitmq, kafka } = brokersForTests();
const rabbit = rabbitAdmin(rabbitmq);
let moto: Moto;
let aws: SecretsManagerClient;
let place: Workspace;
let variables: Readonly<Record<string, string>>;

beforeAll(async () => {
  moto = await startMoto();
  place = await openWorkspace(brokersForTests(), { secrets: 'aws-sm:shop/test' });
  await writeFile(join(place.cwd, 'aws.pem'), moto.ca);
  // moto checks no signature.
  const key = randomUUID();
  variables = {
    ...place.variables,
    ...moto.variables,
    AWS_CA_BUNDLE: 'aws.pem',
    AWS_SECRET_ACCESS_KEY: key,
  };
  aws = new SecretsManagerClient({
    endpoint: moto.address,
    region: 'eu-central-1',
    credentials: { accessKeyId: 'test', secretAccessKey: key },
    requestHandler: { httpsAgent: new Agent({ ca: moto.ca }) },
  });
});
afterAll(async () => {
  aws.destroy();
  await place.remove();
  await moto.stop();
});

const run = (...args: string[]) =>
  mqwarden(args, {
    cwd: place.cwd,
    variables,
    canaries: [...Object.values(place.variables), variables['AWS_SECRET_ACCESS_KEY'] ?? ''],
  });
const rotate = (...args: string[]) => run('rotate', '--yes', '--format', 'json', ...args);

/** The document that has this label; undefined where none has. */
async function labelled(path: string, label: string): Promise<Readonly<Record<string, string>> | undefined> {
  const command = new GetSecretValueCommand({ SecretId: `shop/test/${path}`, VersionStage: label });
  const found = await aws.send(command).catch((error: unknown) => {
    if (error instanceof Error && error.name === 'ResourceNotFoundException') return undefined;
    throw error;
  });
  return found && (JSON.parse(found.SecretString ?? '') as Readonly<Record<string, string>>);
}

async function expectLabels(path: string): Promise<void> {
  const command = new DescribeSecretCommand({ SecretId: `shop/test/${path}` });
  expectStages((await aws.send(command)).VersionIdsToStages ?? {});
}

async function expectEmptyPlan(): Promise<void> {
  const { code, stdout, stderr } = await run('plan', '--detailed-exitcode');
  expect({ code, stdout: code === 0 ? '' : stdout, stderr }).toEqual({ code: 0, stdout: '', stderr: '' });
}

it('rotates on both brokers, twice; the former credential has the label of the former, and a plan is empty', async () => {
  const service = `order-${place.mark}`;
  await place.write({ [service]: { rabbitmq: { tags: ['monitoring'] }, kafka: {} } });
  expect(await run('apply', '--yes')).toMatchObject({ code: 0 });
  await expectEmptyPlan();
  for (const generation of [2, 3]) {
    const former = generation === 2 ? service : `${service}.g${generation - 1}`;
    const { code, stdout, stderr } = await rotate('--grace', '0s');
    expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' });
    const to = `${service}.g${generation}`;
    expect((JSON.parse(stdout) as Rotations).rotations).toMatchObject([
      { broker: 'rabbitmq', result: 'rotated', from: former, to },
      { broker: 'kafka', result: 'rotated', from: former, to },
    ]);
    for (const broker of ['rabbitmq', 'kafka']) {
      const path = `${broker}/${service}`;
      const given = await labelled(path, 'AWSCURRENT');
      expect(given).toMatchObject({ username: to });
      expect(await labelled(path, 'AWSPREVIOUS')).toMatchObject({ username: former });
      expect(stdout + stderr).not.toContain(given?.['password']);
      await expectLabels(path);
      const record = `mqwarden/rotation/${path}`;
      expect(await labelled(record, 'AWSCURRENT')).toMatchObject({ inUse: String(generation) });
      expect(Object.keys((await labelled(record, 'AWSCURRENT')) ?? {})).not.toContain('toPassword');
      await expectLabels(record);
    }
    await expectEmptyPlan();
  }
  const onKafka = (await labelled(`kafka/${service}`, 'AWSCURRENT')) ?? {};
  const { username = '', password = '' } = onKafka;
  await (await kafkaAdmin(kafka, { username, password })).close();
  const listed = await run('credentials', 'list');
  expect(listed.stdout).toContain(
    `ok      rabbitmq ${service}: ${service}.g3, generation 3, 0 d old, rotated `,
  );
  const admin = await kafkaAdmin(kafka);
  expect((await admin.scramUsers()).filter((name) => name.startsWith(service))).toEqual([`${service}.g3`]);
  await admin.close();
  await rabbit.delete(`/users/${service}.g3`);
});

it('while both generations live, services have the new one, and a plan is empty', async () => {
  const service = `used-${place.mark}`;
  await place.write({ [service]: { rabbitmq: {} } });
  const only = ['--only', 'rabbitmq'];
  expect(await run('apply', '--yes', ...only)).toMatchObject({ code: 0 });
  const { username = '', password = '' } = (await labelled(`rabbitmq/${service}`, 'AWSCURRENT')) ?? {};
  const { certFile, keyFile } = await rabbitmq.clientCertificate('rotate-aws');
  const tls = { ca: rabbitmq.ca, cert: readFileSync(certFile), key: readFileSync(keyFile) };
  const open = await connect({
    service: 'rotate-aws',
    url: rabbitmq.amqpsUrl,
    vhost: place.vhost,
    tls,
    username,
    password,
  });
  const running = rotate('--grace', '60s', ...only);
  await expect
    .poll(async () => (await labelled(`rabbitmq/${service}`, 'AWSCURRENT'))?.['username'], {
      timeout: 60_000,
    })
    .toBe(`${service}.g2`);
  const planned = await run('plan', '--detailed-exitcode', ...only);
  expect(planned).toMatchObject({ code: 0, stderr: '' });
  await expectLabels(`rabbitmq/${service}`);
  await open.close();
  expect(await running).toMatchObject({ code: 0 });
  await expectLabels(`mqwarden/rotation/rabbitmq/${service}`);
  expect(await run('plan', '--detailed-exitcode', ...only)).toMatchObject({ code: 0 });
  await rabbit.delete(`/users/${service}.g2`);
});
