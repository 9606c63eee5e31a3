import { defineConfig } from 'vitest/config';

/** Of one pair of versions; run.ts names the pair by environment variables, and the files by arguments. */
export default defineConfig({
  test: {
    root: new URL('../..', import.meta.url).pathname,
    include: ['test/{access,audit,cli,contract,kafka,kill,matrix,rabbitmq,verify}/**/*.test.ts'],
    globalSetup: ['test/brokers/global-setup.ts'],
    testTimeout: 180_000,
    hookTimeout: 300_000,
    maxWorkers: 2,
  },
});
