import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Plan } from '../../src/core/plan.ts';
import { type TestBrokers, uniqueName } from '../brokers/index.ts';
import { expectNoCanary, mqwarden, type Run } from './run.ts';

export type Services = Readonly<Record<string, unknown>>;

/** A folder with a topology for both brokers in it, where the real program is run as a user would. */
export interface Workspace {
  readonly cwd: string;
  /** Part of every name that is not confined to the vhost: the brokers are shared with other test files. */
  readonly mark: string;
  readonly vhost: string;
  readonly variables: Readonly<Record<string, string>>;
  /** The file of the environment's settings is written once; this replaces the services. */
  write(services: Services): Promise<void>;
  /** No secret of the store, nor an administrator's password, may be in what it prints. */
  run(...args: string[]): Promise<Run>;
  /** Runs `plan --format json` and reads the document; throws what it said if it could not. */
  plan(...args: string[]): Promise<Plan>;
  /** Applies without a question; throws what it said unless it ends with 0. */
  converge(...args: string[]): Promise<Run>;
  /** A credential in the store of the environment: `rabbitmq/order-service`. */
  stored(path: string): Promise<{ readonly username: string; readonly password: string }>;
  remove(): Promise<void>;
}

/** What it must know of the brokers: any that were started will do. */
interface Reached {
  readonly rabbitmq: Pick<TestBrokers['rabbitmq'], 'managementUrl' | 'ca' | 'admin'>;
  readonly kafka: Pick<TestBrokers['kafka'], 'brokers' | 'ca' | 'admin'>;
}

export async function openWorkspace({ rabbitmq, kafka }: Reached, over: object = {}): Promise<Workspace> {
  const cwd = await mkdtemp(join(tmpdir(), 'mqwarden-cli-'));
  const mark = uniqueName('x').slice(2);
  // ASCII: RabbitMQ 4 loses its own words where a name is not.
  const vhost = `cli ${mark}/%+`;
  const variables = { RABBIT_PASSWORD: rabbitmq.admin.password, KAFKA_PASSWORD: kafka.admin.password };
  const environment = {
    rabbitmq: {
      managementUrl: rabbitmq.managementUrl,
      vhost,
      tls: { ca: 'rabbitmq.pem' },
      admin: { username: rabbitmq.admin.username, password: 'env:RABBIT_PASSWORD' },
    },
    kafka: {
      brokers: kafka.brokers,
      tls: { ca: 'kafka.pem' },
      admin: { username: kafka.admin.username, password: 'env:KAFKA_PASSWORD' },
    },
    secrets: 'file:../secrets',
    claims: { rabbitmq: { users: `*-${mark}` }, kafka: { principals: `*-${mark}` } },
    protected: { rabbitmq: { users: `exporter-${mark}` }, kafka: { principals: `exporter-${mark}` } },
    ...over,
  };
  await mkdir(join(cwd, 'topology'));
  const save = (file: string, text: string) => writeFile(join(cwd, 'topology', file), text);
  const json = (value: unknown) => JSON.stringify(value, undefined, 2);
  await save('rabbitmq.pem', rabbitmq.ca);
  await save('kafka.pem', kafka.ca);
  await save('environments.yaml', json({ version: 1, name: 'shop', environments: { test: environment } }));

  const run = async (...args: string[]) => {
    const before = await storedPasswords(cwd);
    const done = await mqwarden(args, { cwd, variables, canaries: [...Object.values(variables), ...before] });
    // Those that it made itself, too.
    expectNoCanary(`${done.stdout}\n${done.stderr}`, await storedPasswords(cwd));
    return done;
  };
  return {
    cwd,
    mark,
    vhost,
    variables,
    write: (services) => save('services.yaml', json({ version: 1, name: 'shop', services })),
    run,
    plan: async (...args) => {
      const { code, stdout, stderr } = await run('plan', '--format', 'json', ...args);
      if (code !== 0) throw new Error(`plan ended with ${String(code)}: ${stderr}`);
      return JSON.parse(stdout) as Plan;
    },
    converge: async (...args) => {
      const done = await run('apply', '--yes', ...args);
      if (done.code !== 0)
        throw new Error(`apply ended with ${String(done.code)}: ${done.stdout}${done.stderr}`);
      return done;
    },
    stored: async (path) =>
      JSON.parse(await readFile(join(cwd, 'secrets', `${path}.json`), 'utf8')) as {
        username: string;
        password: string;
      },
    remove: () => rm(cwd, { recursive: true, force: true }),
  };
}

async function storedPasswords(cwd: string): Promise<string[]> {
  const files = await readdir(join(cwd, 'secrets'), { recursive: true }).catch(() => []);
  const texts = await Promise.all(
    files
      .filter((file) => file.endsWith('.json'))
      .map((file) => readFile(join(cwd, 'secrets', file), 'utf8')),
  );
  // The record of a rotation has those of two generations.
  return texts
    .flatMap((text) => Object.entries(JSON.parse(text) as Readonly<Record<string, string>>))
    .filter(([key]) => /password/i.test(key))
    .map(([, password]) => password);
}

/** `create kafka:topic:orders`, sorted. */
export function actions(
  changes: readonly { readonly action: string; readonly address: string }[],
): readonly string[] {
  return changes.map(({ action, address }) => `${action} ${address}`).sort();
}
