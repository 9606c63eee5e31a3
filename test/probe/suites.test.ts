/** Which of the bad cipher suites a listener takes, as real handshakes tell. */
import { createServer as createPlain } from 'node:net';
import { createServer, type Server, type TlsOptions } from 'node:tls';
import type { Server as PlainServer } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { suitesTakenAt } from '../../src/probe/suites.ts';
import { createAuthority } from '../brokers/certificates.ts';

const timeoutMs = 5000;
const authority = await createAuthority();
const rsa = await authority.server({ rsa: 2048 });
const ec = await authority.server();
let server: Server | PlainServer | undefined;
afterEach(() => server?.close());

async function listening(made: Server | PlainServer): Promise<{ host: string; port: number }> {
  server = made.on('tlsClientError', () => undefined);
  await new Promise<void>((resolve) => made.listen(0, '127.0.0.1', resolve));
  const address = made.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return { host: '127.0.0.1', port: address.port };
}

const secure = (options: TlsOptions) => listening(createServer(options));
const none = 'none';

it.each<[string, TlsOptions, { broken: string; withoutForwardSecrecy: string }]>([
  ['what Node.js takes with an elliptic curve', { ...ec }, { broken: none, withoutForwardSecrecy: none }],
  [
    'only suites with ECDHE',
    { ...rsa, ciphers: 'ECDHE+AESGCM' },
    { broken: none, withoutForwardSecrecy: none },
  ],
  [
    'a key that all sessions are read by',
    { ...rsa, ciphers: 'AES256-SHA' },
    { broken: none, withoutForwardSecrecy: 'TLS_RSA_WITH_AES_256_CBC_SHA' },
  ],
  [
    'anybody, without a certificate',
    { ciphers: 'AECDH-AES256-SHA:@SECLEVEL=0', maxVersion: 'TLSv1.2' },
    { broken: 'TLS_ECDH_anon_WITH_AES_256_CBC_SHA', withoutForwardSecrecy: none },
  ],
  [
    'sessions that are not encrypted',
    { ...rsa, ciphers: 'NULL-SHA256:@SECLEVEL=0' },
    { broken: 'TLS_RSA_WITH_NULL_SHA256', withoutForwardSecrecy: none },
  ],
  ['TLS 1.3 alone', { ...rsa, minVersion: 'TLSv1.3' }, { broken: none, withoutForwardSecrecy: none }],
])('%s', async (_, options, taken) => {
  expect(await suitesTakenAt(await secure(options), { timeoutMs, serverName: 'localhost' })).toEqual(taken);
});

it('nothing is taken by what does not speak TLS, and nothing known of where nobody is', async () => {
  const door = await listening(
    createPlain((socket) =>
      socket
        .on('error', () => undefined)
        .resume()
        .end('AMQP\0\0\x09\x01'),
    ),
  );
  expect(await suitesTakenAt(door, { timeoutMs })).toEqual({ broken: none, withoutForwardSecrecy: none });
  await new Promise((resolve) => server?.close(resolve));
  expect(await suitesTakenAt(door, { timeoutMs })).toBeUndefined();
});

it('half an answer is none', async () => {
  const door = await listening(
    createPlain((socket) =>
      socket
        .on('error', () => undefined)
        .resume()
        .end(Buffer.from([0x16, 3, 3, 0, 80, 2, 0, 0])),
    ),
  );
  expect(await suitesTakenAt(door, { timeoutMs })).toEqual({ broken: none, withoutForwardSecrecy: none });
});
