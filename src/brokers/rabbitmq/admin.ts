import { X509Certificate } from 'node:crypto';
import { Agent } from 'node:https';
import { createSecureContext } from 'node:tls';
import axios, { type AxiosInstance } from 'axios';
import type { Context, Placed } from '../../core/broker.ts';
import { BrokerError, ConnectionError, messageOf, MqwardenError } from '../../core/errors.ts';
import { connectionError } from './causes.ts';
import { parseJson } from './json.ts';
import type { RabbitEnvironment } from './schema.ts';

/** The management API over HTTPS, as the administrator of the environment. */
export interface Admin {
  readonly username: string;
  /** `rabbitmq.internal:15671`, for messages. */
  readonly endpoint: string;
  /**
   * Any status is an answer for the caller to judge. Throws ConnectionError where none came. `path` are the parts after
   * `/api`, in clear.
   */
  request(method: Method, path: readonly string[], options?: RequestOptions): Promise<Answer>;
  /** The body of a GET; throws BrokerError for any status but 200, unless it is 404 and `missing` is given. */
  get(path: readonly string[], options?: RequestOptions): Promise<unknown>;
  close(): void;
}

export type Method = 'GET' | 'PUT' | 'POST' | 'DELETE';

export interface RequestOptions {
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** Milliseconds for the whole answer, where it may be large; the silence in it stays bounded by the usual timeout. */
  readonly patienceMs?: number;
}

export interface Answer {
  readonly status: number;
  readonly body: unknown;
  /** The broker's own words, where it gave any. */
  readonly reason: string;
}

/** More than this at a time gains nothing: RabbitMQ serialises most writes. */
export const atATime = 16;

/** Who the administrator is, and what the brokers' certificates are checked by. */
export interface Login {
  readonly username: string;
  readonly password: string;
  readonly tls: Pem & { readonly serverName?: string };
}

/** Reads the password and certificates. */
export async function loginOf(target: Placed<RabbitEnvironment>, context: Context): Promise<Login> {
  const { tls = {}, admin } = target.section;
  const file = async (key: 'ca' | 'cert' | 'key') => {
    const path = tls[key];
    return path === undefined ? {} : { [key]: await context.file(path, target.locate(['tls', key])) };
  };
  const pem = Object.assign({}, ...(await Promise.all([file('ca'), file('cert'), file('key')]))) as Pem;
  if (pem.key !== undefined) context.conceal(pem.key);
  requireCertificates(pem, target);
  const password = await context.secret(admin.password, target.locate(['admin', 'password']));
  const { serverName } = tls;
  return {
    username: admin.username,
    password,
    tls: { ...pem, ...(serverName === undefined ? {} : { serverName }) },
  };
}

/** Reaches no broker yet. */
export async function openAdmin(
  target: Placed<RabbitEnvironment>,
  context: Context,
  login?: Login,
): Promise<Admin> {
  const { username, password, tls } = login ?? (await loginOf(target, context));
  const { serverName, ...pem } = tls;
  const url = new URL(target.section.managementUrl);
  const agent = openAgent(url.host, {
    ...pem,
    ...(serverName === undefined ? {} : { servername: serverName }),
  });
  const token = Buffer.from(`${username}:${password}`, 'utf8').toString('base64');
  context.conceal(token);
  const client = axios.create({
    httpsAgent: agent,
    // The administrator's password goes to this endpoint alone: through no proxy, and to no other place.
    proxy: false,
    maxRedirects: 0,
    validateStatus: () => true,
    responseType: 'text',
    transformResponse: (text: unknown) => text,
    // Limits are refused with 406 to who accepts JSON only.
    headers: { Authorization: `Basic ${token}`, Accept: '*/*' },
    timeout: context.timeoutMs,
  });
  return adminOver(client, agent, url, username, context.timeoutMs);
}

interface Pem {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
}

/** A file without any certificate would be taken in silence, and trust nobody. */
function requireCertificates({ ca, cert, key }: Pem, target: Placed<RabbitEnvironment>): void {
  try {
    for (const pem of [ca, cert]) if (pem !== undefined) new X509Certificate(pem);
    createSecureContext({ ...(cert === undefined ? {} : { cert }), ...(key === undefined ? {} : { key }) });
  } catch (error) {
    throw new ConnectionError(`the TLS files for RabbitMQ cannot be used: ${messageOf(error)}`, {
      position: target.locate(['tls']),
      hint: 'tls.ca, tls.cert and tls.key must be PEM files; the key must belong to the certificate, without a passphrase',
    });
  }
}

function openAgent(endpoint: string, tls: object): Agent {
  try {
    return new Agent({
      keepAlive: true,
      maxSockets: atATime,
      minVersion: 'TLSv1.2',
      rejectUnauthorized: true,
      ...tls,
    });
  } catch (error) {
    throw connectionError(endpoint, error);
  }
}

function adminOver(
  client: AxiosInstance,
  agent: Agent,
  url: URL,
  username: string,
  timeoutMs: number,
): Admin {
  const base = url.href.replace(/\/+$/, '');
  const request: Admin['request'] = async (method, path, options = {}) => {
    try {
      const { status, data } = await client.request<string>({
        method,
        url: `${base}/api/${path.map(encodeSegment).join('/')}`,
        ...(options.query === undefined ? {} : { params: options.query }),
        ...(options.body === undefined ? {} : { data: JSON.stringify(options.body) }),
        headers: {
          ...(options.body === undefined ? {} : { 'Content-Type': 'application/json' }),
          ...options.headers,
        },
        // The socket's timeout begins when it is connected: this one bounds the connecting, too.
        signal: AbortSignal.timeout(options.patienceMs ?? timeoutMs),
      });
      const body = bodyOf(data);
      return { status, body, reason: reasonOf(body, data) };
    } catch (error) {
      throw error instanceof MqwardenError ? error : connectionError(url.host, error);
    }
  };
  return {
    username,
    endpoint: url.host,
    request,
    async get(path, options) {
      const answer = await request('GET', path, options);
      if (answer.status === 200) return answer.body;
      throw refused({ username, endpoint: url.host }, `GET /api/${path.join('/')}`, answer);
    },
    close: () => agent.destroy(),
  };
}

/** URLs resolve `.` and `..` away even when encoded: a DELETE of such a name would hit what holds it. */
function encodeSegment(segment: string): string {
  if (segment === '.' || segment === '..') {
    throw new BrokerError(`the management API cannot address the name "${segment}"`, {
      hint: 'use rabbitmqctl on the broker for it',
    });
  }
  return encodeURIComponent(segment);
}

function bodyOf(text: string): unknown {
  try {
    return text === '' ? undefined : parseJson(text);
  } catch {
    return undefined;
  }
}

/** More than this is no reason. Never cut: the half of a secret that was echoed would pass the redaction. */
const longestReason = 200;

/** `{"error": "bad_request", "reason": "…"}`; a page of a proxy in between is no reason. */
function reasonOf(body: unknown, text: string): string {
  if (typeof body === 'object' && body !== null) {
    // What 4.x says to a wrong password, where 3.10 says "Login failed": no reason, only the status again.
    if ('reason' in body && body.reason === 'Not_Authorized') return '';
    if ('reason' in body && typeof body.reason === 'string') return body.reason;
    if ('error' in body && typeof body.error === 'string') return body.error;
  }
  return body === undefined && !text.includes('<') && text.length <= longestReason ? text.trim() : '';
}

/** What a refusal of a read means. */
function refused(
  admin: Pick<Admin, 'username' | 'endpoint'>,
  what: string,
  { status, reason }: Answer,
): MqwardenError {
  const { endpoint, username } = admin;
  const words = reason === '' ? '' : ` (${reason})`;
  if (status === 401) {
    return new ConnectionError(`${endpoint} refused the administrator "${username}"${words}`, {
      endpoint,
      hint: 'check admin.username and admin.password, and that the user has the tag administrator',
    });
  }
  if (status === 400 && /plain HTTP|HTTPS port/i.test(reason)) return connectionError(endpoint, undefined);
  return new BrokerError(`${endpoint} answered ${what} with ${status}${words}`, {
    endpoint,
    hint:
      status >= 500
        ? 'see the log of the broker'
        : 'check that managementUrl is the address of a RabbitMQ management API',
  });
}
