/** Mistakes that people make, through the real brokers' schemas and compilers, and what they are told. Reaches no broker. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { TopologyError } from '../../src/core/errors.ts';
import { openSession } from '../../src/operations/session.ts';
import { errorAsText } from '../../src/report/error.ts';
import { Redaction } from '../../src/secrets/redact.ts';
import { show } from '../topology/show.ts';
import { badOnBoth, type BadTopology } from './bad.ts';
import { badOnKafka } from './bad-kafka.ts';
import { badOnRabbit } from './bad-rabbitmq.ts';
import { production } from './frame.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mqwarden-bad-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

const below = (lines: string) => lines.replace(/^(?!removed:|principals:)(?=.)/gm, '  ');

const usual = 'orders: { rabbitmq: {}, kafka: {} }';

async function refusal({
  environments = production(),
  services = usual,
}: BadTopology): Promise<TopologyError | undefined> {
  await writeFile(join(folder, 'env.yaml'), `version: 1\nname: shop\nenvironments:\n${below(environments)}`);
  await writeFile(join(folder, 'services.yaml'), `services:\n${below(services)}\n`);
  try {
    await openSession({
      topology: folder,
      environment: 'production',
      only: undefined,
      variables: {},
      redaction: new Redaction(),
      progress: () => undefined,
    });
    return undefined;
  } catch (error) {
    if (error instanceof TopologyError) return error;
    throw error;
  }
}

describe.each([
  ['RabbitMQ', badOnRabbit],
  ['Kafka', badOnKafka],
  ['both', badOnBoth],
])('on %s', (_, table) => {
  test.each(table)('$name', async (bad) => {
    const error = await refusal(bad);
    const said = (error?.problems ?? []).map((problem) => show(problem).replaceAll(`${folder}/`, ''));
    expect(said).toEqual(bad.want);
    // "canary" stands in the tables wherever a secret was put where none belongs.
    expect(error && errorAsText(error, false)).not.toContain('canary');
  });
});
