/** Which of the bad cipher suites a listener takes, as real handshakes tell. */
import { createServer as createPlain, type Socket } from 'node:net';
import { createServer, type Server, type TlsOptions } from 'node:tls';
import type { Server as PlainServer } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import type { TriedSuites } from '../../src/core/doors.ts';
import { type Door, shakeHands } from '../../src/probe/door.ts';
import { offeredAt } from '../../src/probe/offered.ts';
import { suitesTakenAt } from '../../src/probe/suites.ts';
import { createAuthority } from '../brokers/certificates.ts';
import { listening } from './listening.ts';

const timeoutMs = 5000;
const authority = await createAuthority();
const rsa = await authority.server({ rsa: 2048 });
const ec = await authority.server();
let server: Server | PlainServer | undefined;
const sockets = new Set<Socket>();
afterEach(() => {
  for (const socket of sockets) socket.destroy();
  server?.close();
});

function opened(made: Server | PlainServer): Promise<Door> {
  server = made.on('tlsClientError', () => undefined);
  return listening(made);
}

/** Answers a greeting, whatever it is. */
const greeting13 = (options: TlsOptions) =>
  opened(createServer({ ...ec, ...options }, (socket) => socket.on('error', () => undefined).end('hello')));
const secure = (options: TlsOptions) => opened(createServer(options));
const none: string[] = [];

it.each<[string, TlsOptions, { broken: string[]; withoutForwardSecrecy: string[] }]>([
  ['what Node.js takes with an elliptic curve', { ...ec }, { broken: none, withoutForwardSecrecy: none }],
  [
    'only suites with ECDHE',
    { ...rsa, ciphers: 'ECDHE+AESGCM' },
    { broken: none, withoutForwardSecrecy: none },
  ],
  [
    'a key that all sessions are read by',
    { ...rsa, ciphers: 'AES256-SHA' },
    { broken: none, withoutForwardSecrecy: ['TLS_RSA_WITH_AES_256_CBC_SHA'] },
  ],
  [
    'anybody, without a certificate',
    { ciphers: 'AECDH-AES256-SHA:@SECLEVEL=0', maxVersion: 'TLSv1.2' },
    { broken: ['TLS_ECDH_anon_WITH_AES_256_CBC_SHA'], withoutForwardSecrecy: none },
  ],
  [
    'sessions that are not encrypted',
    { ...rsa, ciphers: 'NULL-SHA256:@SECLEVEL=0' },
    { broken: ['TLS_RSA_WITH_NULL_SHA256'], withoutForwardSecrecy: none },
  ],
  ['TLS 1.3 alone', { ...rsa, minVersion: 'TLSv1.3' }, { broken: none, withoutForwardSecrecy: none }],
])('%s', async (_, options, taken) => {
  expect(await suitesTakenAt(await secure(options), { timeoutMs, serverName: 'localhost' })).toEqual(taken);
});

it('each one that is taken is told, one after another, and no end is sought of many', async () => {
  const two = await secure({ ...rsa, ciphers: 'AES256-SHA:AES128-SHA', honorCipherOrder: true });
  expect((await suitesTakenAt(two, { timeoutMs })).withoutForwardSecrecy).toEqual([
    'TLS_RSA_WITH_AES_256_CBC_SHA',
    'TLS_RSA_WITH_AES_128_CBC_SHA',
  ]);
  server?.close();
  const all = await secure({ ...rsa, ciphers: 'kRSA' });
  expect((await suitesTakenAt(all, { timeoutMs })).withoutForwardSecrecy).toHaveLength(5);
});

/** Who answers so to whatever is said, or not at all. */
function saying(answer: string | Buffer | undefined): Promise<Door> {
  return opened(
    createPlain((socket) => {
      sockets.add(socket.on('error', () => undefined).resume());
      if (answer !== undefined) socket.end(answer);
    }),
  );
}
const beginning = Buffer.from([0x16, 3, 3, 0, 80, 2, 0, 0]);
const unknown = (why: string) => ({ broken: { why }, withoutForwardSecrecy: { why } });

it.each<[string, string | Buffer | undefined, TriedSuites]>([
  ['of what does not speak TLS nothing is known', 'AMQP\0\0\x09\x01', unknown('an answer that is no TLS')],
  ['half an answer is none', beginning, unknown('half an answer')],
  ['and silence is none', undefined, unknown('no answer')],
])('%s', async (_, answer, taken) => {
  expect(await suitesTakenAt(await saying(answer), { timeoutMs: 300 })).toEqual(taken);
});

it('nothing is known of where nobody is', async () => {
  const door = await saying(undefined);
  await new Promise((resolve) => server?.close(resolve));
  expect(await suitesTakenAt(door, { timeoutMs })).toEqual(unknown('ECONNREFUSED'));
});

describe('a door is asked for more where it has shown to speak TLS', () => {
  const greeting = { say: Buffer.from('hello'), isWhole: () => true };
  const asked = async (door: Door, within = timeoutMs) => {
    const options = { greeting, timeoutMs: within };
    return offeredAt(door, await shakeHands(door, options), options);
  };

  it('by TLS 1.3, for TLS 1.2', async () => {
    const { tls12 } = await asked(await greeting13({}));
    expect(tls12?.cipher).toMatch(/^TLS_ECDHE_ECDSA_WITH_/);
    server?.close();
    expect((await asked(await greeting13({ minVersion: 'TLSv1.3' }))).tls12).toEqual({ cipher: undefined });
  });

  it('and no other is', async () => {
    expect(await asked(await saying('AMQP\0\0\x09\x01'))).toEqual({});
    server?.close();
    expect(await asked(await saying(undefined), 300)).toEqual({});
  });
});
