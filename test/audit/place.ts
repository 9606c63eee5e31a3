import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cautious } from '../../src/core/decisions.ts';
import type { Finding } from '../../src/core/finding.ts';
import { openAuditLog } from '../../src/history/audit-log.ts';
import { apply } from '../../src/operations/apply.ts';
import { audit, type Audit } from '../../src/operations/audit.ts';
import type { SessionOptions } from '../../src/operations/session.ts';
import { Redaction } from '../../src/secrets/redact.ts';
import type { Kafka } from '../brokers/kafka.ts';
import type { RabbitMQ } from '../brokers/rabbitmq.ts';

/** Brokers of their own, with a topology that stands on them: what another test file does is nothing to an audit of these. */
export interface Place {
  readonly folder: string;
  readonly variables: Readonly<Record<string, string>>;
  /** With other sections, for who else could ask; `more` are variables. */
  audit(over?: Asking): Promise<Audit>;
  readonly section: (broker: string) => object;
  /** The passwords of the store, by `rabbitmq/shop`. */
  readonly stored: (path: string) => Promise<{ readonly username: string; readonly password: string }>;
  readonly store: (path: string, credential: object) => Promise<void>;
  remove(): Promise<void>;
}

interface Asking {
  readonly section?: Readonly<Record<string, object>>;
  readonly more?: Readonly<Record<string, string>>;
  readonly only?: string;
  readonly credentials?: boolean;
  readonly timeoutMs?: number;
}

interface Brokers {
  readonly rabbitmq?: Pick<RabbitMQ, 'clientCertificate' | 'ca' | 'admin' | 'managementUrl' | 'amqpsUrl'>;
  readonly kafka?: Pick<Kafka, 'clientCertificate' | 'ca' | 'admin' | 'brokers'>;
}

export async function openPlace(
  { rabbitmq, kafka }: Brokers,
  services: object,
  over: object = {},
): Promise<Place> {
  const folder = await mkdtemp(join(tmpdir(), 'mqwarden-audit-'));
  const save = (file: string, text: string) => writeFile(join(folder, file), text);
  const variables: Record<string, string> = {};
  const sections: Record<string, object> = {};
  if (rabbitmq !== undefined) {
    const { cert, key } = await rabbitmq.clientCertificate('auditor');
    await save('rabbitmq.pem', rabbitmq.ca);
    await save('client.pem', cert);
    await save('client.key', key);
    variables['RABBIT'] = rabbitmq.admin.password;
    sections['rabbitmq'] = {
      managementUrl: rabbitmq.managementUrl,
      amqpsUrl: rabbitmq.amqpsUrl,
      vhost: 'production',
      tls: { ca: 'rabbitmq.pem', cert: 'client.pem', key: 'client.key' },
      admin: { username: rabbitmq.admin.username, password: 'env:RABBIT' },
    };
  }
  if (kafka !== undefined) {
    const { cert, key } = await kafka.clientCertificate('auditor');
    await save('kafka.pem', kafka.ca);
    await save('kafka-client.pem', cert);
    await save('kafka-client.key', key);
    variables['KAFKA'] = kafka.admin.password;
    sections['kafka'] = {
      brokers: kafka.brokers,
      tls: { ca: 'kafka.pem', cert: 'kafka-client.pem', key: 'kafka-client.key' },
      admin: { username: kafka.admin.username, password: 'env:KAFKA' },
    };
  }
  const write = (file: string, some: object) => {
    const environments = { test: { ...sections, secrets: 'file:secrets', ...over, ...some } };
    return save(file, JSON.stringify({ version: 1, name: 'shop', environments, services }));
  };
  await write('mqwarden.yaml', {});
  const session = () => ({
    topology: join(folder, 'mqwarden.yaml'),
    variables,
    redaction: new Redaction(),
    progress: () => undefined,
  });
  await stand(session(), folder);
  return {
    folder,
    variables,
    section: (broker) => sections[broker] ?? {},
    audit: async ({ section, more, ...rest } = {}) => {
      const base = { ...session(), ...rest, now: new Date(), variables: { ...variables, ...more } };
      if (section === undefined) return audit(base);
      await write('other.yaml', section);
      return audit({ ...base, topology: join(folder, 'other.yaml') });
    },
    stored: async (path) =>
      JSON.parse(await readFile(join(folder, 'secrets', `${path}.json`), 'utf8')) as {
        username: string;
        password: string;
      },
    store: (path, credential) =>
      writeFile(join(folder, 'secrets', `${path}.json`), JSON.stringify(credential)),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

async function stand(session: SessionOptions, folder: string): Promise<void> {
  const failures: string[] = [];
  await apply({
    ...session,
    decisions: cautious,
    now: () => new Date(),
    confirm: () => Promise.resolve(true),
    auditLog: () =>
      openAuditLog(join(folder, 'audit.jsonl'), { who: 'test', host: 'test', now: () => new Date() }),
    report: (change, outcome) => {
      if (outcome.status !== 'done') failures.push(`${change.address}: ${outcome.error}`);
    },
    redact: (text) => text,
    lock: 'none',
  });
  if (failures.length > 0) throw new Error(`the topology does not stand: ${failures.join('\n')}`);
}

/** What is published about a version is the same whatever is set up. */
export const ofVersion = ['MQA48', 'MQA54'];

/** The numbers of the checks, or the rules beyond them, with this verdict. */
export function withVerdict({ findings }: Audit, verdict: Finding['verdict']): (number | string)[] {
  return findings
    .filter((one) => one.verdict === verdict && !ofVersion.includes(one.rule))
    .map(({ check, rule }) => check ?? rule);
}

/** For who reads a failure: what was found and why. */
export function said({ findings }: Audit, verdict: Finding['verdict']): string[] {
  return findings
    .filter((one) => one.verdict === verdict && !ofVersion.includes(one.rule))
    .map(({ message, related = [] }) => [message, ...related.map((one) => one.message)].join('\n  '));
}
