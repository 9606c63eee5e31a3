/**
 * 200 rotations of what a store holds, by the steps of a rotation that write to it, while a service in another process reads
 * all the time. What a broker does is not the point here.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, describe, expect, it } from 'vitest';
import {
  firstRecord,
  principalAt,
  type Rotating,
  type RotationRecord,
} from '../../src/core/rotation/record.ts';
import { announce, begin, finish } from '../../src/core/rotation/steps.ts';
import { writeRecord } from '../../src/operations/records.ts';
import { doStep, type Work } from '../../src/operations/rotate/steps.ts';
import { openStore } from '../../src/secrets/open.ts';
import type { SecretStore } from '../../src/secrets/store.ts';
import { startMoto } from '../secrets/moto-server.ts';
import type { Polled } from './poll.ts';
import { startVault } from '../secrets/vault-server.ts';

/** moto takes a third of a second for each, so that `npm test` has fewer there; `npm run test:kill` does not. */
const every = process.env['MQWARDEN_KILL'] === 'every';
const service = 'order-service';
const of = { broker: 'rabbitmq', service, base: service };

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const clean of cleanups.splice(0).reverse()) await clean();
});

interface Place {
  readonly reference: string;
  readonly variables: Readonly<Record<string, string>>;
}

const places: Readonly<Record<string, () => Promise<Place>>> = {
  'a folder': () => {
    const folder = mkdtempSync(join(tmpdir(), 'mqwarden-torn-'));
    cleanups.push(() => rmSync(folder, { recursive: true }));
    return Promise.resolve({ reference: `file:${folder}`, variables: {} });
  },
  Vault: async () => {
    const vault = await startVault();
    cleanups.push(() => vault.stop());
    const variables = { VAULT_ADDR: vault.address, VAULT_CACERT: vault.caFile, VAULT_TOKEN: vault.root };
    return { reference: 'vault:secret/shop', variables };
  },
  'AWS Secrets Manager': async () => {
    const moto = await startMoto();
    cleanups.push(() => moto.stop());
    return { reference: 'aws-sm:shop', variables: moto.variables };
  },
};

/** What the publishing step of a rotation works with: a store, and no broker. */
function workOn(store: SecretStore): Work {
  const context = { conceal: () => undefined };
  const permit = () => Promise.resolve();
  return { target: { ...of, store }, hands: { session: { context } }, permit } as unknown as Work;
}

/** One rotation as far as the store sees it: the record, the credential, the record. Returns what services are given then. */
async function rotateIn(
  store: SecretStore,
  kept: { readonly record: RotationRecord; readonly version: string | undefined },
) {
  const { record } = kept;
  const at = new Date().toISOString();
  const former = (await store.read(`rabbitmq/${service}`))?.document['password'];
  const password = randomUUID();
  const begun = begin(record, {
    mode: 'dual',
    next: record.last + 1,
    password,
    former,
    formerSince: undefined,
    at,
  });
  const announced = announce(begun, 'publish', at);
  const { version } = await writeRecord(store, of, announced, kept.version);
  await doStep('publish', announced as Rotating, workOn(store));
  const over = await writeRecord(store, of, finish(announced), version);
  const given = { username: principalAt(record, { generation: record.last + 1 }), password };
  return { kept: over, given };
}

function startPolling({ reference, variables }: Place): {
  readonly seen: Polled[];
  readonly untilBothSaw: (username: string) => Promise<void>;
} {
  const child: ChildProcess = spawn(
    process.execPath,
    [join(import.meta.dirname, 'poll.ts'), reference, service],
    {
      env: { PATH: process.env['PATH'] ?? '', ...variables },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  let said = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (said += text));
  const ended = once(child, 'close').then(() => Promise.reject(new Error(`the reader has ended: ${said}`)));
  ended.catch(() => undefined);
  cleanups.push(() => child.kill('SIGKILL'));
  const seen: Polled[] = [];
  let wake = () => undefined as unknown;
  if (child.stdout === null) throw new Error('the reader has no output');
  createInterface({ input: child.stdout }).on('line', (line) => {
    seen.push(JSON.parse(line) as Polled);
    wake();
  });
  const last = (way: Polled['way']) => seen.findLast((one) => one.way === way)?.username;
  return {
    seen,
    untilBothSaw: async (username) => {
      while (last('whole') !== username || last('apart') !== username) {
        await Promise.race([new Promise((resolve) => (wake = () => resolve(undefined))), ended]);
      }
    },
  };
}

describe.each(Object.entries(places))('in %s', (name, open) => {
  const rotations = name === 'AWS Secrets Manager' && !every ? 20 : 200;

  it(
    'no reader has the user of one generation with the password of another',
    { timeout: 300_000 },
    async () => {
      const place = await open();
      const store = openStore(place.reference, undefined, { variables: place.variables });
      const given = [{ username: service, password: randomUUID() }];
      await store.write(`rabbitmq/${service}`, given[0] ?? {}, undefined);
      const reader = startPolling(place);
      await reader.untilBothSaw(service);
      let kept: Parameters<typeof rotateIn>[1] = { record: firstRecord(service), version: undefined };
      for (let n = 0; n < rotations; n += 1) {
        const rotated = await rotateIn(store, kept);
        ({ kept } = rotated);
        given.push(rotated.given);
        // So that none is left out; it reads on all the while.
        await reader.untilBothSaw(rotated.given.username);
      }
      for (const way of ['whole', 'apart'] as const) {
        const readings = reader.seen.filter((one) => one.way === way);
        expect(readings.map(({ username, password }) => ({ username, password }))).toEqual(given);
        expect(readings.at(-1)?.count).toBeGreaterThan(rotations);
      }
    },
  );
});
