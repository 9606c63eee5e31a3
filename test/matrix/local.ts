/** The environment `local` of this repository's topology/, on the test brokers, under names that no other test uses. */
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cautious } from '../../src/core/decisions.ts';
import { openAuditLog } from '../../src/history/audit-log.ts';
import { apply, type ApplyResult } from '../../src/operations/apply.ts';
import { plan, type PlanOptions, type PlanResult } from '../../src/operations/plan.ts';
import { Redaction } from '../../src/secrets/redact.ts';
import { type TestBrokers, uniqueName } from '../brokers/index.ts';

export interface Local {
  /** In every name of this copy. */
  readonly mark: string;
  /** The folder of this copy. */
  readonly topology: string;
  /** Variables that its endpoints use. */
  readonly endpoints: Readonly<Record<string, string>>;
  plan(): Promise<PlanResult>;
  apply(): Promise<{ readonly result: ApplyResult; readonly failures: readonly string[] }>;
  remove(): Promise<void>;
}

const root = join(import.meta.dirname, '../..');

export async function openLocal({ rabbitmq, kafka }: TestBrokers): Promise<Local> {
  const folder = await mkdtemp(join(tmpdir(), 'mqwarden-local-'));
  // A letter first: YAML reads digits with an e in them as a number.
  const mark = uniqueName('m').replace('-', '');
  const topology = join(folder, 'topology');
  await cp(join(root, 'topology'), topology, { recursive: true });
  await rename(topology, mark);
  await cp(rabbitmq.caFile, join(topology, 'local/rabbitmq-ca.pem'));
  await cp(kafka.caFile, join(topology, 'local/kafka-ca.pem'));
  const provisioner = await rabbitmq.clientCertificate('provisioner');
  await cp(provisioner.certFile, join(topology, 'local/provisioner.pem'));
  await cp(provisioner.keyFile, join(topology, 'local/provisioner.key'));
  const endpoints = {
    MQWARDEN_RABBITMQ_MANAGEMENT: rabbitmq.managementUrl,
    MQWARDEN_RABBITMQ_AMQPS: rabbitmq.amqpsUrl,
    MQWARDEN_KAFKA_BROKER: kafka.brokers[0] ?? '',
  };
  const options = (): PlanOptions => ({
    topology,
    environment: 'local',
    variables: {
      ...endpoints,
      RABBITMQ_ADMIN_PASSWORD: rabbitmq.admin.password,
      KAFKA_ADMIN_PASSWORD: kafka.admin.password,
    },
    redaction: new Redaction(),
    progress: () => undefined,
    decisions: cautious,
    now: () => new Date(),
  });
  return {
    mark,
    topology,
    endpoints,
    plan: () => plan(options()),
    apply: async () => {
      const failures: string[] = [];
      const result = await apply({
        ...options(),
        lock: 'none',
        confirm: () => Promise.resolve(true),
        auditLog: () =>
          openAuditLog(join(folder, 'audit.jsonl'), { who: 'test', host: 'test', now: () => new Date() }),
        report: ({ action, address }, outcome) => {
          if (outcome.status !== 'done') failures.push(`${action} ${address}: ${outcome.error}`);
        },
        redact: (text) => text,
      });
      return { result, failures };
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

/** Other tests use the same brokers: a claim or a name of this copy must not reach theirs. */
async function rename(topology: string, mark: string): Promise<void> {
  const files = await readdir(topology, { recursive: true });
  for (const file of files.filter((one) => one.endsWith('.yaml'))) {
    const text = await readFile(join(topology, file), 'utf8');
    const renamed = text
      .replace('vhost: { name: local', `naming: { user: '${mark}-{service}' }\n      vhost: { name: ${mark}`)
      .replace('local-payments', `${mark}-payments`)
      .replace("brokers: ['${MQWARDEN", `naming: ${kafkaNames(mark)}\n      brokers: ['\${MQWARDEN`)
      .replaceAll("'*-service'", `'${mark}-*'`);
    await writeFile(join(topology, file), renamed);
  }
}

function kafkaNames(mark: string): string {
  return `{ user: '${mark}-{service}', topic: '${mark}-{name}', group: '${mark}-{name}', transactionalId: '${mark}-{name}' }`;
}
