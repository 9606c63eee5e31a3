import type { Client, Use } from '../../core/broker.ts';
import { clientFiles } from '../../core/client-tls.ts';
import { TopologyError } from '../../core/errors.ts';
import { identity } from './access.ts';
import type { KafkaLandscape } from './compile/landscape.ts';

/** A service's side of Kafka: where it connects, and what it does. Pure. */
export function client({ environment, services }: KafkaLandscape, name: string): Client | undefined {
  const service = services.find((one) => one.name === name);
  if (service === undefined) return undefined;
  const { brokers, certificateBrokers, tls } = environment.section;
  const { by: auth } = identity(service);
  if (auth === 'certificate' && certificateBrokers === undefined) {
    throw new TopologyError([
      {
        message: `environment ${environment.name} does not say where services with a certificate connect to Kafka`,
        position: environment.locate([]),
        hint: 'add certificateBrokers: [host:port of an SSL listener]',
      },
    ]);
  }
  const { produces = [], consumes = [] } = service.section;
  const named = (one: { readonly topic?: string | undefined; readonly prefix?: string | undefined }) =>
    one.topic === undefined ? [one.prefix ?? '', ''] : [one.topic];
  return {
    options: { brokers: auth === 'certificate' ? certificateBrokers : brokers },
    name: 'default',
    auth,
    tls: clientFiles(service, environment),
    serverName: tls?.serverName,
    elsewhere: new Map(),
    uses: [
      ...produces.map((one): Use => ({ does: 'produces', name: named(one) })),
      ...consumes.map((one): Use => ({ does: 'consumes', name: named(one), with: [[one.group]] })),
    ],
  };
}
