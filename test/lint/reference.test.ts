import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { lint } from '../../src/operations/lint.ts';

/** People copy it: there must be nothing to find, and what is ignored has its reason beside it. */
test('the reference topology is clean, in all environments at once', async () => {
  const topology = fileURLToPath(new URL('../../topology', import.meta.url));
  const { findings, silenced } = await lint({ topology, variables: {}, today: '2026-11-24' });
  expect(findings).toEqual([]);
  expect(
    silenced.map(
      ({ finding: { rule, position } }) => `${rule} ${position?.file.replace(topology, '') ?? ''}`,
    ),
  ).toEqual([
    'MQ411 /environments.yaml',
    'MQ411 /environments.yaml',
    'MQ412 /environments.yaml',
    'MQ313 /principals.yaml',
    'MQ313 /principals.yaml',
    'MQ607 /services/analytics-service.yaml',
    'MQ312 /services/auth-service.yaml',
    'MQ804 /services/invoice-service.yaml',
    'MQ314 /services/invoice-service.yaml',
    'MQ416 /services/ticket-service.yaml',
  ]);
});
