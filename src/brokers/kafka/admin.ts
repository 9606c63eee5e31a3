import { once } from 'node:events';
import { isIP } from 'node:net';
import type { SecureContext } from 'node:tls';
import { type API, apiVersionsV3, Connection, protocolAPIsById, ResponseError } from '@platformatic/kafka';
import type { Context, Credential } from '../../core/broker.ts';
import { hostAndPort, withoutBrackets } from '../../core/host.ts';
import { type Placed, whoLogsIn } from '../../core/landscape.ts';
import type { Login as ServiceLogin } from '../../core/proof.ts';
import { BrokerError, LoginRefused } from '../../core/errors.ts';
import { failureOf, requestError, type Who } from './causes.ts';
import { type Attempt, firstOf } from './race.ts';
import type { KafkaEnvironment, KafkaService } from './schema.ts';
import { secureContext, type TlsFiles } from './secure-context.ts';

/**
 * The administrator's connection: TLS and SCRAM-SHA-512, one connection to one broker, which forwards to the controller what
 * is the controller's (KRaft; KIP-590). The client's own Admin class is not used: it makes one answer of a whole batch, sends
 * one set of configs for all topics, and tries a wrong password four times.
 */
export interface Session {
  readonly endpoint: string;
  readonly admin: string;
  /** How long the broker may take over one request. */
  readonly timeoutMs: number;
  /**
   * Sends one request. Errors of single items do not throw: they stand in the response. Throws ConnectionError where no
   * answer came, BrokerError where it cannot be read.
   */
  call<Arguments extends unknown[], Response>(
    api: API<Arguments, Response>,
    ...args: NoInfer<Arguments>
  ): Promise<Response>;
  close(): Promise<void>;
}

/** What is needed to connect to any broker of the cluster. */
export interface Dialer {
  readonly admin: string;
  /** The first of the topology's brokers that lets the administrator in. */
  first(): Promise<Session>;
  to(host: string, port: number): Promise<Session>;
}

interface Login {
  readonly username: string;
  /** Undefined: the client certificate says who it is. */
  readonly password: string | undefined;
  /** For messages. */
  readonly who: Who;
  readonly secureContext: SecureContext;
  readonly serverName: string | undefined;
  readonly requestTimeoutMs: number;
  readonly clientId: string;
}

/** Resolves the secret and reads the files; connects to nothing yet. */
export async function prepare(
  target: Placed<KafkaEnvironment>,
  context: Context,
  requestTimeoutMs = context.timeoutMs,
): Promise<Dialer> {
  const { admin } = target.section;
  const password = await context.secret(admin.password, target.locate(['admin', 'password']));
  const { title, key, position } = whoLogsIn(target);
  const hint = `check ${key}.username, and what ${key}.password refers to`;
  const who = { name: `${title} ${admin.username}`, hint, position };
  return sharingTls(target, { username: admin.username, password, who, requestTimeoutMs }, context);
}

/** With the TLS files of the environment. */
async function sharingTls(
  target: Placed<KafkaEnvironment>,
  login: Pick<Login, 'username' | 'password' | 'who' | 'requestTimeoutMs'>,
  context: Context,
): Promise<Dialer> {
  const { brokers, tls = {} } = target.section;
  const secure = await secureContext([{ files: tls, at: target }], context);
  const clientId = `mqwarden-${context.correlationId}`;
  return dialerAs(
    { ...login, secureContext: secure, serverName: tls.serverName, clientId },
    brokers,
    context,
  );
}

/** Whether this credential is let in. Throws ConnectionError where no broker can be reached. */
export async function logsIn(
  target: Placed<KafkaEnvironment>,
  context: Context,
  credential: Credential,
): Promise<boolean> {
  const who = { name: credential.username, hint: 'check that the user is on the broker' };
  const { username, password } = credential;
  const login = { username, password, who, requestTimeoutMs: context.timeoutMs };
  const dialer = await sharingTls(target, login, context);
  try {
    await (await dialer.first()).close();
    return true;
  } catch (error) {
    if (error instanceof LoginRefused) return false;
    throw error;
  }
}

/**
 * The same for a service: with its own certificate where it has one. Without one, a broker that wants to see any is shown the
 * administrator's; never where the certificate says who it is.
 */
export function prepareAs(
  target: Placed<KafkaEnvironment>,
  login: AsService,
  context: Context,
): Promise<Dialer> {
  return preparingAs(target, context)(login);
}

type AsService = Pick<ServiceLogin<KafkaService>, 'service' | 'username' | 'password'>;

/** The same for many, of whom most have the same files: each is read once. */
export function preparingAs(
  target: Placed<KafkaEnvironment>,
  context: Context,
): (login: AsService) => Promise<Dialer> {
  const contexts = new Map<string, Promise<SecureContext>>();
  const contextOf = (given: readonly TlsFiles[]) => {
    const key = JSON.stringify(given.map(({ files, at }) => [files, at.locate(['tls']).file]));
    const known = contexts.get(key) ?? secureContext(given, context);
    contexts.set(key, known);
    return known;
  };
  const { brokers, certificateBrokers = brokers, tls: { ca, cert, key, serverName } = {} } = target.section;
  return async ({ service, username, password }) => {
    const { tls: own } = service.section;
    const shared = own?.cert === undefined && password !== undefined ? { ca, cert, key } : { ca };
    const hint =
      password === undefined
        ? 'check that the listener asks for certificates, trusts its authority, and maps its name (ssl.principal.mapping.rules)'
        : 'check that the user is on the broker, and that the secret store has its password';
    return dialerAs(
      {
        username,
        password,
        who: { name: username, hint },
        secureContext: await contextOf([
          { files: shared, at: target },
          ...(own === undefined ? [] : [{ files: own, at: service }]),
        ]),
        serverName,
        requestTimeoutMs: context.timeoutMs,
        clientId: `mqwarden-verify-${context.correlationId}`,
      },
      password === undefined ? certificateBrokers : brokers,
      context,
    );
  };
}

function dialerAs(login: Login, brokers: readonly string[], context: Context): Dialer {
  const connectTo = (endpoints: readonly Endpoint[]) =>
    firstOf(endpoints, context.timeoutMs, attemptAs(login));
  return {
    admin: login.username,
    first: () => connectTo(brokers.map(parseEndpoint)),
    to: (host, port) => connectTo([{ host, port }]),
  };
}

interface Endpoint {
  readonly host: string;
  readonly port: number;
}

function parseEndpoint(text: string): Endpoint {
  const colon = text.lastIndexOf(':');
  return { host: withoutBrackets(text.slice(0, colon)), port: Number(text.slice(colon + 1)) };
}

/** From the first packet to what the broker offers: all of it in the time that a connection may take. */
function attemptAs(login: Login): Attempt<Endpoint, Session> {
  return async (endpoint, timeoutMs, over) => {
    const connection = newConnection(endpoint, login, timeoutMs);
    let mechanisms: readonly string[] = [];
    connection.on('sasl:handshake', (offered) => {
      mechanisms = offered;
    });
    // Without a listener a late error of the socket would end the process; the first one tells more than what follows it.
    let first: unknown;
    connection.on('error', (error) => {
      first ??= error;
    });
    try {
      // The client's own bound on a handshake ends before the versions are asked for, which a hanging broker may never tell.
      const end = AbortSignal.any([over, AbortSignal.timeout(timeoutMs)]);
      const offered = await Promise.race([logIn(connection, endpoint), timedOut(end)]);
      return { session: sessionOf(connection, hostAndPort(endpoint), login, offered) };
    } catch (error) {
      discard(connection);
      const attempt = { endpoint: hostAndPort(endpoint), who: login.who, timeoutMs, mechanisms };
      return { failure: failureOf(first ?? error, attempt) };
    }
  };
}

async function logIn(
  connection: Connection,
  { host, port }: Endpoint,
): Promise<ReadonlyMap<number, VersionRange>> {
  await connection.connect(host, port);
  const versions = await apiVersionsV3.api.async(connection, 'mqwarden', '1');
  return new Map(versions.apiKeys.map((key) => [key.apiKey, key]));
}

async function timedOut(end: AbortSignal): Promise<never> {
  await once(end, 'abort');
  throw new Error('timed out');
}

/** Closing clears the client's timers, which would keep the process alive; destroying does not wait for the other end. */
function discard(connection: Connection): void {
  void connection.close();
  connection.socket.destroy();
}

function newConnection(endpoint: Endpoint, login: Login, connectTimeout: number): Connection {
  const serverName = login.serverName ?? (isIP(endpoint.host) === 0 ? endpoint.host : undefined);
  return new Connection(login.clientId, {
    connectTimeout,
    requestTimeout: login.requestTimeoutMs,
    // Explicit, so that NODE_TLS_REJECT_UNAUTHORIZED cannot turn the check off.
    tls: { secureContext: login.secureContext, rejectUnauthorized: true },
    ...(serverName === undefined ? {} : { tlsServerName: serverName }),
    ...saslOf(login),
  });
}

function saslOf({ username, password }: Login) {
  return password === undefined ? {} : { sasl: { mechanism: 'SCRAM-SHA-512' as const, username, password } };
}

interface VersionRange {
  readonly minVersion: number;
  readonly maxVersion: number;
}

function sessionOf(
  connection: Connection,
  endpoint: string,
  login: Login,
  offered: ReadonlyMap<number, VersionRange>,
): Session {
  return {
    endpoint,
    admin: login.username,
    timeoutMs: login.requestTimeoutMs,
    async call(api, ...args) {
      const name = protocolAPIsById[api.key] ?? `request ${api.key}`;
      const range = offered.get(api.key);
      if (range === undefined || api.version < range.minVersion || api.version > range.maxVersion) {
        const hint = 'mqwarden needs Kafka 3.7 or newer';
        throw new BrokerError(`Kafka at ${endpoint} does not offer ${name} version ${api.version}`, {
          endpoint,
          hint,
        });
      }
      try {
        return await api.async(connection, ...args);
      } catch (error) {
        // Thrown for an error anywhere in the answer, with the whole answer on it: the caller looks at each item.
        if (error instanceof ResponseError) return error['response'] as Awaited<ReturnType<typeof api.async>>;
        throw requestError(error, name, endpoint, login.requestTimeoutMs);
      }
    },
    close: () => connection.close(),
  };
}
