/** What is wrong with the files and words that audit is given is told before any broker is asked. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { mqwarden } from './run.ts';

let cwd: string;
const environment = {
  rabbitmq: {
    managementUrl: 'https://127.0.0.1:9',
    vhost: 'production',
    admin: { username: 'provisioner', password: 'env:PASSWORD' },
  },
};
beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'mqwarden-against-'));
  const topology = {
    version: 1,
    name: 'shop',
    environments: { test: environment },
    services: { orders: {} },
  };
  await writeFile(join(cwd, 'mqwarden.yaml'), JSON.stringify(topology));
  const earlier = { version: 1, topology: 'shop', environment: 'other', findings: [] };
  await writeFile(
    join(cwd, 'other.json'),
    JSON.stringify({ ...earlier, auditedAt: '2026-11-01T00:00:00.000Z' }),
  );
  await writeFile(join(cwd, 'bad.json'), '{\n  "version": 1,\n  "topology": 7\n}');
});
afterAll(() => rm(cwd, { recursive: true, force: true }));

const run = (...args: string[]) => mqwarden(['audit', ...args], { cwd, variables: { PASSWORD: 'x-81c2-y' } });

it.each([
  [['--against', 'bad.json'], /bad\.json:3:15: this is no audit: topology must be text/],
  [
    ['--against', 'none.json'],
    /cannot read the audit none\.json: no such file or folder, ENOENT\n[^]*audit --env NAME --format json > FILE/,
  ],
  [['--service', 'orders'], /audit is of a whole environment[^]*verify --service NAME/],
  [['--write-baseline'], /--write-baseline needs a baseline/],
  [['--baseline', 'b.json', '--write-baseline', '--only', 'rabbitmq'], /of all brokers[^]*leave out --only/],
  [['--baseline', 'none.json'], /there is no baseline none\.json/],
  [['--baseline', 'bad.json', '--write-baseline'], /bad\.json is no baseline/],
  [
    ['--baseline', 'b.json', '--write-baseline', '--also', 'json=./b.json'],
    /would write over the baseline b\.json/,
  ],
  [['--against', 'other.json'], /other\.json is of shop, environment other, not of shop, environment test\n/],
  [['--against', 'other.json', '--all-environments'], /other\.json is of shop, environment other/],
  [['--also', 'json=none/a.json'], /none\/a\.json cannot be written \(no such file or folder, ENOENT\)/],
  [['--env', ''], /the name that --env gives is empty\n {2}choose one: --env test/],
  [['--also', 'text'], /write it as text\|json/],
  [['--env', 'test', '--all-environments'], /cannot be asked for at once/],
])('%j is refused', async (args, says) => {
  const { code, stdout, stderr } = await run(...args);
  expect([code, stdout]).toEqual([1, '']);
  expect(stderr).toMatch(says);
  expect(stderr).not.toMatch(/^ +at /m);
});
