/** The stores that a rotation keeps its credentials and its record in, and how a test looks into them by another way. */
import { randomUUID } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { Agent } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  DescribeSecretCommand,
  GetSecretValueCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { expect } from 'vitest';
import { startMoto } from '../secrets/moto-server.ts';
import { startVault } from '../secrets/vault-server.ts';
import { type Front, frontOfStore } from './front.ts';

export type Texts = Readonly<Record<string, string>>;

export interface Keeper {
  /** As an environment names it. */
  readonly secrets: string;
  readonly variables: Readonly<Record<string, string>>;
  /** Counts what is written to it, where a proxy stands before it. */
  readonly front?: Front;
  /** What is there now, as the store itself tells. */
  read(path: string): Promise<Texts | undefined>;
  /** What must be true of the store's own account of its versions when a rotation is over. */
  expectSettled(path: string): Promise<void>;
  stop(): Promise<void>;
}

export async function inFiles(): Promise<Keeper> {
  const folder = await mkdtemp(join(tmpdir(), 'mqwarden-keeper-'));
  return {
    secrets: `file:${folder}`,
    variables: {},
    read: async (path) => {
      const [name = '', ...folders] = path.split('/').reverse();
      const file = join(folder, ...folders.reverse(), `${encodeURIComponent(name)}.json`);
      const text = await readFile(file, 'utf8').catch(() => undefined);
      return text === undefined ? undefined : (JSON.parse(text) as Texts);
    },
    expectSettled: () => Promise.resolve(),
    stop: () => rm(folder, { recursive: true }),
  };
}

export async function inVault(): Promise<Keeper> {
  const vault = await startVault();
  const front = await frontOfStore(vault);
  const mark = `kept-${randomUUID()}`;
  interface Kept {
    readonly data: { readonly data: Texts };
  }
  return {
    secrets: `vault:secret/${mark}`,
    variables: { VAULT_ADDR: front.storeUrl, VAULT_CACERT: vault.caFile, VAULT_TOKEN: vault.root },
    front,
    read: async (path) => {
      const kept = await vault.call<Kept>('GET', `secret/data/${mark}/${path}`).catch((error: unknown) => {
        if (String(error).includes('with 404')) return undefined;
        throw error;
      });
      return kept?.data.data;
    },
    expectSettled: () => Promise.resolve(),
    stop: () => vault.stop(),
  };
}

export async function inAws(): Promise<Keeper> {
  const moto = await startMoto();
  const front = await frontOfStore(moto);
  const mark = `kept-${randomUUID()}`;
  const client = new SecretsManagerClient({
    endpoint: moto.address,
    region: 'eu-central-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    requestHandler: { httpsAgent: new Agent({ ca: moto.ca }) },
  });
  return {
    secrets: `aws-sm:${mark}`,
    // moto checks no signature; a key that says "test" would be taken for a secret that was printed.
    variables: {
      ...moto.variables,
      AWS_ENDPOINT_URL_SECRETS_MANAGER: front.storeUrl,
      AWS_SECRET_ACCESS_KEY: randomUUID(),
    },
    front,
    read: async (path) => {
      // By name: what moto takes without one is the first version, where AWS takes the current.
      const command = new GetSecretValueCommand({ SecretId: `${mark}/${path}`, VersionStage: 'AWSCURRENT' });
      const kept = await client.send(command).catch((error: unknown) => {
        if (error instanceof Error && error.name === 'ResourceNotFoundException') return undefined;
        throw error;
      });
      return kept === undefined ? undefined : (JSON.parse(kept.SecretString ?? '') as Texts);
    },
    expectSettled: async (path) => {
      const { VersionIdsToStages: stages = {} } = await client.send(
        new DescribeSecretCommand({ SecretId: `${mark}/${path}` }),
      );
      expectStages(stages);
    },
    stop: async () => {
      client.destroy();
      await moto.stop();
    },
  };
}

/** AWS takes a pending version that is not the current one for a rotation under way. */
export function expectStages(stages: Readonly<Record<string, readonly string[]>>): void {
  const having = (label: string) => Object.keys(stages).filter((version) => stages[version]?.includes(label));
  const [current, pending, previous] = ['AWSCURRENT', 'AWSPENDING', 'AWSPREVIOUS'].map(having);
  expect(current).toHaveLength(1);
  expect([[], current]).toContainEqual(pending);
  expect(previous).toHaveLength(1);
  expect(previous).not.toEqual(current);
}
