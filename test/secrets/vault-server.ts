/** A real Vault of the test's own (test/secrets/vault, built by setup.sh): TLS, storage in memory, unsealed, KV 2 at `secret`. */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { Agent, request as send } from 'node:https';
import { join } from 'node:path';
import { createAuthority, writeIssued } from '../brokers/certificates.ts';
import { namedPorts } from '../brokers/ports.ts';
import { removeFolder, startProcess, temporaryFolder, untilReady } from '../brokers/process.ts';

interface VaultAnswer {
  readonly status: number;
  readonly json: unknown;
}

type Rights = Readonly<Record<string, readonly string[]>>;

export interface Vault {
  readonly address: string;
  readonly endpoint: string;
  readonly ca: string;
  readonly caKey: string;
  readonly caFile: string;
  readonly folder: string;
  readonly root: string;
  /** As root. Throws on anything but 2xx. */
  readonly call: <T = unknown>(method: string, path: string, body?: object) => Promise<T>;
  /** A token with these rights alone, by path: `{ 'secret/data/*': ['read'] }`. */
  tokenFor(rights: Rights): Promise<string>;
  policy(name: string, rights: Rights): Promise<void>;
  readonly seal: () => Promise<void>;
  readonly unseal: () => Promise<void>;
  stop(): Promise<void>;
}

const repository = join(import.meta.dirname, '../..');
const source = join(import.meta.dirname, 'vault');

/** By what it is built from, as in setup.sh: an older build must not stand in for a changed one. */
function program(): string {
  const hash = createHash('sha256');
  for (const file of ['go.mod', 'go.sum', 'main.go']) hash.update(readFileSync(join(source, file)));
  const path = join(repository, '.cache/vault', hash.digest('hex').slice(0, 16), 'vault');
  if (!existsSync(path)) throw new Error(`${path} is not there: npm run setup -- stores builds it`);
  return path;
}

export async function startVault(): Promise<Vault> {
  const folder = temporaryFolder('mqwarden-vault-');
  const authority = await createAuthority('mqwarden test CA of Vault');
  const { certFile, keyFile } = writeIssued(folder, 'server', await authority.server());
  const caFile = join(folder, 'ca.pem');
  writeFileSync(caFile, authority.ca, { mode: 0o600 });
  const { port } = await namedPorts('port');
  const server = startProcess({
    name: 'Vault',
    command: program(),
    args: ['-listen', `127.0.0.1:${port}`, '-cert', certFile, '-key', keyFile],
    folder,
    logFile: join(folder, 'vault.log'),
  });
  await untilReady('Vault', server, () => server.said('ready'));
  const address = `https://localhost:${port}`;
  const agent = new Agent({ ca: authority.ca, keepAlive: true });
  let root = '';
  const call: Vault['call'] = async <T>(method: string, path: string, body?: object): Promise<T> => {
    const { status, json } = await asked(agent, `${address}/v1/${path}`, method, root, body);
    if (status >= 300)
      throw new Error(`Vault answers ${method} ${path} with ${status}: ${JSON.stringify(json)}`);
    return json as T;
  };
  const policy: Vault['policy'] = async (name, rights) => {
    const path = Object.fromEntries(
      Object.entries(rights).map(([at, capabilities]) => [at, { capabilities }]),
    );
    await call('PUT', `sys/policies/acl/${name}`, { policy: JSON.stringify({ path }) });
  };
  const init = await call<{ keys: string[]; root_token: string }>('PUT', 'sys/init', {
    secret_shares: 1,
    secret_threshold: 1,
  });
  root = init.root_token;
  const unseal = async () => {
    await call('PUT', 'sys/unseal', { key: init.keys[0] });
  };
  await unseal();
  await mountKv(call, 'secret', '2');
  let policies = 0;
  return {
    address,
    endpoint: `localhost:${port}`,
    ca: authority.ca,
    caKey: authority.caKey,
    caFile,
    folder,
    root,
    call,
    policy,
    tokenFor: async (rights) => {
      const name = `p${(policies += 1)}`;
      await policy(name, rights);
      const made = await call<{ auth: { client_token: string } }>('POST', 'auth/token/create', {
        policies: [name],
      });
      return made.auth.client_token;
    },
    seal: async () => {
      await call('PUT', 'sys/seal');
    },
    unseal,
    stop: async () => {
      agent.destroy();
      await server.kill();
      removeFolder(folder);
    },
  };
}

/** A new mount is being made ready for a moment, and says so. */
export async function mountKv(call: Vault['call'], path: string, version: '1' | '2'): Promise<void> {
  await call('POST', `sys/mounts/${path}`, { type: 'kv', options: { version } });
  const probe = version === '2' ? `${path}/metadata/?list=true` : `${path}/?list=true`;
  const until = Date.now() + 30_000;
  for (;;) {
    const said = await call('GET', probe).then(
      () => '',
      (error: unknown) => String(error),
    );
    if (!said.includes('with 400') || Date.now() > until) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

function asked(
  agent: Agent,
  url: string,
  method: string,
  token: string,
  body?: object,
): Promise<VaultAnswer> {
  return new Promise((resolve, reject) => {
    const text = body === undefined ? '' : JSON.stringify(body);
    const headers = { 'X-Vault-Token': token, 'content-length': Buffer.byteLength(text) };
    const request = send(url, { agent, method, headers });
    request.on('error', reject);
    request.on('response', (response) => {
      let answer = '';
      response.setEncoding('utf8');
      response.on('data', (part: string) => (answer += part));
      response.on('end', () => {
        resolve({
          status: response.statusCode ?? 0,
          json: answer === '' ? undefined : (JSON.parse(answer) as unknown),
        });
      });
    });
    request.end(text);
  });
}
