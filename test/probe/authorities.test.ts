/** Whose client certificates a listener asks for, and what stands in the certificate that it shows, as real handshakes tell. */
import { createServer as createPlain, type Server as PlainServer } from 'node:net';
import { createServer, type Server, type TlsOptions } from 'node:tls';
import { afterEach, expect, it } from 'vitest';
import { authoritiesAskedFor, subjectsIn } from '../../src/probe/authorities.ts';
import { type Door, shakeHands, shakeHandsAtAll } from '../../src/probe/door.ts';
import { createAuthority } from '../brokers/certificates.ts';
import { listening } from './listening.ts';

const timeoutMs = 5000;
const authority = await createAuthority('ours');
const another = await createAuthority('others, öffentlich');
const issued = await authority.server();
let server: Server | PlainServer | undefined;
afterEach(() => server?.close());

function opened(made: Server | PlainServer): Promise<Door> {
  server = made.on('tlsClientError', () => undefined);
  return listening(made);
}
const secure = (options: TlsOptions) =>
  opened(
    createServer({ ...issued, ...options }, (socket) => socket.on('error', () => undefined).end('hello')),
  );

it.each<[string, TlsOptions, readonly string[] | 'no certificate' | undefined]>([
  ['one', { requestCert: true, ca: authority.ca }, subjectsIn(authority.ca)],
  ['two', { requestCert: true, ca: [authority.ca, another.ca] }, subjectsIn(authority.ca + another.ca)],
  ['none', {}, 'no certificate'],
  ['who knows, by TLS 1.3 alone', { requestCert: true, ca: authority.ca, minVersion: 'TLSv1.3' }, undefined],
])('%s', async (_, options, asked) => {
  expect(await authoritiesAskedFor(await secure(options), { timeoutMs })).toEqual(asked);
});

it.each<[string, Buffer]>([
  ['what is no TLS', Buffer.from('AMQP\0\0\x09\x01')],
  ['half an answer', Buffer.from([0x16, 3, 3, 0, 80, 2, 0, 0])],
  // A request whose list of names is said to be longer than it is, and the end of the answer.
  ['nonsense', Buffer.from([0x16, 3, 3, 0, 14, 13, 0, 0, 6, 0, 0, 0, 0xff, 0xff, 9, 14, 0, 0, 0])],
])('%s tells nothing', async (_, answer) => {
  const door = await opened(
    createPlain((socket) =>
      socket
        .on('error', () => undefined)
        .resume()
        .end(answer),
    ),
  );
  expect(await authoritiesAskedFor(door, { timeoutMs })).toBeUndefined();
});

const greeting = { say: Buffer.from('hello'), isWhole: () => true };

it('a certificate is told with what is sent beside it', async () => {
  const within = { greeting, timeoutMs: 300, ca: authority.ca };
  const alone = await shakeHands(await secure({}), within);
  expect(alone).toMatchObject({ is: 'open', shown: { chain: [], revocation: [] } });
  server?.close();
  const both = await shakeHands(await secure({ cert: [issued.cert, authority.ca].join('\n') }), within);
  expect(both).toMatchObject({ is: 'open', shown: { chain: subjectsIn(authority.ca) } });
});

it('a certificate whose times are none is no certificate, and no end of the audit', async () => {
  const der = Buffer.from(issued.cert.replaceAll(/-----[^-]+-----/g, ''), 'base64');
  const time = /(?:\x17\x0d|\x18\x0f)\d{12}/.exec(der.toString('latin1'));
  der.write('99', (time?.index ?? der.length) + 4, 'latin1');
  const cert = `-----BEGIN CERTIFICATE-----\n${der.toString('base64')}\n-----END CERTIFICATE-----\n`;
  const seen = await shakeHands(await secure({ cert }), { greeting, timeoutMs, ca: authority.ca });
  expect(seen).toMatchObject({ is: 'open', shown: undefined, heard: Buffer.from('hello') });
  expect(seen).not.toMatchObject({ fault: undefined });
});

it('who has nothing for a client of today is asked by one of yesterday', async () => {
  const within = { greeting, timeoutMs };
  const sha1 = await secure({ maxVersion: 'TLSv1.2', sigalgs: 'ECDSA+SHA1', ciphers: 'DEFAULT:@SECLEVEL=0' });
  expect(await shakeHands(sha1, within)).toMatchObject({ is: 'shut' });
  expect(await shakeHandsAtAll(sha1, within)).toMatchObject({ is: 'open', outdated: true });
  server?.close();
  const nobody = await secure({ maxVersion: 'TLSv1.2', ciphers: 'ADH-AES256-SHA:@SECLEVEL=0' });
  expect(await shakeHandsAtAll(nobody, within)).toMatchObject({ is: 'shut' });
});
