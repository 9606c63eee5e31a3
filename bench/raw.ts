/** The brokers by their bare protocols, with nothing of src/: what a floor is made of, and how a benchmark cleans up. */
import { readFileSync } from 'node:fs';
import { Agent } from 'node:https';
import { Connection } from '@platformatic/kafka';
import axios from 'axios';

/** More at a time gains nothing, as mqwarden has found too. */
const atATime = 16;

export interface Endpoint {
  readonly url: string;
  readonly caFile: string;
  readonly username: string;
  readonly password: string;
}

export interface RawRabbitMQ {
  /** The text of the answer; throws for a status of 400 or more. */
  call(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<string>;
  close(): void;
}

export function rawRabbitMQ({ url, caFile, username, password }: Endpoint): RawRabbitMQ {
  const agent = new Agent({ keepAlive: true, maxSockets: atATime, ca: readFileSync(caFile) });
  const client = axios.create({
    httpsAgent: agent,
    auth: { username, password },
    proxy: false,
    maxRedirects: 0,
    responseType: 'text',
    transformResponse: (text: unknown) => text,
    validateStatus: () => true,
  });
  return {
    async call(method, path, body, headers = {}) {
      const type = body === undefined ? {} : { 'content-type': 'application/json' };
      const { status, data } = await client.request<string>({
        method,
        url: `${url}/api${path}`,
        headers: { ...type, ...headers },
        ...(body === undefined ? {} : { data: JSON.stringify(body) }),
      });
      if (status < 400) return data;
      throw new Error(`${method} ${path}: ${status} ${data}`);
    },
    close: () => agent.destroy(),
  };
}

/** Over all items, 16 at a time. */
export async function together<T>(items: readonly T[], work: (item: T) => Promise<unknown>): Promise<void> {
  const waiting = items.values();
  const lane = async () => {
    for (const item of waiting) await work(item);
  };
  await Promise.all(Array.from({ length: atATime }, lane));
}

export async function rawKafka({ url, caFile, username, password }: Endpoint): Promise<Connection> {
  const [host = '', port] = url.split(':');
  const connection = new Connection('bench', {
    tls: { ca: readFileSync(caFile) },
    tlsServerName: host,
    sasl: { mechanism: 'SCRAM-SHA-512', username, password },
  });
  await connection.connect(host, Number(port));
  return connection;
}

/** By 1,000. */
export function batchesOf<T>(items: readonly T[]): T[][] {
  return Array.from({ length: Math.ceil(items.length / 1000) }, (_, batch) =>
    items.slice(batch * 1000, (batch + 1) * 1000),
  );
}
