/** `mqwarden verify` as it is run: its forms, exit codes, and what it says when it cannot. */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { brokersForTests } from '../brokers/index.ts';
import { openWorkspace, type Workspace } from './workspace.ts';

const brokers = brokersForTests();
let workspace: Workspace;
let service: string;
let topic: string;

beforeAll(async () => {
  workspace = await openWorkspace(brokers);
  service = `shop-${workspace.mark}`;
  topic = `orders.${workspace.mark}`;
  await workspace.write({
    [service]: { kafka: { topics: { [topic]: { partitions: 1, replicationFactor: 1 } }, produces: [topic] } },
  });
  await workspace.converge('--only', 'kafka');
});
afterAll(() => workspace.remove());

interface Document {
  readonly version: number;
  readonly findings: readonly { readonly rule: string; readonly severity: string; readonly file: string }[];
  readonly summary: Readonly<Record<string, number>>;
  readonly matrix: readonly { readonly address: string; readonly works: readonly string[] }[];
}

describe('a service that stands', () => {
  it('is proved: exit 0, with what works and how much is refused', async () => {
    const { code, stdout, stderr } = await workspace.run('verify', '--only', 'kafka');
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toContain(`${service} on kafka: logged in as ${service} by password`);
    expect(stdout).toContain(`✓ topic ${topic}: write, describe`);
    expect(stdout).toMatch(/2 granted and work, \d+ not granted and refused/);
    expect(stdout).toMatch(/^0 errors, 0 warnings, 0 notes$/m);
  });

  it('is told as the findings document, and as Markdown', async () => {
    const json = JSON.parse(
      (await workspace.run('verify', '--only', 'kafka', '--format', 'json')).stdout,
    ) as Document;
    expect(json).toMatchObject({ version: 1, findings: [], summary: { error: 0, warning: 0, note: 0 } });
    expect(json.matrix).toContainEqual(
      expect.objectContaining({
        service,
        address: `kafka:topic:${topic}`,
        works: ['write', 'describe'],
        open: [],
      }),
    );
    const { stdout } = await workspace.run('verify', '--only', 'kafka', '--format', 'markdown');
    expect(stdout).toContain(`| \`${service}\` | kafka |`);
  });

  it('is found to be missing its rights: exit 2, by --fail-on', async () => {
    await workspace.write({
      [service]: {
        kafka: {
          topics: { [topic]: { partitions: 1, replicationFactor: 1 } },
          produces: [topic],
          consumes: [{ topic, group: 'g' }],
        },
      },
    });
    const { code, stdout } = await workspace.run('verify', '--only', 'kafka', '--format', 'json');
    const { findings } = JSON.parse(stdout) as Document;
    expect([code, findings.map(({ rule, severity }) => [rule, severity])]).toEqual([
      2,
      [
        ['MQ403', 'error'],
        ['MQ403', 'error'],
      ],
    ]);
    expect(findings[0]?.file).toMatch(/services\.yaml$|\.json$|\.yaml$/);
  });

  it.each([
    ['sarif', /"ruleId": "MQ403"/],
    ['junit', /<failure type="error" message="[^"]*is granted/],
    ['github', /^::error file=[^\n]*title=MQ403 refused-though-granted::/],
  ])('is told as %s, too', async (format, said) => {
    const { code, stdout } = await workspace.run('verify', '--only', 'kafka', '--format', format);
    expect(code).toBe(2);
    expect(stdout).toMatch(said);
  });

  it('is not proved without its credential: a warning, and exit 2 only where that is asked for', async () => {
    await rm(join(workspace.cwd, 'secrets', 'kafka'), { recursive: true });
    const some = ['verify', '--only', 'kafka', '--service', service];
    const { stdout } = await workspace.run(...some);
    expect(stdout).toMatch(/warning .* is not proven: the secret store has no credential of it/);
    expect((await workspace.run(...some, '--fail-on', 'warning')).code).toBe(2);
  });
});

describe('what cannot be done', () => {
  it('on RabbitMQ without an address for services: exit 1, and nothing on stdout', async () => {
    await workspace.write({ [service]: { rabbitmq: {} } });
    await workspace.converge('--only', 'rabbitmq');
    const { code, stdout, stderr } = await workspace.run('verify', '--only', 'rabbitmq');
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(/no amqpsUrl/);
  });

  it.each([
    ['a service that there is not', ['--only', 'kafka', '--service', 'nobody'], /has no service nobody/],
    ['no number', ['--most', 'x'], /whole number/],
  ])('%s: exit 1, and nothing on stdout', async (_name, args, says) => {
    await workspace.write({ [service]: { rabbitmq: {}, kafka: {} } });
    const { code, stdout, stderr } = await workspace.run('verify', ...args);
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(says);
  });
});
