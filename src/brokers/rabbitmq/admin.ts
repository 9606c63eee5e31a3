import { X509Certificate } from 'node:crypto';
import { createSecureContext } from 'node:tls';
import type { Context, Permit } from '../../core/broker.ts';
import { type Placed, whoLogsIn } from '../../core/landscape.ts';
import { BrokerError, ConnectionError, messageOf, MqwardenError, type Position } from '../../core/errors.ts';
import type { Call } from './amqps.ts';
import { connectionError } from './causes.ts';
import { type Http, openHttp } from './http.ts';
import { parseJson } from './json.ts';
import type { RabbitEnvironment, RabbitService } from './schema.ts';

/** The management API over HTTPS, as the administrator of the environment. */
export interface Admin {
  readonly username: string;
  /** `rabbitmq.internal:15671`, for messages. */
  readonly endpoint: string;
  /**
   * Any status is an answer for the caller to judge. Throws ConnectionError where none came, and what `permit` throws. `path` are the parts after
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
  /** Asked when the connection is there, right before the request is sent; what it throws ends the request. */
  readonly permit?: Permit;
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
  const pem = await pemOf(tls, target, context);
  const password = await context.secret(admin.password, target.locate(['admin', 'password']));
  const { serverName } = tls;
  return {
    username: admin.username,
    password,
    tls: { ...pem, ...(serverName === undefined ? {} : { serverName }) },
  };
}

/**
 * What a service connects with: the environment's authority, and its own certificate where it has one. Without one, a broker that
 * wants to see any is shown the administrator's; never where the certificate says who it is.
 */
export async function clientTls(
  target: Placed<RabbitEnvironment>,
  service: Placed<RabbitService>,
  context: Context,
): Promise<Call['tls']> {
  const { ca, cert, key, serverName } = target.section.tls ?? {};
  const { tls: own, auth } = service.section;
  const given = { ca, ...(own?.cert === undefined && auth !== 'certificate' ? { cert, key } : {}) };
  const [shared, its] = [await pemOf(given, target, context), await pemOf(own ?? {}, service, context)];
  return { ...shared, ...its, ...(serverName === undefined ? {} : { serverName }) };
}

/** The files of a `tls` section; a key is kept out of every output. */
async function pemOf(
  files: { readonly [Key in keyof Pem]?: string | undefined },
  at: Pick<Placed<unknown>, 'locate'>,
  context: Context,
): Promise<Pem> {
  const file = async (key: keyof Pem) => {
    const path = files[key];
    return path === undefined ? {} : { [key]: await context.file(path, at.locate(['tls', key])) };
  };
  const pem = Object.assign({}, ...(await Promise.all([file('ca'), file('cert'), file('key')]))) as Pem;
  if (pem.key !== undefined) context.conceal(pem.key);
  requireCertificates(pem, at);
  return pem;
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
  const token = Buffer.from(`${username}:${password}`, 'utf8').toString('base64');
  context.conceal(token);
  const servername = serverName === undefined ? {} : { servername: serverName };
  const http = connectTo(url, { ...pem, ...servername }, context.timeoutMs);
  const headers = { Authorization: `Basic ${token}`, ...everyRequest };
  return adminOver(
    http,
    headers,
    { endpoint: url.host, username, ...whoIs(username, target) },
    context.timeoutMs,
  );
}

/** Who asks, for messages. */
interface Asking {
  readonly endpoint: string;
  readonly username: string;
  /** `the administrator` */
  readonly title: string;
  readonly hint: string;
  readonly position?: Position;
}

function whoIs(
  username: string,
  target: Placed<RabbitEnvironment>,
): Pick<Asking, 'title' | 'hint' | 'position'> {
  if (username !== target.section.admin.username)
    return { title: 'the user', hint: 'check its user name and password' };
  const { title, key, position } = whoLogsIn(target);
  const tag = key === 'admin' ? ', and that the user has the tag administrator' : '';
  return { title, position, hint: `check ${key}.username and ${key}.password${tag}` };
}

/** Limits are refused with 406 to who accepts JSON only. */
const everyRequest = { Accept: '*/*', 'User-Agent': 'mqwarden' };

interface Pem {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
}

/** A file without any certificate would be taken in silence, and trust nobody. */
function requireCertificates({ ca, cert, key }: Pem, at: Pick<Placed<unknown>, 'locate'>): void {
  try {
    for (const pem of [ca, cert]) if (pem !== undefined) new X509Certificate(pem);
    createSecureContext({ ...(cert === undefined ? {} : { cert }), ...(key === undefined ? {} : { key }) });
  } catch (error) {
    throw new ConnectionError(`the TLS files for RabbitMQ cannot be used: ${messageOf(error)}`, {
      position: at.locate(['tls']),
      hint: 'tls.ca, tls.cert and tls.key must be PEM files; the key must belong to the certificate, without a passphrase',
    });
  }
}

function connectTo(url: URL, tls: object, silenceMs: number): Http {
  try {
    return openHttp(url, { connections: atATime, silenceMs, tls });
  } catch (error) {
    throw connectionError(url.host, error);
  }
}

function adminOver(
  http: Http,
  common: Readonly<Record<string, string>>,
  asking: Asking,
  timeoutMs: number,
): Admin {
  const { endpoint, username } = asking;
  const request: Admin['request'] = async (method, path, options = {}) => {
    const query = options.query === undefined ? '' : `?${String(new URLSearchParams(options.query))}`;
    const body = options.body === undefined ? undefined : JSON.stringify(options.body);
    const typed = body === undefined ? {} : { 'Content-Type': 'application/json' };
    const exchange = {
      method,
      path: `/api/${path.map(encodeSegment).join('/')}${query}`,
      headers: { ...common, ...typed, ...options.headers },
      body,
      patienceMs: options.patienceMs ?? timeoutMs,
      permit: options.permit,
    };
    try {
      const { status, text } = await http.exchange(exchange);
      const answer = bodyOf(text);
      return { status, body: answer, reason: reasonOf(answer, text) };
    } catch (error) {
      // What `permit` threw: whoever stopped it is no connection that broke.
      throw error instanceof MqwardenError ? error : connectionError(endpoint, error);
    }
  };
  return {
    username,
    endpoint,
    request,
    async get(path, options) {
      const answer = await request('GET', path, options);
      if (answer.status === 200) return answer.body;
      throw refused(asking, `GET /api/${path.join('/')}`, answer);
    },
    close: () => http.close(),
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
  { endpoint, username, title, hint, position }: Asking,
  what: string,
  { status, reason }: Answer,
): MqwardenError {
  const words = reason === '' ? '' : ` (${reason})`;
  if (status === 401) {
    return new ConnectionError(`${endpoint} refused ${title} "${username}"${words}`, {
      endpoint,
      hint,
      position,
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
