/**
 * Places to run the program in with a secret in a store of each kind: a folder a run, its own proxies in front of the real broker
 * and the real store, and a memory of all that was said, sent, and listed of processes meanwhile.
 */
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStore } from '../../src/secrets/open.ts';
import { type TestBrokers, uniqueName } from '../brokers/index.ts';
import { type KafkaAdmin, kafkaAdmin } from '../brokers/kafka-admin.ts';
import {
  type ManagementProxy,
  type OnManagementRequest,
  startManagementProxy,
} from '../brokers/proxy-management.ts';
import { rabbitAdmin } from '../brokers/rabbit-admin.ts';
import { type Moto, startMoto } from '../secrets/moto-server.ts';
import { startVault, type Vault } from '../secrets/vault-server.ts';
import { type Text, writtenBelow } from './canary-search.ts';
import { hasProc, look } from './processes.ts';
import { mqwarden, type Run } from './run.ts';

export const kinds = ['file', 'env', 'vault', 'aws-sm', 'exec'] as const;
export type StoreKind = (typeof kinds)[number];
type Variables = Readonly<Record<string, string>>;

/** What differs from a run in which nothing is wrong. */
export interface Change {
  readonly rabbitmq?: object;
  readonly kafka?: object;
  readonly service?: object;
  /** Of the environment. */
  readonly secrets?: string;
  /** The whole topology, in the place of what the rest gives. */
  readonly text?: string;
  readonly variables?: Variables;
  readonly onStart?: (pid: number) => void;
  /** The lock is taken, as for users. */
  readonly locks?: boolean;
}

export interface Place {
  /** Where the program runs; nothing secret may be in what it leaves there. */
  readonly cwd: string;
  /** Where the topology stands, with what is secret beside it. */
  readonly given: string;
  readonly service: string;
  readonly management: ManagementProxy;
  /** Vault, or AWS; undefined for the other kinds. */
  readonly vault: ManagementProxy | undefined;
  readonly aws: ManagementProxy | undefined;
  onManagement(hook: OnManagementRequest): void;
  onStore(hook: OnManagementRequest): void;
  /** Writes beside the topology. */
  readonly put: (name: string, text: string, mode?: number) => Promise<void>;
  /** `TOPOLOGY` among the arguments is replaced by its path. */
  run(args: readonly string[], change?: Change): Promise<Run>;
}

interface Secrets {
  readonly rabbitmq: string;
  readonly kafka: string;
  /** The services' own, in every store. */
  readonly stored: string;
  readonly vaultToken: string;
  readonly awsKey: string;
  readonly keyPem: string;
  /** With whatever is written in another way in a URL, in JSON, in base64 and on a terminal. */
  make(what: string): string;
}

export interface CanaryBench {
  readonly mark: string;
  readonly secrets: Secrets;
  readonly vault: Vault;
  /** `what` is a name for messages; `broker` is the one, or `both`, that the topology has. */
  open(what: string, store: StoreKind, broker?: 'rabbitmq' | 'kafka' | 'both'): Promise<Place>;
  /** All that was said and written. */
  texts(): Promise<Text[]>;
  /** What stands beside the topologies: stores of files, with what was generated. */
  given(): Promise<Text[]>;
  /** What mqwarden sent to the broker and the stores: URLs apart, and bodies. */
  sent(): { readonly urls: readonly Text[]; readonly bodies: readonly string[] };
  /** Every secret that the bench gave. */
  known(): readonly string[];
  remove(): Promise<void>;
}

const decorated = (what: string) => `${uniqueName(what)} "p\\ä%ss/w+rd&<é>~ü`;

export async function openCanaryBench(
  brokers: TestBrokers,
  kafkaAt: readonly string[] = brokers.kafka.brokers,
): Promise<CanaryBench> {
  const root = await mkdtemp(join(tmpdir(), 'mqwarden-canaries-'));
  const mark = uniqueName('c').slice(2);
  const made: string[] = [];
  const make = (what: string): string => {
    const secret = decorated(what);
    made.push(secret);
    return secret;
  };
  const [vault, moto] = await Promise.all([startVault(), startMoto()]);
  const { cert, key } = await brokers.rabbitmq.clientCertificate(`provisioner-${mark}`);
  const secrets: Secrets = {
    rabbitmq: make('rabbit'),
    kafka: make('kafka'),
    stored: make('stored'),
    vaultToken: vault.root,
    awsKey: uniqueName('aws-key'),
    keyPem: key,
    make,
  };
  const admins = await provisioners(brokers, mark, secrets);
  const said: Text[] = [];
  const opened: { readonly what: string; readonly proxies: readonly ManagementProxy[] }[] = [];
  const isGiven = (file: string) => file.slice(root.length).split('/')[2] === 'given';
  const env: BenchEnvironment = { root, mark, brokers, kafkaAt, vault, moto, secrets, cert, said };

  return {
    mark,
    secrets,
    vault,
    open: async (what, store, broker = 'rabbitmq') => {
      const place = await openPlace(env, what, store, broker);
      const proxies = [place.management, place.vault, place.aws].filter((one) => one !== undefined);
      opened.push({ what, proxies });
      return place;
    },
    texts: async () => [...said, ...(await writtenBelow(root, isGiven))],
    given: () => writtenBelow(root, (file) => !isGiven(file)),
    sent: () => {
      const requests = opened.flatMap(({ what, proxies }) =>
        proxies.flatMap((proxy) => proxy.requests.map((request) => ({ what, request }))),
      );
      return {
        urls: requests.map(({ what, request }) => ({
          name: `a URL of ${what}`,
          text: `${request.method} ${request.path}`,
        })),
        bodies: requests.map(({ request }) => request.body),
      };
    },
    known: () => [
      ...made,
      secrets.vaultToken,
      secrets.awsKey,
      brokers.rabbitmq.admin.password,
      brokers.kafka.admin.password,
      ...linesOf(secrets.keyPem),
    ],
    remove: async () => {
      await Promise.all(opened.flatMap(({ proxies }) => proxies.map((proxy) => proxy.stop())));
      await Promise.all([vault.stop(), moto.stop()]);
      await admins.remove();
      await rm(root, { recursive: true, force: true });
    },
  };
}

/** The text of a key without its armour. */
function linesOf(pem: string): string[] {
  return pem.split('\n').filter((line) => line !== '' && !line.startsWith('-----'));
}

interface BenchEnvironment {
  readonly root: string;
  readonly mark: string;
  readonly brokers: TestBrokers;
  readonly kafkaAt: readonly string[];
  readonly vault: Vault;
  readonly moto: Moto;
  readonly secrets: Secrets;
  readonly cert: string;
  readonly said: Text[];
}

/** Administrators of the real brokers, whose passwords are secrets of the bench. */
async function provisioners({ rabbitmq, kafka }: TestBrokers, mark: string, secrets: Secrets) {
  const rabbit = rabbitAdmin(rabbitmq);
  const username = `admin-${mark}`;
  await rabbit.put(`/users/${username}`, { password: secrets.rabbitmq, tags: 'administrator' });
  const cluster: KafkaAdmin = await kafkaAdmin(kafka);
  await cluster.setPassword(username, secrets.kafka);
  const principal = `User:${username}`;
  const all = { pattern: 'LITERAL', principal, host: '*', operation: 'ALL', permission: 'ALLOW' } as const;
  await cluster.createAcls([
    { ...all, resource: 'CLUSTER', name: 'kafka-cluster' },
    { ...all, resource: 'TOPIC', name: '*' },
  ]);
  return {
    remove: async () => {
      const users = await rabbit.get<{ name: string }[]>('/users');
      const vhosts = await rabbit.get<{ name: string }[]>('/vhosts');
      for (const { name } of vhosts) if (name.endsWith(mark)) await rabbit.delete(`/vhosts/${name}`);
      for (const { name } of users) if (name.includes(mark)) await rabbit.delete(`/users/${name}`);
      await cluster.deleteAcls(await cluster.acls(principal));
      for (const name of await cluster.scramUsers())
        if (name.includes(mark)) await cluster.deleteScramUser(name);
      await cluster.close();
    },
  };
}

let places = 0;

async function openPlace(
  env: BenchEnvironment,
  what: string,
  store: StoreKind,
  broker: 'rabbitmq' | 'kafka' | 'both',
): Promise<Place> {
  const { root, mark, brokers, vault, moto, secrets } = env;
  const id = `p${(places += 1)}`;
  const cwd = join(root, id);
  const given = join(cwd, 'given');
  await mkdir(given, { recursive: true, mode: 0o700 });
  const service = `${id}-${mark}`;
  const management = await startManagementProxy(brokers.rabbitmq);
  const vaultAt =
    store === 'vault' ? await startManagementProxy({ managementUrl: vault.address, ...vault }) : undefined;
  const awsAt =
    store === 'aws-sm' ? await startManagementProxy({ managementUrl: moto.address, ...moto }) : undefined;
  const put = async (name: string, text: string, mode = 0o600): Promise<void> => {
    await writeFile(join(given, name), text, { mode });
    await chmod(join(given, name), mode);
  };
  const kept = await fill(env, { store, id, service, given, put });
  const variables = {
    ...kept.variables,
    ...(vaultAt === undefined ? {} : { VAULT_ADDR: vaultAt.managementUrl }),
    ...(awsAt === undefined ? {} : { AWS_ENDPOINT_URL_SECRETS_MANAGER: awsAt.managementUrl }),
  };
  await put('rabbitmq.pem', brokers.rabbitmq.ca);
  await put('kafka.pem', brokers.kafka.ca);
  await put('client.pem', env.cert);
  await put('client.key', secrets.keyPem);
  const sections = {
    rabbitmq: {
      managementUrl: management.managementUrl,
      amqpsUrl: brokers.rabbitmq.amqpsUrl,
      // Its own: what another run writes there would spoil a saved plan.
      vhost: service,
      tls: { ca: 'rabbitmq.pem', cert: 'client.pem', key: 'client.key' },
      admin: { username: `admin-${mark}`, password: kept.admin.rabbitmq },
    },
    kafka: {
      brokers: env.kafkaAt,
      tls: { ca: 'kafka.pem' },
      admin: { username: `admin-${mark}`, password: kept.admin.kafka },
    },
  };
  const declared = {
    rabbitmq: { exchanges: { [id]: {} }, publishes: [id] },
    kafka: {
      topics: { [`${id}.${mark}`]: { partitions: 1, replicationFactor: 1 } },
      produces: [`${id}.${mark}`],
    },
  };
  const write = async (change: Change): Promise<void> => {
    const on = (['rabbitmq', 'kafka'] as const).filter((one) => broker === 'both' || broker === one);
    const pick = (of: Readonly<Record<'rabbitmq' | 'kafka', object>>, over: Change) =>
      Object.fromEntries(on.map((one) => [one, { ...of[one], ...over[one] }]));
    const environment = {
      ...pick(sections, change),
      secrets: change.secrets ?? kept.secrets,
      claims: { rabbitmq: { users: `${service}*` }, kafka: { principals: `${service}*` } },
    };
    const document = {
      version: 1,
      name: 'canary',
      environments: { test: environment },
      services: { [service]: { ...pick(declared, {}), ...change.service } },
    };
    await put('topology.yaml', change.text ?? JSON.stringify(document, undefined, 2));
  };
  return {
    ...{ cwd, given, service, management, vault: vaultAt, aws: awsAt, put },
    onManagement: (hook) => management.onRequest(hook),
    onStore: (hook) => (vaultAt ?? awsAt)?.onRequest(hook),
    run: async (args, change = {}) => {
      await write(change);
      const words = args.map((arg) => (arg === 'TOPOLOGY' ? 'given/topology.yaml' : arg));
      const all = store === 'exec' && args[0] !== 'show' ? [...words, '--allow-exec'] : words;
      return watched(env.said, `${what}: ${all.join(' ')}`, cwd, all, {
        ...change,
        variables: { ...variables, ...change.variables },
      });
    },
  };
}

interface Kept {
  /** References to the administrators' passwords. */
  readonly admin: { readonly rabbitmq: string; readonly kafka: string };
  /** The store of services' credentials. */
  readonly secrets: string;
  readonly variables: Variables;
}

interface Filling {
  readonly store: StoreKind;
  readonly id: string;
  readonly service: string;
  readonly given: string;
  readonly put: (name: string, text: string) => Promise<void>;
}

/** Puts the administrators' passwords and the service's credentials into a store of the kind. */
async function fill(env: BenchEnvironment, filling: Filling): Promise<Kept> {
  const { secrets, vault, moto } = env;
  const { store, id, service, put } = filling;
  const credential = { username: service, password: secrets.stored };
  const admins = { rabbitmq: secrets.rabbitmq, kafka: secrets.kafka };
  const into = async (reference: string, variables: Variables): Promise<void> => {
    const opened = openStore(
      reference,
      { file: join(filling.given, 'x'), line: 1, column: 1 },
      { variables },
    );
    for (const broker of ['rabbitmq', 'kafka'])
      await opened.write(`${broker}/${service}`, credential, undefined);
  };
  switch (store) {
    case 'file': {
      await put('admins.json', JSON.stringify(admins));
      await into('file:secrets', {});
      const admin = { rabbitmq: 'file:admins.json#rabbitmq', kafka: 'file:admins.json#kafka' };
      return { admin, secrets: 'file:secrets', variables: {} };
    }
    case 'env': {
      const name = (broker: string) => `MQ_${broker}_${service.replaceAll('-', '_')}`.toUpperCase();
      const variables = Object.fromEntries([
        ['ADMIN_RABBITMQ', admins.rabbitmq],
        ['ADMIN_KAFKA', admins.kafka],
        ...['rabbitmq', 'kafka'].flatMap((broker) => [
          [`${name(broker)}_USERNAME`, service],
          [`${name(broker)}_PASSWORD`, secrets.stored],
        ]),
      ]) as Variables;
      return {
        admin: { rabbitmq: 'env:ADMIN_RABBITMQ', kafka: 'env:ADMIN_KAFKA' },
        ...{ secrets: 'env:MQ', variables },
      };
    }
    case 'vault': {
      const variables = { VAULT_ADDR: vault.address, VAULT_CACERT: vault.caFile, VAULT_TOKEN: vault.root };
      await vault.call('POST', `secret/data/${id}/admins`, { data: admins });
      await into(`vault:secret/${id}`, variables);
      const at = `vault:secret/${id}/admins`;
      return {
        admin: { rabbitmq: `${at}#rabbitmq`, kafka: `${at}#kafka` },
        ...{ secrets: `vault:secret/${id}`, variables },
      };
    }
    case 'aws-sm': {
      const variables = { ...moto.variables, AWS_SECRET_ACCESS_KEY: secrets.awsKey };
      await into(`aws-sm:${id}`, variables);
      await openStore(`aws-sm:${id}`, undefined, { variables }).write('of/admins', admins, undefined);
      const at = `aws-sm:${id}/of/admins`;
      return {
        admin: { rabbitmq: `${at}#rabbitmq`, kafka: `${at}#kafka` },
        ...{ secrets: `aws-sm:${id}`, variables },
      };
    }
    case 'exec': {
      for (const [broker, secret] of Object.entries(admins)) await put(`admin-${broker}.txt`, secret);
      await put('credential.json', JSON.stringify(credential));
      // Long enough to be seen in a list of processes.
      await put('admin.sh', 'sleep 0.1; cat "admin-$1.txt"');
      await put('store.sh', `sleep 0.1; case "$1" in mqwarden/*) ;; *) cat credential.json ;; esac`);
      return {
        admin: { rabbitmq: 'exec:sh admin.sh rabbitmq', kafka: 'exec:sh admin.sh kafka' },
        ...{ secrets: 'exec:sh store.sh', variables: {} },
      };
    }
  }
}

/** Runs the program, looks at the processes meanwhile, and remembers all of it. */
async function watched(
  said: Text[],
  name: string,
  cwd: string,
  args: readonly string[],
  { variables = {}, onStart, locks = false }: Change,
): Promise<Run> {
  const lists: string[] = [];
  const inherited = new Set<string>();
  let sampling: NodeJS.Timeout | undefined;
  const done = await mqwarden(args, {
    ...{ cwd, variables, locks },
    onStart: (pid) => {
      if (hasProc) {
        sampling = setInterval(() => {
          const seen = look(pid);
          lists.push(seen.lists);
          for (const variable of seen.variables) inherited.add(variable);
        }, 50);
      }
      onStart?.(pid);
    },
  });
  clearInterval(sampling);
  // What a command was handed down is no news; what came from elsewhere would be.
  const own = new Set(Object.entries(variables).map(([key, value]) => `${key}=${value}`));
  const news = [...inherited].filter((line) => !own.has(line));
  said.push(
    { name: `${name}: its output`, text: `${done.stdout}\n${done.stderr}` },
    { name: `${name}: the list of processes`, text: lists.join('\n') },
    { name: `${name}: the environments below it`, text: news.join('\n') },
  );
  return done;
}
