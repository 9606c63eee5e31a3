import { randomBytes } from 'node:crypto';
import { rabbitmq } from '../../src/brokers/rabbitmq/index.ts';
import type { RabbitChange, RabbitResource } from '../../src/brokers/rabbitmq/resources.ts';
import type { Context, Credential, Credentials, Outcome } from '../../src/core/broker.ts';
import { decide } from '../../src/core/decide.ts';
import { cautious, type Decisions } from '../../src/core/decisions.ts';
import { diff, type Difference, type Kinds } from '../../src/core/diff.ts';
import { schedule } from '../../src/core/schedule.ts';
import { startRabbitMQ, type RabbitMQ, type RabbitOptions } from '../brokers/rabbitmq.ts';
import { landscape } from './support.ts';

/** A real RabbitMQ with the reader and writer pointed at it. */
export interface Site {
  readonly broker: RabbitMQ;
  readonly context: Context;
  readonly credentials: Credentials;
  readonly stored: Map<string, Credential>;
  readonly concealed: Set<string>;
  /** The environment section, with what the test wants different. */
  section(over?: object): object;
  api(
    method: string,
    path: string,
    body?: unknown,
    as?: Credential,
  ): Promise<{ status: number; body: unknown }>;
}

export async function startSite(options: RabbitOptions = {}): Promise<Site> {
  const broker = await startRabbitMQ(options);
  const stored = new Map<string, Credential>();
  const concealed = new Set<string>();
  return {
    broker,
    stored,
    concealed,
    context: contextOf(broker, concealed),
    credentials: {
      has: (path) => Promise.resolve(stored.has(path)),
      read: (path) => Promise.resolve(stored.get(path)),
      ensure(path, username) {
        const credential = stored.get(path) ?? { username, password: randomBytes(32).toString('base64url') };
        stored.set(path, credential);
        return Promise.resolve(credential);
      },
    },
    section: (over = {}) => ({
      managementUrl: broker.managementUrl,
      amqpsUrl: broker.amqpsUrl,
      tls: { ca: broker.caFile },
      admin: { username: broker.admin.username, password: 'env:ADMIN' },
      ...over,
    }),
    api: (method, path, body, as = broker.admin) => call(broker, method, path, body, as),
  };
}

function contextOf(broker: RabbitMQ, concealed: Set<string>): Context {
  return {
    secret: (reference) =>
      Promise.resolve(reference === 'env:ADMIN' ? broker.admin.password : reference.slice('env:'.length)),
    file: (path) => Promise.resolve(path === broker.caFile ? broker.ca : path),
    conceal: (secret) => concealed.add(secret),
    timeoutMs: 5_000,
    correlationId: 'test',
    progress: () => undefined,
  };
}

/** The management API by another way than the code under test. */
async function call(broker: RabbitMQ, method: string, path: string, body: unknown, as: Credential) {
  const { request } = await import('node:https');
  const token = Buffer.from(`${as.username}:${as.password}`).toString('base64');
  return new Promise<{ status: number; body: unknown }>((resolve, reject) => {
    const url = `${broker.managementUrl}/api/${path}`;
    const headers = { authorization: `Basic ${token}`, 'content-type': 'application/json' };
    const sent = request(url, { method, ca: broker.ca, headers }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      answer.on('end', () => {
        const text = Buffer.concat(chunks).toString('utf8');
        resolve({ status: answer.statusCode ?? 0, body: text === '' ? undefined : JSON.parse(text) });
      });
    });
    sent.on('error', reject);
    sent.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

export type Services = Readonly<Record<string, object>>;

export interface Wanted {
  readonly services: Services;
  readonly vhost?: unknown;
  readonly vhosts?: Readonly<Record<string, unknown>>;
  readonly claims?: readonly string[];
  readonly decisions?: Partial<Decisions>;
}

/** Reads and diffs, as plan does. */
export async function difference(site: Site, wanted: Wanted): Promise<Difference<RabbitResource>> {
  const { vhost = 'production', vhosts = {}, claims = [] } = wanted;
  const land = landscape(wanted.services, site.section({ vhost, vhosts }), { claims });
  const compiled = rabbitmq.compile(land);
  const reading = await rabbitmq.read(land.environment, { desired: compiled.resources }, site.context);
  return diff({ kinds: kindsOf(), compiled, reading, ground: rabbitmq.ground(land, compiled) });
}

function kindsOf(): Kinds<RabbitResource> {
  return rabbitmq.kinds;
}

export interface Applied {
  /** `create rabbitmq:queue:…: done`, in the order of their outcomes. */
  readonly lines: readonly string[];
  readonly blocked: readonly string[];
  /** What a second plan would do. */
  readonly left: readonly string[];
  readonly difference: Difference<RabbitResource>;
}

/** Plans, writes phase by phase, and plans again. */
export async function converge(site: Site, wanted: Wanted): Promise<Applied> {
  const decisions = { ...cautious, ...wanted.decisions };
  const first = await difference(site, wanted);
  const decided = decide(kindsOf(), first, decisions);
  const lines: string[] = [];
  for (const phase of schedule(kindsOf(), decided.changes, first)) {
    lines.push(
      ...(
        await write(
          site,
          phase.map(({ change }) => change),
        )
      ).map((one) => one.line),
    );
  }
  const second = await difference(site, wanted);
  return {
    lines,
    blocked: decided.blocked.map(({ action, address }) => `${action} ${address}`),
    left: second.changes.map(({ action, address }) => `${action} ${address}`),
    difference: first,
  };
}

/** Nobody else writes, and nobody keeps a record. */
export const unwatched = { permit: () => Promise.resolve(), record: () => undefined };

export interface Written {
  readonly line: string;
  readonly outcome: Outcome;
}

export async function write(site: Site, changes: readonly unknown[], over: object = {}): Promise<Written[]> {
  const { environment } = landscape({}, site.section({ vhost: 'production', ...over }));
  const writer = await rabbitmq.writer(environment, site.context, site.credentials, unwatched);
  const written: Written[] = [];
  try {
    await writer.write(changes as RabbitChange[], ({ action, address }, outcome) => {
      const end = outcome.status === 'done' ? 'done' : `${outcome.status}: ${outcome.error}`;
      written.push({ line: `${action} ${address}: ${end}`, outcome });
    });
  } finally {
    await writer.close();
  }
  return written;
}
