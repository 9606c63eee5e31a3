/**
 * The same secret in a store of every kind, under success and under each of a list of failures: it is in no output, no file that
 * was written, no URL, no list of processes. Everything is searched at the end, when the generated passwords, hashes and salts are
 * known as well.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { gate } from '../../src/core/pool.ts';
import { createAuthority, restoreAuthority } from '../brokers/certificates.ts';
import { brokersForTests } from '../brokers/index.ts';
import { namedPorts } from '../brokers/ports.ts';
import { type KafkaProxy, startKafkaProxy } from '../brokers/proxy-kafka.ts';
import type { ManagementRequest, ManagementVerdict } from '../brokers/proxy-management.ts';
import { rabbitAdmin } from '../brokers/rabbit-admin.ts';
import {
  type CanaryBench,
  type Change,
  kinds,
  openCanaryBench,
  type Place,
  type StoreKind,
} from './canary-bench.ts';
import { formsOfBytes, leaksIn } from './canary-search.ts';
import { certified, type Endpoint, plaintext, silent, silentAfterTls } from './endpoints.ts';
import { hasProc } from './processes.ts';
import type { Run } from './run.ts';

const brokers = brokersForTests();
const { rabbitmq, kafka } = brokers;
const rabbit = rabbitAdmin(rabbitmq);
/** Two at once: that many cores there may be. Those that wait for a peer that says nothing take none. */
const inTurn = gate(2);

let bench: CanaryBench;
let front: KafkaProxy;
let down: string;
/** Nothing may ever reach it. */
let stranger: Endpoint;
const endpoints = new Map<string, Endpoint>();

beforeAll(async () => {
  front = await startKafkaProxy(kafka);
  bench = await openCanaryBench(brokers, front.brokers);
  down = `localhost:${(await namedPorts('down')).down}`;
  for (const [name, at] of Object.entries({ rabbitmq, kafka })) {
    const target = 'brokers' in at ? (at.brokers[0] ?? '') : at.managementUrl;
    const authority = await restoreAuthority(at.ca, at.caKey);
    const names = { dnsNames: ['broker.internal'], addresses: [] };
    endpoints.set(`${name} elsewhere`, await certified(target, at.ca, await authority.server(names)));
    const expired = await authority.server({ expired: true });
    endpoints.set(`${name} expired`, await certified(target, at.ca, expired));
    endpoints.set(`${name} plaintext`, await plaintext(target, at.ca));
    endpoints.set(`${name} silent`, await silentAfterTls(await authority.server()));
  }
  stranger = await silent();
  endpoints.set('stranger', stranger);
}, 180_000);

afterAll(async () => {
  await Promise.all([...endpoints.values(), front].map((one) => one.stop()));
  await bench.remove();
});

function at(name: string): string {
  const found = endpoints.get(name);
  if (found === undefined) throw new Error(`no endpoint ${name}`);
  return found.at;
}

interface Failure {
  readonly name: string;
  readonly store: StoreKind;
  readonly broker?: 'kafka';
  readonly args: readonly string[];
  /** Makes it go wrong. */
  readonly by: (place: Place) => Change | Promise<Change>;
  /** What stderr says, so that it surely went wrong in this way. */
  readonly says: RegExp;
  /** Default 1; null where a signal ended it. */
  readonly code?: number | null;
  /** Waits for a peer that says nothing. */
  readonly idle?: true;
}

const plan = ['plan', 'TOPOLOGY', '--log-level', 'debug'];
const planAsJson = ['plan', 'TOPOLOGY', '--format', 'json'];
const apply = ['apply', 'TOPOLOGY', '--yes', '--log-level', 'debug'];
const snapshot = ['snapshot', 'TOPOLOGY', '--out', 'live.json'];
const importing = ['import', 'TOPOLOGY', '--out', 'imported'];
const verify = ['verify', 'TOPOLOGY'];
const ages = ['credentials', 'list', 'TOPOLOGY'];
const rotate = ['rotate', 'TOPOLOGY', '--yes', '--grace', '0s', '--log-level', 'debug'];

const onRabbit = (url: string): Change => ({ rabbitmq: { managementUrl: `https://${url}` } });
const onKafka = (address: string): Change => ({ kafka: { brokers: [address] } });
const writes = ({ method }: ManagementRequest) => method !== 'GET';

/** Whatever was sent, and the secrets of whoever sent it: a careless server, or a proxy on the way, says such things back. */
function echoOf({ method, path, headers, body }: ManagementRequest, more: object = {}): string {
  const { rabbitmq: password, stored } = bench.secrets;
  const token = Buffer.from(`admin-${bench.mark}:${password}`).toString('base64');
  const all = { ...headers, authorization: `Basic ${token}`, password, ...more };
  const written = method === 'PUT' ? stored : '';
  return `${method} ${path} ${JSON.stringify(all)} ${password} ${encodeURIComponent(password)} ${written} ${body}`;
}

/** The broker answers `matches` with the status, and with all that it was sent. */
const echoed =
  (status: number, matches: (request: ManagementRequest) => boolean) =>
  (place: Place): Change => {
    place.onManagement((_n, request) =>
      matches(request) ? { status, body: { error: 'failed', reason: echoOf(request) } } : 'pass',
    );
    return {};
  };
const answered =
  (path: string, verdict: (request: ManagementRequest) => ManagementVerdict) =>
  (place: Place): Change => {
    place.onManagement((_n, request) => (request.path.startsWith(path) ? verdict(request) : 'pass'));
    return {};
  };
/** The same of a store. */
const kept =
  (
    matches: (request: ManagementRequest) => boolean,
    verdict: (request: ManagementRequest) => ManagementVerdict,
  ) =>
  (place: Place): Change => {
    place.onStore((_n, request) => (matches(request) ? verdict(request) : 'pass'));
    return {};
  };
const reads = ({ method, path }: ManagementRequest) =>
  method === 'GET' && path.startsWith('/v1/secret/data/');
const always = () => true;
/** A store's refusal with all that it knows. */
const told = (status: number) => (request: ManagementRequest) => {
  const { vaultToken, awsKey, stored } = bench.secrets;
  const said = echoOf(request, { vaultToken, awsKey, stored });
  const type = status === 403 ? 'AccessDeniedException' : 'InternalServiceError';
  return { status, body: { __type: type, message: said, errors: [said] } };
};
/** A document that breaks off in the middle of the secret. */
const broken = () => `{"data": {"data": {"password": ${JSON.stringify(bench.secrets.stored).slice(0, -1)}`;

const ofRabbit: readonly Failure[] = [
  {
    name: 'RabbitMQ: a wrong password',
    store: 'file',
    args: plan,
    by: () => ({
      rabbitmq: { admin: { username: `admin-${bench.mark}`, password: 'env:WRONG' } },
      variables: { WRONG: bench.secrets.make('wrong') },
    }),
    says: /refused the administrator/,
  },
  {
    name: 'RabbitMQ: a password with line breaks',
    store: 'env',
    args: plan,
    by: () => ({
      variables: { ADMIN_RABBITMQ: `${bench.secrets.make('line')}\r\n${bench.secrets.make('line')}` },
    }),
    says: /refused the administrator/,
  },
  {
    name: 'RabbitMQ: a wrong CA',
    store: 'vault',
    args: snapshot,
    by: async ({ put }) => {
      await put('rabbitmq.pem', (await createAuthority('another')).ca);
      return {};
    },
    says: /not signed by an authority that is trusted here/,
  },
  {
    name: 'RabbitMQ: another host name in the certificate',
    store: 'aws-sm',
    args: importing,
    by: () => onRabbit(at('rabbitmq elsewhere')),
    says: /for another host name/,
  },
  {
    name: 'RabbitMQ: an expired certificate',
    store: 'exec',
    args: plan,
    by: () => onRabbit(at('rabbitmq expired')),
    says: /has expired/,
  },
  {
    name: 'RabbitMQ: a plaintext port',
    store: 'file',
    args: apply,
    by: () => onRabbit(at('rabbitmq plaintext')),
    says: /does not speak TLS/,
  },
  {
    name: 'RabbitMQ: connection refused',
    store: 'env',
    args: apply,
    by: () => onRabbit(down),
    says: /nothing listens there/,
  },
  {
    name: 'RabbitMQ: the connection is reset in the middle of an answer',
    store: 'vault',
    args: plan,
    by: answered('/api/definitions', (request) => ({ status: 200, text: echoOf(request), cut: true })),
    says: /cannot reach the management API/,
  },
  {
    name: 'RabbitMQ: the connection is cut after a user was written',
    store: 'aws-sm',
    args: apply,
    by: answered('/api/users/', ({ method }) => (method === 'PUT' ? 'drop-response' : 'pass')),
    says: /closed before an answer came/,
  },
  {
    name: 'RabbitMQ: no answer',
    store: 'exec',
    args: plan,
    idle: true,
    by: answered('/api/definitions', () => 'hang'),
    says: /no answer in time/,
  },
  ...([400, 401, 403, 404, 409, 500, 503] as const).map((status, index) => ({
    name: `RabbitMQ: ${status} to a write, with all that it was sent`,
    store: kinds[index % kinds.length] ?? 'file',
    args: apply,
    by: echoed(status, ({ method, path }) => method === 'PUT' && path.startsWith('/api/users/')),
    says: /^failed create rabbitmq:user:.*\[redacted\]/m,
  })),
  {
    name: 'RabbitMQ: 500 to a question, as JSON on stderr',
    store: 'vault',
    args: planAsJson,
    by: echoed(500, ({ path }) => path.startsWith('/api/definitions')),
    says: /\[redacted\]/,
  },
  {
    name: 'RabbitMQ: malformed JSON',
    store: 'file',
    args: plan,
    by: answered('/api/definitions', (request) => ({ status: 200, text: `{"users": "${echoOf(request)}` })),
    says: /RabbitMQ|answer/,
  },
  {
    name: 'RabbitMQ: the page of a login',
    store: 'env',
    args: plan,
    by: answered('/api/whoami', (request) => ({ status: 502, text: `<input value="${echoOf(request)}">` })),
    says: /with 502/,
  },
  {
    name: 'RabbitMQ: a redirect to somewhere else',
    store: 'aws-sm',
    args: plan,
    by: answered('/api/whoami', (request) => ({
      status: 302,
      headers: { location: `https://${at('stranger')}/?${encodeURIComponent(echoOf(request))}` },
    })),
    says: /with 302/,
  },
  {
    name: 'RabbitMQ: the AMQPS listener is not there, so that no lock can be taken',
    store: 'vault',
    args: ['apply', 'TOPOLOGY', '--yes'],
    by: () => ({ rabbitmq: { amqpsUrl: `amqps://${down}` }, locks: true }),
    says: /cannot be locked/,
  },
  {
    name: 'RabbitMQ: the login over AMQP fails, so that no lock can be taken',
    store: 'file',
    args: ['apply', 'TOPOLOGY', '--yes'],
    by: () => ({ rabbitmq: { amqpsUrl: `amqps://${at('rabbitmq expired')}` }, locks: true }),
    says: /cannot be locked/,
  },
  {
    name: 'RabbitMQ: a key that cannot be read',
    store: 'exec',
    args: plan,
    by: async ({ put }) => {
      const { keyPem, stored } = bench.secrets;
      await put('client.key', keyPem.replace('-----END', `${stored}\n-----END`));
      return {};
    },
    says: /the TLS files for RabbitMQ cannot be used/,
  },
];

const ofKafka: readonly Failure[] = [
  {
    name: 'Kafka: a wrong password',
    store: 'vault',
    broker: 'kafka',
    args: plan,
    by: () => ({
      kafka: { admin: { username: `admin-${bench.mark}`, password: 'env:WRONG' } },
      variables: { WRONG: bench.secrets.make('wrong') },
    }),
    says: /wrong user name or password/,
  },
  {
    name: 'Kafka: a wrong password of a service',
    store: 'file',
    broker: 'kafka',
    args: verify,
    by: () => ({}),
    says: /^$/,
    code: 2,
  },
  {
    name: 'Kafka: a wrong CA',
    store: 'aws-sm',
    broker: 'kafka',
    args: snapshot,
    by: async ({ put }) => {
      await put('kafka.pem', (await createAuthority('another')).ca);
      return {};
    },
    says: /not signed by an authority that is trusted here/,
  },
  {
    name: 'Kafka: another host name in the certificate',
    store: 'exec',
    broker: 'kafka',
    args: plan,
    by: () => onKafka(at('kafka elsewhere')),
    says: /for another host name/,
  },
  {
    name: 'Kafka: an expired certificate',
    store: 'env',
    broker: 'kafka',
    args: plan,
    by: () => onKafka(at('kafka expired')),
    says: /has expired/,
  },
  {
    name: 'Kafka: a plaintext port',
    store: 'file',
    broker: 'kafka',
    args: apply,
    by: () => onKafka(at('kafka plaintext')),
    says: /plaintext listener/,
  },
  {
    name: 'Kafka: connection refused',
    store: 'vault',
    broker: 'kafka',
    args: importing,
    by: () => onKafka(down),
    says: /nothing listens there/,
  },
  {
    name: 'Kafka: no answer',
    store: 'env',
    broker: 'kafka',
    args: plan,
    idle: true,
    by: () => onKafka(at('kafka silent')),
    says: /does not answer within/,
  },
];

const ofStores: readonly Failure[] = [
  {
    name: 'Vault: 403, with all that it was sent',
    store: 'vault',
    args: plan,
    by: kept(reads, told(403)),
    says: /refuses access/,
  },
  {
    name: 'Vault: sealed',
    store: 'vault',
    args: ages,
    by: kept(always, told(503)),
    says: /failed \(503\)/,
  },
  {
    name: 'Vault: 500 to a write, with the generated password',
    store: 'vault',
    args: rotate,
    by: async (place) => {
      await converge(place);
      return kept((request) => writes(request) && !request.path.includes('/mqwarden/'), told(500))(place);
    },
    says: /failed \(500\)/,
  },
  {
    name: 'Vault: somebody else wrote in between',
    store: 'vault',
    args: rotate,
    by: async (place) => {
      await converge(place);
      place.onStore(async (_n, request): Promise<ManagementVerdict> => {
        if (!writes(request)) return 'pass';
        const path = request.path.replace('/v1/', '');
        await bench.vault.call('POST', path, { data: { username: 'x', password: bench.secrets.stored } });
        return 'pass';
      });
      return {};
    },
    says: /written by somebody else/,
  },
  {
    name: 'Vault: an answer that breaks off',
    store: 'vault',
    args: plan,
    by: kept(reads, () => ({ status: 200, text: broken() })),
    says: /answers with 200, unexpectedly/,
  },
  {
    name: 'Vault: a redirect to somewhere else',
    store: 'vault',
    args: plan,
    by: kept(reads, () => ({ status: 307, headers: { location: `https://${at('stranger')}/v1/secret` } })),
    says: /points elsewhere/,
  },
  {
    name: 'Vault: down',
    store: 'vault',
    args: apply,
    by: () => ({ variables: { VAULT_ADDR: `https://${down}` } }),
    says: /cannot reach Vault/,
  },
  {
    name: 'Vault: a wrong CA',
    store: 'vault',
    args: plan,
    by: () => ({ variables: { VAULT_CACERT: 'given/rabbitmq.pem' } }),
    says: /not signed by an authority that is trusted here/,
  },
  {
    name: 'Vault: a secret id that is refused',
    store: 'vault',
    args: plan,
    by: () => ({
      variables: { VAULT_TOKEN: '', VAULT_ROLE_ID: 'role', VAULT_SECRET_ID: bench.secrets.make('secret-id') },
    }),
    says: /refuses the login by AppRole|Vault/,
  },
  {
    name: 'Vault: a password in its address',
    store: 'vault',
    args: plan,
    by: () => ({
      variables: { VAULT_ADDR: `https://me:${encodeURIComponent(bench.secrets.make('address'))}@${down}` },
    }),
    says: /VAULT_ADDR holds more than an address/,
  },
  {
    name: 'AWS: 403, with all that it was sent',
    store: 'aws-sm',
    args: plan,
    by: kept(always, told(403)),
    says: /AWS refuses GetSecretValue/,
  },
  {
    name: 'AWS: 500, with all that it was sent',
    store: 'aws-sm',
    args: ages,
    by: kept(always, told(500)),
    says: /AWS Secrets Manager failed \(500\)/,
  },
  {
    name: 'AWS: an answer that breaks off',
    store: 'aws-sm',
    args: plan,
    by: kept(always, () => ({ status: 200, text: broken() })),
    says: /AWS/,
  },
  {
    name: 'AWS: down',
    store: 'aws-sm',
    args: plan,
    by: () => ({ variables: { AWS_ENDPOINT_URL_SECRETS_MANAGER: `https://${down}` } }),
    says: /cannot reach AWS Secrets Manager/,
  },
  {
    name: 'AWS: a password in its address',
    store: 'aws-sm',
    args: plan,
    by: () => {
      const password = encodeURIComponent(bench.secrets.make('address'));
      return { variables: { AWS_ENDPOINT_URL_SECRETS_MANAGER: `https://me:${password}@${down}` } };
    },
    says: /AWS Secrets Manager/,
  },
  {
    name: 'a command that says the secret and fails',
    store: 'exec',
    args: plan,
    by: async ({ put }) => {
      await put('admin.sh', 'cat admin-$1.txt; cat admin-$1.txt >&2; exit 3');
      return {};
    },
    says: /ended with 3/,
  },
  {
    name: 'a command that says the secret where a document is wanted',
    store: 'exec',
    args: apply,
    by: async ({ put }) => {
      await put('store.sh', 'cat admin-rabbitmq.txt');
      return {};
    },
    says: /prints no JSON object/,
  },
  {
    name: 'a command that is not there, with the secret among its arguments',
    store: 'exec',
    args: plan,
    by: () => {
      const secret = bench.secrets.make('argument');
      const password = `exec:${JSON.stringify(['no-such-command', secret])}`;
      return { rabbitmq: { admin: { username: `admin-${bench.mark}`, password } } };
    },
    says: /cannot be started/,
  },
  {
    name: 'a command as a store, which a rotation would have to write to',
    store: 'exec',
    args: rotate,
    by: async (place) => {
      await converge(place);
      return {};
    },
    says: /cannot be written to|written/,
  },
  {
    name: 'variables as a store, which a rotation would have to write to',
    store: 'env',
    args: rotate,
    by: async (place) => {
      await converge(place);
      return {};
    },
    says: /cannot be written|written/,
  },
  {
    name: 'variables: one of two is missing',
    store: 'env',
    args: apply,
    by: ({ service }) => ({
      variables: { [`MQ_RABBITMQ_${service.replaceAll('-', '_').toUpperCase()}_USERNAME`]: '' },
    }),
    says: /is set, but .* is not/,
  },
  {
    name: 'a file that others can read',
    store: 'file',
    args: apply,
    by: async ({ put, service }) => {
      const document = { username: service, password: bench.secrets.stored };
      await put(`secrets/rabbitmq/${service}.json`, JSON.stringify(document), 0o644);
      return {};
    },
    says: /can be read by others/,
  },
  {
    name: 'a file that is no JSON around the secret',
    store: 'file',
    args: ages,
    by: async ({ put, service }) => {
      await put(`secrets/rabbitmq/${service}.json`, `{"password": ${bench.secrets.stored}}`);
      return {};
    },
    says: /is not a JSON object/,
  },
  {
    name: 'a file of the administrator that is no JSON around the secret',
    store: 'file',
    args: plan,
    by: async ({ put }) => {
      await put('admins.json', `{"rabbitmq": ${bench.secrets.rabbitmq}}`);
      return {};
    },
    says: /is not a JSON object/,
  },
  {
    name: 'a file with the credential of somebody else',
    store: 'file',
    args: apply,
    by: async ({ put, service }) => {
      const document = { username: 'else', password: bench.secrets.stored };
      await put(`secrets/rabbitmq/${service}.json`, JSON.stringify(document));
      return {};
    },
    says: /is for the user "else"/,
  },
];

/** A topology as YAML, with `line` in the place of the administrator's password. */
const yaml = (line: string) => `version: 1
name: canary
environments:
  test:
    rabbitmq:
      managementUrl: https://localhost:1
      vhost: v
      admin:
        username: a
${line}
services: { s: { rabbitmq: {} } }
`;
const inUrl = (scheme: string) => {
  const password = encodeURIComponent(bench.secrets.make('url'));
  return `${scheme}://user:${password}@localhost:1`;
};
const literal = () => JSON.stringify(bench.secrets.make('literal'));

const ofInputs: readonly Failure[] = [
  {
    name: 'a password in the topology',
    store: 'file',
    args: plan,
    by: () => ({ text: yaml(`        password: ${literal()}`) }),
    says: /must be a reference to a secret, not the secret itself/,
  },
  ...[
    { name: 'a quote that is not closed', line: () => `        password: ${literal().slice(0, -1)}` },
    { name: 'two values on a line', line: () => `        password: ${literal()} ${literal()}` },
    {
      name: 'an escape that there is not',
      line: () => `        password: "${bench.secrets.make('escape')}\\q"`,
    },
    { name: 'a tag', line: () => `        password: !secret ${literal()}` },
    { name: 'a wrong indentation', line: () => `       password: ${literal()}` },
  ].map(({ name, line }) => ({
    name: `a password in a topology that is no YAML: ${name}`,
    ...{
      store: 'file' as const,
      args: planAsJson,
      by: () => ({ text: yaml(line()) }),
      says: /YAML|tags are not supported/,
    },
  })),
  {
    name: 'a password in the URL of the management API',
    store: 'vault',
    args: plan,
    by: () => ({ rabbitmq: { managementUrl: inUrl('https') } }),
    says: /^error .*topology.yaml:\d+/,
  },
  {
    name: 'a password in the URL for AMQP',
    store: 'aws-sm',
    args: ['types', 'TOPOLOGY'],
    by: () => ({ rabbitmq: { amqpsUrl: inUrl('amqps') } }),
    says: /./,
  },
  {
    name: 'a password in a variable that the topology takes its URL from',
    store: 'env',
    args: planAsJson,
    by: () => ({
      rabbitmq: { managementUrl: '${MQWARDEN_URL}' },
      variables: { MQWARDEN_URL: inUrl('https') },
    }),
    says: /topology.yaml/,
  },
  {
    name: 'a saved plan that is no JSON around a secret',
    store: 'file',
    args: ['show', 'given/plan.json'],
    by: async ({ put }) => {
      await put('plan.json', `{"digest": ${bench.secrets.stored}`);
      return {};
    },
    says: /plan.json/,
  },
  {
    name: 'a snapshot that is no JSON around a secret',
    store: 'file',
    args: ['plan', 'TOPOLOGY', '--against', 'given/live.json'],
    by: async ({ put }) => {
      await put('live.json', `{"version": ${bench.secrets.stored}`);
      return {};
    },
    says: /live.json/,
  },
];

/** By the signal, when the broker is asked to write a permission: the user is there already. */
const stopped =
  (signal: NodeJS.Signals) =>
  (place: Place): Change => {
    let pid = 0;
    place.onManagement((_n, { method, path }) => {
      if (method !== 'PUT' || !path.startsWith('/api/users/')) return 'pass';
      process.kill(pid, signal);
      return signal === 'SIGKILL' ? 'kill-before' : 'pass';
    });
    return { onStart: (started) => (pid = started) };
  };

const ofTheMachine: readonly Failure[] = [
  {
    name: 'a plan that cannot be written',
    store: 'vault',
    args: [...plan, '--out', 'given/topology.yaml/plan.json'],
    by: () => ({}),
    says: /cannot (write|be written)|plan\.json/,
  },
  {
    name: 'a full disk',
    store: 'aws-sm',
    args: [...snapshot.slice(0, 2), '--out', '/dev/full'],
    by: () => ({}),
    says: /\/dev\/full/,
  },
  {
    name: 'an audit log that cannot be written',
    store: 'exec',
    args: [...apply, '--audit-log', 'given/topology.yaml/audit.jsonl'],
    by: () => ({}),
    says: /audit log/,
  },
  {
    name: 'a store that cannot be written',
    store: 'file',
    args: apply,
    by: async ({ put }) => {
      await put('flat', '');
      return { secrets: 'file:flat' };
    },
    says: /flat/,
  },
  { name: 'SIGTERM half way', store: 'vault', args: apply, by: stopped('SIGTERM'), says: /Stopping/ },
  { name: 'SIGINT half way', store: 'aws-sm', args: apply, by: stopped('SIGINT'), says: /Stopping/ },
  { name: 'SIGKILL half way', store: 'exec', args: apply, by: stopped('SIGKILL'), says: /^/, code: null },
  {
    name: 'with diagnostic reports asked for, and a failure',
    store: 'env',
    args: apply,
    by: (place) => ({
      ...echoed(500, ({ method, path }) => method === 'PUT' && path.startsWith('/api/users/'))(place),
      variables: { NODE_OPTIONS: '--report-uncaught-exception --report-on-fatalerror' },
    }),
    says: /\[redacted\]/,
  },
  {
    name: 'with everything that Node.js says of its inside, and a failure',
    store: 'vault',
    args: apply,
    by: (place) => ({
      ...echoed(500, ({ method, path }) => method === 'PUT' && path.startsWith('/api/users/'))(place),
      variables: { NODE_DEBUG: '*', DEBUG: '*' },
    }),
    says: /\[redacted\]/,
  },
  {
    name: 'with proxies that have passwords, and a failure',
    store: 'aws-sm',
    args: apply,
    by: (place) => {
      const proxy = `http://me:${encodeURIComponent(bench.secrets.make('proxy'))}@${at('stranger')}`;
      const variables = Object.fromEntries(
        ['HTTPS_PROXY', 'https_proxy', 'HTTP_PROXY', 'ALL_PROXY', 'npm_config_proxy'].map((name) => [
          name,
          proxy,
        ]),
      );
      return {
        ...echoed(500, ({ method, path }) => method === 'PUT' && path.startsWith('/api/users/'))(place),
        variables: { ...variables, NODE_USE_ENV_PROXY: '1' },
      };
    },
    says: /\[redacted\]/,
  },
];

const failures = [...ofRabbit, ...ofKafka, ...ofStores, ...ofInputs, ...ofTheMachine];

/** Applied, so that there is something to rotate. */
async function converge(place: Place): Promise<void> {
  const { code, stderr } = await place.run(['apply', 'TOPOLOGY', '--yes']);
  if (code !== 0) throw new Error(`apply ended with ${String(code)}: ${stderr}`);
}

const runs: Run[] = [];

describe.concurrent('when it fails', () => {
  it.each(failures)(
    '$name',
    { timeout: 300_000 },
    async ({ name, store, broker, args, by, says, code = 1, idle }) => {
      const work = async (): Promise<Run> => {
        const place = await bench.open(name, store, broker);
        return place.run(args, await by(place));
      };
      const done = await (idle === true ? work() : inTurn(work));
      runs.push(done);
      expect(done.stderr).toMatch(says);
      expect(done.code).toBe(code);
      expect(done.stderr).not.toContain('bug of mqwarden');
    },
  );
});

describe.concurrent('when all goes well', () => {
  const writable = new Set<StoreKind>(['file', 'vault', 'aws-sm']);
  it.each(kinds)('from apply to rotation, with the store %s', { timeout: 300_000 }, async (store) => {
    const place = await bench.open(`all well with ${store}`, store, store === 'vault' ? 'both' : 'rabbitmq');
    const run = async (...args: string[]): Promise<void> => {
      const { code, stdout, stderr } = await inTurn(() => place.run(args));
      expect([0, args[0] === 'import' ? 2 : 0], `${args.join(' ')}: ${stdout}${stderr}`).toContain(code);
    };
    await run('plan', 'TOPOLOGY', '--out', 'plan.json', '--log-level', 'debug');
    await run('apply', 'TOPOLOGY', '--plan', 'plan.json', '--yes', '--log-level', 'debug');
    if (writable.has(store)) await run('show', 'plan.json');
    await run('plan', 'TOPOLOGY', '--check-credentials', '--format', 'json');
    await run('verify', 'TOPOLOGY', '--format', 'json');
    if (store === 'vault') await run('types', 'TOPOLOGY', '--service', place.service, '--out', 'types.ts');
    if (store === 'vault') await run('snapshot', 'TOPOLOGY', '--out', 'live.json');
    if (writable.has(store)) await run(...rotate);
    await run('credentials', 'list', 'TOPOLOGY', '--format', 'json');
    await run('import', 'TOPOLOGY', '--out', 'imported');
  });
});

describe('afterwards, when every secret is known', () => {
  const generated = /\\*"password\\*": ?\\*"([\w-]{43})\\*"/g;

  /** What mqwarden generated and hashed, from what it sent to the stores and the brokers. */
  async function learnt() {
    const { bodies } = bench.sent();
    const passwords = bodies.flatMap((body) => [...body.matchAll(generated)].map(([, one]) => one ?? ''));
    const files = (await bench.given()).flatMap(({ text }) => [...text.matchAll(generated)]);
    const users = await rabbit.get<{ name: string; password_hash: string }[]>('/users');
    const live = users.filter(({ name }) => name.includes(bench.mark));
    const hashes = [
      ...live.map(({ password_hash }) => password_hash),
      ...bodies.flatMap((body) =>
        [...body.matchAll(/"password_hash":"([^"]{20,})"/g)].map(([, one]) => one ?? ''),
      ),
    ];
    const scram = front.requests
      .filter(({ apiKey }) => apiKey === 51)
      .flatMap(({ frame }) => saltedIn(frame));
    return { passwords: [...passwords, ...files.map(([, one]) => one ?? '')], hashes, scram };
  }

  /** Salts and salted passwords of an AlterUserScramCredentials: 32 and 64 bytes, each after its length and one. */
  function saltedIn(frame: Buffer): Buffer[] {
    const found: Buffer[] = [];
    for (let from = 0; from + 98 <= frame.length; from += 1) {
      if (frame[from] !== 33 || frame[from + 33] !== 65) continue;
      found.push(frame.subarray(from + 1, from + 33), frame.subarray(from + 34, from + 98));
    }
    return found;
  }

  it('there were at least 30 kinds of failure, each another, in stores of every kind', () => {
    expect(new Set(failures.map(({ name }) => name)).size).toBe(failures.length);
    expect(failures.length).toBeGreaterThanOrEqual(30);
    for (const kind of kinds) {
      expect(failures.filter(({ store }) => store === kind).length, kind).toBeGreaterThanOrEqual(5);
    }
    expect(runs.length).toBeGreaterThanOrEqual(failures.length);
  });

  it('no secret was said, written, listed, or in a URL', async () => {
    const { passwords, hashes, scram } = await learnt();
    const salts = hashes.map((hash) => Buffer.from(hash, 'base64').subarray(0, 4).toString('hex'));
    expect(passwords.length).toBeGreaterThanOrEqual(3);
    expect(hashes.length).toBeGreaterThanOrEqual(10);
    expect(scram.length).toBeGreaterThanOrEqual(4);
    const { urls } = bench.sent();
    expect(urls.length).toBeGreaterThan(100);
    const texts = [...(await bench.texts()), ...urls];
    expect(texts.length).toBeGreaterThan(3 * failures.length);
    const exact = [...salts, ...scram.flatMap(formsOfBytes)];
    expect(leaksIn(texts, [...bench.known(), ...passwords, ...hashes], exact)).toEqual([]);
  });

  it('the outputs, the files and the lists of processes are among what was searched', async () => {
    const texts = await bench.texts();
    const names = texts.map(({ name }) => name);
    for (const file of ['plan.json', 'live.json', 'types.ts', '.mqwarden/audit.jsonl']) {
      expect(
        names.some((name) => name.endsWith(`/${file}`)),
        file,
      ).toBe(true);
    }
    expect(names.filter((name) => /\/report\..*\.json$/.test(name))).toEqual([]);
    if (!hasProc) return;
    const lists = texts.filter(({ name }) => name.endsWith('the list of processes'));
    expect(lists.filter(({ text }) => text.includes('bin/mqwarden.js')).length).toBeGreaterThan(
      failures.length / 2,
    );
    expect(lists.some(({ text }) => text.includes('store.sh rabbitmq/'))).toBe(true);
  });

  it('nothing was sent to where an answer or a variable pointed', () => {
    expect(stranger.visits).toBe(0);
  });

  it('what is looked for would be found', async () => {
    const file = join(import.meta.dirname, 'canary-search.ts');
    const texts = [{ name: 'a', text: `${await readFile(file, 'utf8')}${bench.secrets.stored}` }];
    expect(leaksIn(texts, bench.known()).length).toBeGreaterThan(0);
  });
});
