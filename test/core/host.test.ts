import { expect, test } from 'vitest';
import { hostAndPort, withoutBrackets } from '../../src/core/host.ts';

test.each([
  ['broker.internal', 'broker.internal:9093'],
  ['127.0.0.1', '127.0.0.1:9093'],
  ['::1', '[::1]:9093'],
])('%s is written with its port, and read back', (host, written) => {
  expect(hostAndPort({ host, port: 9093 })).toBe(written);
  expect(withoutBrackets(written.replace(/:9093$/, ''))).toBe(host);
});
