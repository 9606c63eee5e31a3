import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Tells on stderr, at the end, what was loaded. */
const watching = `import { registerHooks } from 'node:module';
const loaded = [];
registerHooks({ load(url, context, next) { loaded.push(url); return next(url, context); } });
process.on('exit', () => process.stderr.write(JSON.stringify(loaded)));`;

function loadedBy(program: string): string[] {
  const preload = `data:text/javascript,${encodeURIComponent(watching)}`;
  const args = ['--import', preload, '--input-type=module', '-e', program];
  const { stderr } = spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8' });
  return JSON.parse(stderr) as string[];
}

/** Of the packages that were loaded, and how many files beyond the client's own. */
function weightOf(program: string, client: string) {
  const files = loadedBy(program).filter((url) => url.startsWith('file:'));
  const packages = files.flatMap((url) => /\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url)?.[1] ?? []);
  const beyond = files.filter((url) => !url.includes(`/node_modules/${client}/`));
  return { packages: [...new Set(packages)], beyond: beyond.length };
}

it.each([
  { factory: 'mqwarden/rabbitmq', client: 'amqplib' },
  { factory: 'mqwarden/kafka', client: 'kafkajs' },
])('$factory loads its client, and under 40 files beyond', ({ factory, client }) => {
  const { packages, beyond } = weightOf(`await import('${factory}')`, client);
  expect(packages.filter((name) => name !== 'long')).toEqual([client]);
  expect(beyond).toBeGreaterThan(3);
  expect(beyond).toBeLessThan(40);
});

it('naming a store loads no client library', () => {
  const program = `const { connect } = await import('mqwarden/rabbitmq');
await connect({ service: 's', url: 'amqps://127.0.0.1:1', vhost: 'v', secrets: 'file:/nowhere' }).catch(() => 0);`;
  const { packages, beyond } = weightOf(program, 'amqplib');
  expect(packages).toEqual(['amqplib']);
  expect(beyond).toBeLessThan(40);
});
