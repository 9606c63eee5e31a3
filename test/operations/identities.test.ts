/** What a line in one team's file could do to the identity of somebody else, on any broker. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { TopologyError } from '../../src/core/errors.ts';
import { openSession } from '../../src/operations/session.ts';
import { Redaction } from '../../src/secrets/redact.ts';

const admin = '{ username: provisioner, password: "env:A" }';
const environment = (name: string, more = '', naming = '') => `
  ${name}:
    rabbitmq: { managementUrl: "https://localhost:15671", vhost: ${name}, admin: ${admin}${naming} }
    kafka: { brokers: ["localhost-${name}:9093"], admin: ${admin} }
    secrets: file:${name}
    protected: { rabbitmq: { users: [monitoring] }, kafka: { principals: [monitoring] } }
    ${more}`;
const claims = 'claims: { rabbitmq: { users: "*-service" }, kafka: { principals: "*-service" } }';
const payment =
  'services: { payment-service: { formerly: [checkout-service], rabbitmq: { user: pay-service }, kafka: { principal: pay-service } } }';
const service = (name: string, more = '', rabbitmq = '', kafka = '') =>
  `services: { "${name}": { ${more}${more === '' ? '' : ', '}rabbitmq: { ${rabbitmq} }, kafka: { ${kafka} } } }`;

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mqwarden-identities-'));
});
afterEach(() => rm(folder, { recursive: true }));

/** What is wrong with another team's file beside that of payment-service, on each broker. */
async function refused(theirs: string, environments = environment('production')) {
  await writeFile(join(folder, 'head.yaml'), `version: 1\nname: shop\nenvironments:${environments}\n`);
  await writeFile(join(folder, 'payment.yaml'), payment);
  await writeFile(join(folder, 'theirs.yaml'), theirs);
  const on = async (only: string) => {
    const options = { topology: folder, environment: 'production', only, variables: {} };
    try {
      await openSession({ ...options, redaction: new Redaction(), progress: () => undefined });
      return [];
    } catch (error) {
      if (error instanceof TopologyError) return error.problems.map(({ message }) => message);
      throw error;
    }
  };
  return { rabbitmq: await on('rabbitmq'), kafka: await on('kafka') };
}

const both = (...messages: string[]) => ({ rabbitmq: messages, kafka: messages });

describe('another team cannot', () => {
  it.each([
    [
      'have been',
      service('x-service', 'formerly: [pay-service]'),
      'x-service cannot formerly have been pay-service, which is payment-service',
    ],
    [
      'have been a generation of',
      service('x-service', 'formerly: [pay-service.g2]'),
      'x-service cannot formerly have been pay-service.g2, which is a generation of pay-service, the name of payment-service',
    ],
    [
      'have been a generation of the former name of',
      service('x-service', 'formerly: [checkout-service.g3]'),
      'x-service cannot formerly have been checkout-service.g3, which is a generation of checkout-service, the name of payment-service',
    ],
    [
      'be a generation of',
      service('pay-service.g2'),
      'pay-service.g2 cannot be pay-service.g2, which is a generation of pay-service, the name of payment-service',
    ],
    [
      'bury',
      'removed: [pay-service]',
      'removed: pay-service: it cannot be pay-service, which is payment-service',
    ],
    [
      'bury a generation of',
      'removed: [pay-service.g2]',
      'removed: pay-service.g2: it cannot be pay-service.g2, which is a generation of pay-service, the name of payment-service',
    ],
  ])('%s another service', async (_what, theirs, message) => {
    expect(await refused(theirs)).toEqual(both(message));
  });

  it('bury the administrator, or who is protected', async () => {
    expect(await refused('removed: [provisioner, monitoring]')).toEqual(
      both(
        "removed: provisioner: it cannot be provisioner, which is the administrator's own",
        'removed: monitoring: it cannot be monitoring, which is protected',
      ),
    );
  });

  it('have been the administrator, guest, or who is protected', async () => {
    const theirs = service('x-service', 'formerly: [provisioner, guest, monitoring]');
    const { rabbitmq, kafka } = await refused(theirs);
    expect(rabbitmq).toEqual([
      'former user "provisioner" of x-service is the administrator of the environment',
      'former user "guest" of x-service is the default user, which every installation knows',
      'former user "monitoring" of x-service is protected in the environment',
    ]);
    expect(kafka).toEqual(["former principal provisioner of service x-service is the administrator's own"]);
  });

  it('speak of identities that the environment does not claim', async () => {
    const claimed = environment('production', claims);
    expect(await refused(service('x-service', 'formerly: [exporter]'), claimed)).toEqual(
      both('x-service cannot formerly have been exporter, which environment production does not claim'),
    );
    expect(await refused('removed: [exporter]', claimed)).toEqual(
      both('removed: exporter: it cannot be exporter, which environment production does not claim'),
    );
    expect(await refused('removed: [gone-service]', claimed)).toEqual(both());
  });

  it('bury what another environment on the broker would name its own', async () => {
    const shared =
      environment('production') + environment('staging', '', ', naming: { user: "{service}.staging" }');
    expect(await refused('removed: [pay-service.staging, old.staging, old]', shared)).toEqual({
      rabbitmq: [
        'removed: pay-service.staging: it cannot be pay-service.staging, which another environment has',
        'removed: old.staging: it cannot be old.staging, which another environment has',
      ],
      kafka: [],
    });
  });

  it('be everyone on Kafka by its name', async () => {
    const { kafka } = await refused(service('*', 'formerly: ["User:pay-service"]'));
    expect(kafka).toEqual([
      'principal * of service * would stand for everyone',
      'former principal User:pay-service of service * is written without "User:"',
    ]);
  });
});
