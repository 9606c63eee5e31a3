import { beforeEach, afterEach, expect, it, vi } from 'vitest';
import { Logins } from '../../src/brokers/kafka/connect/login.ts';

/** When a credential that was refused is worth another try. */
beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const held = { password: '' };
const secrets = {
  getSecret: (path: string) => Promise.resolve(path.endsWith('/username') ? 'u' : held.password),
};

/** `stopped`, or `again`: after a try that was refused. */
async function refuse(logins: Logins): Promise<'stopped' | 'again' | 'not tried'> {
  const reading = await logins.read();
  try {
    logins.requireHope(reading);
  } catch {
    return 'not tried';
  }
  return logins.refused(reading, 'kafka-1.internal:9093') === undefined ? 'again' : 'stopped';
}

const open = () =>
  new Logins({
    service: 's',
    brokers: ['kafka-1.internal:9093'],
    secrets,
    loginAttempts: 3,
    refreshMs: 1000,
  });

it('each credential gets all of its tries, whatever became of the one before', async () => {
  const logins = open();
  for (const password of ['first', 'second', 'third']) {
    held.password = password;
    expect([await refuse(logins), await refuse(logins), await refuse(logins)]).toEqual([
      'again',
      'again',
      'stopped',
    ]);
    expect(await refuse(logins)).toBe('not tried');
  }
});

it('one that was stopped gets one more after each pause: the broker may have followed the store', async () => {
  const logins = open();
  held.password = 'ahead';
  for (const outcome of ['again', 'again', 'stopped']) expect(await refuse(logins)).toBe(outcome);
  for (let pause = 0; pause < 2; pause += 1) {
    vi.advanceTimersByTime(999);
    expect(await refuse(logins)).toBe('not tried');
    vi.advanceTimersByTime(1);
    expect(await refuse(logins)).toBe('stopped');
    expect(await refuse(logins)).toBe('not tried');
  }
  logins.accepted();
  expect(await refuse(logins)).toBe('again');
});
