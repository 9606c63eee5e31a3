import { afterEach, describe, expect, it, vi } from 'vitest';
import { createKafka } from '../../src/brokers/kafka/connect.ts';
import { MqwardenError } from '../../src/core/errors.ts';

const secrets = { getSecret: () => Promise.resolve('x') };
const fine = { service: 'order-service', brokers: ['kafka-1.internal:9093'], secrets };

/** As plain JavaScript would call it. */
function codeOf(options: object): string {
  try {
    createKafka(options as Parameters<typeof createKafka>[0]);
  } catch (error) {
    if (error instanceof MqwardenError) return error.code;
    throw error;
  }
  return 'taken';
}

afterEach(() => {
  vi.unstubAllEnvs();
});

describe('createKafka', () => {
  it.each([
    [fine, 'taken'],
    [{ ...fine, tls: { ca: 'PEM', serverName: 'kafka' }, clientId: 'c' }, 'taken'],
    [{ ...fine, secrets: undefined, username: 'u', password: 'p' }, 'taken'],
    [{ ...fine, tls: false }, 'MQWARDEN_TLS_REQUIRED'],
    [{ ...fine, ssl: false }, 'MQWARDEN_TLS_REQUIRED'],
    [{ ...fine, tls: { rejectUnauthorized: false } }, 'MQWARDEN_TLS_UNVERIFIED'],
    [{ ...fine, ssl: { rejectUnauthorized: false } }, 'MQWARDEN_TLS_UNVERIFIED'],
    [{ ...fine, sasl: { mechanism: 'plain' } }, 'MQWARDEN_SASL_MECHANISM'],
    [{ ...fine, mechanism: 'plain' }, 'MQWARDEN_SASL_MECHANISM'],
    [{ ...fine, tls: { minVersion: 'TLSv1' } }, 'MQWARDEN_UNKNOWN_OPTION'],
    [{ ...fine, ssl: true }, 'MQWARDEN_UNKNOWN_OPTION'],
    [{ ...fine, socketFactory: () => undefined }, 'MQWARDEN_UNKNOWN_OPTION'],
    [{ ...fine, service: '' }, 'MQWARDEN_OPTIONS'],
    [{ ...fine, brokers: [] }, 'MQWARDEN_OPTIONS'],
    [{ ...fine, brokers: ['kafka://kafka-1.internal:9093'] }, 'MQWARDEN_OPTIONS'],
    [{ ...fine, brokers: ['u:p@kafka-1.internal:9093'] }, 'MQWARDEN_OPTIONS'],
    [{ ...fine, secrets: undefined }, 'MQWARDEN_CREDENTIALS'],
    [{ ...fine, secrets: undefined, username: 'u' }, 'MQWARDEN_CREDENTIALS'],
    [{ ...fine, username: 'u', password: 'p' }, 'MQWARDEN_CREDENTIALS'],
    [{ ...fine, secrets: 'vault:secret' }, 'MQWARDEN_CREDENTIALS'],
  ])('%j: %s', (options, code) => {
    expect(codeOf(options)).toBe(code);
  });

  it('refuses NODE_TLS_REJECT_UNAUTHORIZED=0', () => {
    vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0');
    expect(codeOf(fine)).toBe('MQWARDEN_TLS_UNVERIFIED');
  });
});
