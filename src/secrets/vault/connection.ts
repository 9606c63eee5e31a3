import { Agent } from 'node:https';
import { resolve } from 'node:path';
import { type ErrorDetails, SecretError, SecretOutage } from '../../core/errors.ts';
import { lanes } from '../../core/pool.ts';
import { readRegularFile } from '../../files/read.ts';
import { whyOf } from '../../files/why.ts';
import { causeOf, type HttpsAnswer, requestJson } from '../https.ts';
import type { VaultSettings } from './settings.ts';

/** One request to Vault's API, without `/v1/`; each part of the path is encoded already. */
export interface VaultRequest {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly body?: object | undefined;
}

/** Requests as whoever holds the token, over connections that are kept. */
export interface VaultConnection {
  readonly settings: VaultSettings;
  /** Whatever Vault answers; throws only where nothing does. */
  request(request: VaultRequest, token: string | undefined, details: ErrorDetails): Promise<HttpsAnswer>;
}

export function connectVault(settings: VaultSettings, timeoutMs: number): VaultConnection {
  let opened: Promise<Agent> | undefined;
  const agent = (details: ErrorDetails) =>
    (opened ??= agentFor(settings, details).catch((error: unknown) => {
      opened = undefined;
      throw error;
    }));
  return {
    settings,
    async request({ method, path, body }, token, details) {
      const headers = {
        'X-Vault-Request': 'true',
        ...(token === undefined ? {} : { 'X-Vault-Token': token }),
        ...(settings.namespace === undefined ? {} : { 'X-Vault-Namespace': settings.namespace }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      };
      const request = {
        method,
        url: new URL(`${settings.address}/v1/${path}`),
        headers,
        body: body === undefined ? undefined : JSON.stringify(body),
        agent: await agent(details),
        timeoutMs,
      };
      return requestJson(request).catch((error: unknown) => {
        throw unanswered(settings, error, details);
      });
    },
  };
}

async function agentFor({ tls }: VaultSettings, details: ErrorDetails): Promise<Agent> {
  const read = async (name: string, path: string | undefined) => {
    if (path === undefined) return undefined;
    return readText(resolve(path), { ...details, hint: `${name} names a PEM file` });
  };
  const ca = tls.caText ?? (await read('VAULT_CACERT', tls.caFile));
  const cert = await read('VAULT_CLIENT_CERT', tls.certFile);
  const key = await read('VAULT_CLIENT_KEY', tls.keyFile);
  return new Agent({
    keepAlive: true,
    maxSockets: lanes,
    minVersion: 'TLSv1.2',
    // Whatever NODE_TLS_REJECT_UNAUTHORIZED says.
    rejectUnauthorized: true,
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
    ...(tls.serverName === undefined ? {} : { servername: tls.serverName }),
  });
}

export async function readText(path: string, details: ErrorDetails): Promise<string> {
  const { bytes } = await readRegularFile(path, { maxMegabytes: 4 }).catch((cause: unknown) => {
    throw new SecretError(`${path} cannot be read (${whyOf(cause)})`, { ...details, cause });
  });
  return bytes.toString('utf8');
}

function unanswered({ endpoint }: VaultSettings, error: unknown, details: ErrorDetails): SecretError {
  const { why, passes } = causeOf(error);
  const message = `cannot reach Vault at ${endpoint}: ${why}`;
  return passes
    ? new SecretOutage(message, { ...details, endpoint, hint: 'check VAULT_ADDR, and whether Vault is up' })
    : new SecretError(message, {
        ...details,
        endpoint,
        hint: 'check VAULT_ADDR; VAULT_CACERT names the certificate of the authority that signed for Vault',
      });
}
