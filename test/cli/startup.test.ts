import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Tells on stderr, at the end, what was loaded. */
const watching = `import { registerHooks } from 'node:module';
const loaded = [];
registerHooks({ load(url, context, next) { loaded.push(url); return next(url, context); } });
process.on('exit', () => process.stderr.write(JSON.stringify(loaded)));`;

function loadedBy(...args: readonly string[]): string[] {
  const preload = `data:text/javascript,${encodeURIComponent(watching)}`;
  const { stderr } = spawnSync(process.execPath, ['--import', preload, 'bin/mqwarden.js', ...args], {
    cwd: root,
    encoding: 'utf8',
  });
  return JSON.parse(stderr) as string[];
}

it('lint loads nothing that talks to a broker or a store', () => {
  const loaded = loadedBy('lint', 'topology', '--format', 'json');
  const packages = loaded.flatMap((url) => /\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url)?.[1] ?? []);
  expect([...new Set(packages)].sort()).toEqual(['commander', 'fastest-levenshtein', 'yaml', 'zod']);
  const ours = loaded.flatMap((url) => /\/dist\/(.*)/.exec(url)?.[1] ?? []);
  const talking =
    /^(?:history|fastify|secrets\/(?:vault|aws|exec|https))|brokers\/\w+\/(?:read|write|admin|connect|lock)/;
  expect(ours.filter((file) => talking.test(file))).toEqual([]);
});

it.each(['--help', 'apply --help', '--version'])('%s loads no more than it needs', (line) => {
  const loaded = loadedBy(...line.split(' '));
  const packages = loaded.flatMap((url) => /\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url)?.[1] ?? []);
  expect([...new Set(packages)]).toEqual(['commander']);
  const folders = loaded.flatMap((url) => /\/dist\/(?:([\w-]+)\/)?/.exec(url)?.slice(1, 2) ?? []);
  expect(folders.filter((folder) => ['brokers', 'topology', 'operations', 'lint'].includes(folder))).toEqual(
    [],
  );
  expect(loaded.filter((url) => url.startsWith('file:')).length).toBeLessThan(40);
});
