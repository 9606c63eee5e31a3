/** The checks of secrets on what the stores hold. */
import { expect, it } from 'vitest';
import { secretChecks } from '../../src/core/audit-secrets.ts';
import { judge } from '../../src/core/audit.ts';
import { common } from './facts.ts';

it('production without a manager fails, and what nobody can see is for a person', () => {
  const at = { environment: 'production', production: true, services: 1, secrets: common.secrets };
  const verdicts = (over: { store?: string; written: string[] }) =>
    Object.fromEntries(
      judge(secretChecks, { store: undefined, ...at, ...over }).map(({ rule, verdict }) => [rule, verdict]),
    );
  expect(verdicts({ store: 'file', written: ['env:A'] })).toMatchObject({
    MQA21: 'fail',
    MQA23: 'fail',
    MQA26: 'pass',
    MQA22: 'manual',
  });
  expect(verdicts({ store: 'vault', written: ['vault:a/b#c'] })).toMatchObject({
    MQA21: 'pass',
    MQA23: 'manual',
  });
});
