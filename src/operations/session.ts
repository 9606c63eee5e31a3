import { append } from '../core/append.ts';
import { randomUUID } from 'node:crypto';
import { dirname, resolve } from 'node:path';
import { brokers as registry } from '../brokers/index.ts';
import type { Broker, Context, Credentials } from '../core/broker.ts';
import { MqwardenError, type Position, type Problem, TopologyError, UsageError } from '../core/errors.ts';
import type { Kinds } from '../core/diff.ts';
import type { Resource } from '../core/resource.ts';
import { readRegularFile } from '../files/read.ts';
import { whyOf } from '../files/why.ts';
import { credentialsFor } from '../secrets/credentials.ts';
import type { Redaction } from '../secrets/redact.ts';
import { openStore } from '../secrets/open.ts';
import type { SecretStore } from '../secrets/store.ts';
import { resolveReference } from '../secrets/resolve.ts';
import { checkEnvironments } from '../topology/check.ts';
import {
  type EnvironmentDeclaration,
  type LoadOptions,
  loadTopology,
  type Topology,
} from '../topology/load.ts';
import { type Site, siteOf } from './site.ts';

export type { Site } from './site.ts';

export interface SessionOptions {
  /** A file or a folder. */
  readonly topology: string;
  /** The environment's name; where the topology has only one, it may be left out. */
  readonly environment?: string | undefined;
  /** What names it, if not the person who asks: the variable MQWARDEN_ENV. */
  readonly environmentBy?: string | undefined;
  /** Only this broker. */
  readonly only?: string | undefined;
  readonly variables: Readonly<Record<string, string | undefined>>;
  readonly redaction: Redaction;
  readonly progress: (text: string) => void;
  /** Whether secrets may be had by commands, `exec:`. */
  readonly allowExec?: boolean | undefined;
  /** Milliseconds a connection or a request may take. */
  readonly timeoutMs?: number;
}

/** A topology opened for one environment: everything known before any broker is asked. */
export interface Session {
  readonly topology: Topology;
  readonly environment: EnvironmentDeclaration;
  readonly sites: readonly Site[];
  readonly context: Context;
  readonly credentials: Credentials;
  /** The store of the services' credentials; undefined where the environment names none. Throws SecretError for one of no use. */
  readonly store: () => SecretStore | undefined;
  readonly correlationId: string;
}

/** All kinds of all brokers, by their full name. */
export const kinds: Kinds<Resource> = Object.assign(
  {},
  ...registry.map((broker) => broker.kinds),
) as Kinds<Resource>;

/**
 * Loads, checks and compiles; reaches no broker and reads no secret. With `withoutServices`, those that there are do not count,
 * and environments are enough.
 */
export async function openSession(
  options: SessionOptions,
  { withoutServices = false }: LoadOptions = {},
): Promise<Session> {
  checkBroker(options.only);
  const topology = await loadTopology(options.topology, registry, options.variables, options.environment, {
    withoutServices,
  });
  checkEnvironments(topology, registry);
  const environment = chooseEnvironment(topology, options);
  const brokers = registry.filter((broker) => options.only === undefined || broker.name === options.only);
  const sites = onEach(brokers, (broker) => siteOf(topology, environment, broker, withoutServices));
  if (sites.length === 0) {
    const names = options.only ?? registry.map(({ name }) => name).join(' or ');
    throw new UsageError(
      `environment ${environment.name} has no ${options.only ?? 'broker'} section`,
      `write environments.${environment.name}.${names} in the topology`,
    );
  }
  const correlationId = randomUUID();
  const storeAt = topology.locate(['environments', environment.name, 'secrets']);
  const { secrets } = environment;
  let opened: SecretStore | undefined;
  const store =
    secrets === undefined ? undefined : () => (opened ??= openStore(secrets, storeAt, storeOptions(options)));
  return {
    topology,
    environment,
    sites,
    context: makeContext(options, correlationId),
    credentials: credentialsFor(store, storeAt, storeOptions(options)),
    store: () => store?.(),
    correlationId,
  };
}

function checkBroker(name: string | undefined): void {
  const names = registry.map((broker) => broker.name);
  if (name !== undefined && !names.includes(name)) {
    throw new UsageError(`there is no broker ${name}`, `choose one: --only ${names.join(' | --only ')}`);
  }
}

/** What is wrong on one broker does not hide what is wrong on the other. */
function onEach(brokers: readonly Broker[], siteOn: (broker: Broker) => Site[]): Site[] {
  const problems: Problem[] = [];
  const sites = brokers.flatMap((broker) => {
    try {
      return siteOn(broker);
    } catch (error) {
      if (!(error instanceof TopologyError)) throw error;
      append(problems, error.problems);
      return [];
    }
  });
  if (problems.length > 0) throw new TopologyError(problems);
  return sites;
}

function chooseEnvironment(
  topology: Topology,
  { environment, environmentBy }: SessionOptions,
): EnvironmentDeclaration {
  const names = [...topology.environments.keys()];
  const [only, ...others] = names;
  const name = environment ?? (others.length === 0 ? only : undefined);
  const found = name === undefined ? undefined : topology.environments.get(name);
  if (found !== undefined) return found;
  if (name === '') throw new UsageError('the name that --env gives is empty', chosen(names));
  throw new UsageError(
    name === undefined
      ? 'the topology has several environments'
      : `the topology has no environment ${name}${environmentBy === undefined ? '' : `, which ${environmentBy} names`}`,
    chosen(names),
  );
}

function chosen(names: readonly string[]): string {
  return `choose one: --env ${names.join(' | --env ')}`;
}

function storeOptions({ variables, timeoutMs, allowExec, redaction }: SessionOptions) {
  return { variables, timeoutMs, allowExec, conceal: (secret: string) => redaction.add(secret) };
}

async function secretAt(reference: string, at: Position, options: SessionOptions): Promise<string> {
  const secret = await resolveReference(reference, at, storeOptions(options));
  options.redaction.add(secret);
  return secret;
}

function makeContext(options: SessionOptions, correlationId: string): Context {
  const conceal = (secret: string) => options.redaction.add(secret);
  const known = new Map<string, Promise<string>>();
  return {
    // Many rotations open many connections: a command, or a store, is asked once for all.
    secret(reference, at) {
      const key = JSON.stringify([reference, at.file]);
      const asked = known.get(key) ?? secretAt(reference, at, options);
      known.set(key, asked);
      asked.catch(() => known.delete(key));
      return asked;
    },
    async file(path, at) {
      const full = resolve(dirname(at.file), path);
      // Certificates: the bundle of all public authorities takes a quarter of one.
      const read = await readRegularFile(full, { maxMegabytes: 4 }).catch((cause: unknown) => {
        throw new MqwardenError('MQWARDEN_FILE', `cannot read ${path}: ${whyOf(cause)}`, {
          position: at,
          hint: 'relative paths are looked up from the folder of the file that names them',
          cause,
        });
      });
      return read.bytes.toString('utf8');
    },
    conceal,
    timeoutMs: options.timeoutMs ?? 10_000,
    correlationId,
    progress: options.progress,
  };
}
