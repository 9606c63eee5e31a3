import type { Client, Use } from '../../core/broker.ts';
import type { KafkaLandscape } from './compile/landscape.ts';

/** A service's side of Kafka: where it connects, and what it does. Pure. */
export function client({ environment, services }: KafkaLandscape, name: string): Client | undefined {
  const service = services.find((one) => one.name === name);
  if (service === undefined) return undefined;
  const { brokers, tls = {} } = environment.section;
  const { produces = [], consumes = [] } = service.section;
  const named = (one: { readonly topic?: string | undefined; readonly prefix?: string | undefined }) =>
    one.topic === undefined ? [one.prefix ?? '', ''] : [one.topic];
  return {
    options: { brokers },
    tls: { ca: tls.ca, serverName: tls.serverName },
    uses: [
      ...produces.map((one): Use => ({ does: 'produces', name: named(one) })),
      ...consumes.map((one): Use => ({ does: 'consumes', name: named(one), with: [[one.group]] })),
    ],
  };
}
