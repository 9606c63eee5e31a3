import { expect, it } from 'vitest';
import { agreedTo, type Rotation } from '../../../src/core/rotation/report.ts';

const planned: Rotation = { broker: 'kafka', service: 'a', result: 'planned', steps: [], to: 'a.g2' };
const skipped = (reason: string): Rotation => ({
  broker: 'kafka',
  service: 'b',
  result: 'skipped',
  steps: [],
  reason,
});

it('what a person agreed to does not grow old', () => {
  expect(agreedTo([planned, skipped('it is 59 min old')])).toBe(
    agreedTo([planned, skipped('it is 60 min old')]),
  );
  expect(agreedTo([planned])).not.toBe(agreedTo([{ ...planned, to: 'a.g3' }]));
  expect(agreedTo([planned])).not.toBe(agreedTo([planned, { ...skipped('x'), result: 'blocked' }]));
  expect(agreedTo([skipped('x')])).not.toBe(agreedTo([planned]));
});
