/** Facts of a Kafka cluster where all is well, and how a case departs from them. */
import type {
  KafkaFacts,
  KafkaSubject,
  Knocked as KafkaKnocked,
  Ungranted,
} from '../../../src/brokers/kafka/audit/facts.ts';
import type { AclSpec } from '../../../src/brokers/kafka/resources.ts';
import type { Told } from '../../../src/core/audit.ts';
import { common, environment, shop, shown, told } from '../facts.ts';

export const settings = (over: Record<string, string | null> = {}) =>
  told(
    new Map([
      [
        1,
        new Map<string, string | null>(
          Object.entries({
            'process.roles': 'broker',
            listeners: 'A://10.0.0.1:9093,B://10.0.0.1:9094',
            'advertised.listeners': 'A://k:9093,B://k:9094',
            'listener.security.protocol.map': 'A:SASL_SSL,B:SSL',
            'sasl.enabled.mechanisms': 'SCRAM-SHA-512',
            'ssl.client.auth': 'required',
            'inter.broker.listener.name': 'A',
            'security.inter.broker.protocol': 'PLAINTEXT',
            ...over,
          }),
        ),
      ],
    ]),
  );
/** Of controllers that are no brokers, only what the map says of their listener is told. */
export const apart = (protocol: string) => ({
  'controller.listener.names': 'C',
  'listener.security.protocol.map': `A:SASL_SSL,B:SSL,C:${protocol}`,
});
export const tokens = { 'sasl.enabled.mechanisms': 'OAUTHBEARER' };
export const judgeOfTokens = 'listener.name.a.oauthbearer.sasl.server.callback.handler.class';
export const kafkaDoor: KafkaKnocked = {
  at: 'A at k:9093',
  protocol: 'SASL_SSL',
  internal: false,
  tls: { version: 'TLSv1.3', fault: undefined, shown },
  oldTls: 'refused',
  plaintext: 'refused',
  anonymous: 'refused',
  withoutCertificate: 'refused',
  mechanisms: ['SCRAM-SHA-512'],
};
/** At the controller, then at each broker. */
export const trying = (...answers: readonly Ungranted['may'][]) => ({
  tried: answers.map((may, broker) =>
    broker === 0
      ? ({ as: 'shop', what: 'create a topic', may } as const)
      : ({ as: 'shop', what: 'see a topic', broker, may } as const),
  ),
  untried: [],
});
const kafkaFacts: KafkaFacts = {
  admin: 'admin',
  metadataVersion: 31,
  settings: settings(),
  silent: new Map(),
  acls: told([]),
  topics: told(['orders']),
  users: told([{ name: 'shop', kept: [{ mechanism: 'SCRAM-SHA-512', iterations: 8192 }] }]),
  groups: told([]),
  ungranted: trying('refused'),
  knocked: [kafkaDoor],
};

export function kafka(facts: Partial<KafkaFacts> = {}, over: object = {}): KafkaSubject {
  return {
    ...common,
    landscape: {
      environment: { ...environment, section: { admin: { username: 'admin' } } },
      services: [shop],
      claims: [],
      protected: [],
    },
    compiled: { principals: new Map([['shop', 'shop']]), resources: [], blocked: [], warnings: [] },
    ...over,
    facts: { ...kafkaFacts, ...facts },
  } as unknown as KafkaSubject;
}

export const acl = (over: Partial<AclSpec>): Told<readonly AclSpec[]> =>
  told([
    {
      resource: 'topic',
      pattern: 'literal',
      name: 'orders',
      principal: 'User:shop',
      host: '*',
      operation: 'read',
      permission: 'allow',
      ...over,
    },
  ]);
