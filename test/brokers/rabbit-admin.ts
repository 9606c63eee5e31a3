/**
 * The management API without anything of src/: for tests that look from outside, or change by hand what mqwarden manages.
 */
import { request as send } from 'node:https';
import type { Credentials } from './rabbitmq.ts';

export interface RabbitEndpoint {
  readonly managementUrl: string;
  readonly ca: string;
  readonly admin: Credentials;
}

export interface RabbitAnswer {
  readonly status: number;
  /** Parsed JSON; the text itself when it is none; undefined when empty. */
  readonly body: unknown;
}

export interface RabbitAdmin {
  /** Never throws for a status. `path` is below /api, with its parts already encoded: `/queues/%2F`. */
  request(
    method: string,
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ): Promise<RabbitAnswer>;
  /** These three throw for a status of 400 or more. */
  get<T = unknown>(path: string): Promise<T>;
  put(path: string, body?: unknown): Promise<void>;
  post<T = unknown>(path: string, body?: unknown): Promise<T>;
  /** What is not there counts as deleted. */
  delete(path: string): Promise<void>;
}

export function rabbitAdmin(at: RabbitEndpoint, as: Credentials = at.admin): RabbitAdmin {
  const request: RabbitAdmin['request'] = (method, path, body, headers = {}) =>
    rawRequest(at, as, method, path, body, headers);
  const expectSuccess = async (method: string, path: string, body?: unknown): Promise<unknown> => {
    const answer = await request(method, path, body);
    if (answer.status < 400 || (method === 'DELETE' && answer.status === 404)) return answer.body;
    throw new Error(
      `${method} ${at.managementUrl}/api${path}: ${answer.status} ${JSON.stringify(answer.body)}`,
    );
  };
  return {
    request,
    get: async <T>(path: string) => (await expectSuccess('GET', path)) as T,
    put: async (path, body = {}) => {
      await expectSuccess('PUT', path, body);
    },
    post: async <T>(path: string, body: unknown = {}) => (await expectSuccess('POST', path, body)) as T,
    delete: async (path) => {
      await expectSuccess('DELETE', path);
    },
  };
}

function rawRequest(
  at: RabbitEndpoint,
  as: Credentials,
  method: string,
  path: string,
  body: unknown,
  headers: Record<string, string>,
): Promise<RabbitAnswer> {
  return new Promise((resolve, reject) => {
    const request = send(`${at.managementUrl}/api${path}`, {
      method,
      // No connection outlives its request: the next one may meet a broker that was restarted in between.
      agent: false,
      ca: at.ca,
      auth: `${as.username}:${as.password}`,
      headers: { 'content-type': 'application/json', ...headers },
      timeout: 20_000,
    });
    request.on('timeout', () => request.destroy(new Error(`no answer within 20 s: ${method} ${path}`)));
    request.on('error', reject);
    request.on('response', (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part: string) => (text += part));
      response.on('error', reject);
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body: parsed(text) }));
    });
    request.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

function parsed(text: string): unknown {
  if (text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
