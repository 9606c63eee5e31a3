/** Real certificates, each wrong in one way: what is told of them is the same for both brokers and the stores. */
import { Agent } from 'node:https';
import { connect } from 'node:tls';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { failureOf } from '../../src/brokers/kafka/causes.ts';
import { amqpsError, connectionError } from '../../src/brokers/rabbitmq/causes.ts';
import { causeOf, requestJson } from '../../src/secrets/https.ts';
import { type Authority, createAuthority } from '../brokers/certificates.ts';
import { type Listener, type Weakness, weakListener } from '../factories/weak.ts';

const cases = [
  {
    weakness: 'certificate of another authority',
    says: 'is not signed by an authority that is trusted here',
  },
  { weakness: 'self-signed certificate', says: 'is not made for a server' },
  { weakness: 'certificate for another host', says: 'is for another host name' },
  { weakness: 'expired certificate', says: 'has expired' },
] as const satisfies readonly { weakness: Weakness; says: string }[];

let authority: Authority;
const listeners: Listener[] = [];
beforeAll(async () => {
  authority = await createAuthority();
});
afterAll(() => {
  for (const one of listeners) one.close();
});

test.each(cases)('$weakness', async ({ weakness, says }) => {
  const listener = await weakListener(weakness, authority, Buffer.alloc(0));
  listeners.push(listener);
  const { port } = listener;
  const error = await new Promise((resolve) => {
    connect({ host: 'localhost', port, ca: authority.ca }).once('error', resolve);
  });
  const at = `localhost:${port}`;
  const who = { name: 'me', hint: '' };
  const told = {
    rabbitmq: connectionError(at, error).message,
    amqps: amqpsError(at, error).message,
    kafka: failureOf(error, { endpoint: at, who, timeoutMs: 1, mechanisms: [] }).message,
  };
  expect(told).toEqual({
    rabbitmq: `cannot reach the management API at ${at}: its certificate ${says}`,
    amqps: `cannot reach the AMQPS listener at ${at}: its certificate ${says}`,
    kafka: `has a certificate that ${says}`,
  });
  const agent = new Agent({ ca: authority.ca });
  const request = {
    method: 'GET',
    url: new URL(`https://${at}`),
    headers: {},
    agent,
    timeoutMs: 10_000,
  } as const;
  const unanswered: unknown = await requestJson(request).catch((thrown: unknown) => thrown);
  expect(causeOf(unanswered)).toEqual({ why: `its certificate ${says}`, passes: false });
});
