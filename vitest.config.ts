import { globSync, readFileSync } from 'node:fs';
import { defineConfig } from 'vitest/config';
import { retried } from './test/retried.ts';

/** A file that asks for the shared brokers. The others run without waiting for any to start. */
const needsBrokers = (file: string): boolean =>
  /\binject\(|\bbrokersForTests\(/.test(readFileSync(file, 'utf8'));

// The matrix is a command of its own: it needs tools and broker versions that `npm test` does not fetch.
const files = globSync('test/**/*.test.ts', { cwd: import.meta.dirname }).filter(
  (file) => !file.startsWith('test/matrix/'),
);
const withBrokers = files.filter(needsBrokers);

export default defineConfig({
  test: {
    // Bounds for what hangs: nothing waits for them, and a busy machine must not meet them.
    testTimeout: 90_000,
    hookTimeout: 120_000,
    // Beside the two brokers, which are processes too: more workers only make each other slow on 2 cores.
    maxWorkers: 2,
    // Real brokers beside a busy machine: what fails once and then passes is told as a retry, and is to be looked into.
    retry: process.env['CI'] === undefined ? 0 : 1,
    reporters: ['default', ['json', { outputFile: '.cache/vitest.json' }], retried],
    projects: [
      {
        extends: true,
        test: { name: 'unit', include: ['test/**/*.test.ts'], exclude: [...withBrokers, 'test/matrix/**'] },
      },
      {
        extends: true,
        test: { name: 'brokers', include: withBrokers, globalSetup: ['test/brokers/global-setup.ts'] },
      },
    ],
  },
});
