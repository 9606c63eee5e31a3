import { expiryPoints } from '../../../core/doors.ts';
import type { KafkaCheck } from './check.ts';
import { doorsPoints } from './facts.ts';

export const certificates: KafkaCheck = {
  id: 'MQA51',
  name: 'kafka-certificate-expiry',
  title: 'Kafka: certificates are renewed in time',
  severity: 'warning',
  why: 'On the day that it expires, no service connects any more, and no broker to another.',
  instead: 'renew the key store of the listener: kafka-configs --alter on the broker, or a restart',
  link: 'https://kafka.apache.org/documentation/#security_ssl',
  points: ({ facts, now }) => doorsPoints(facts, ({ at, tls }) => expiryPoints(at, tls, now)),
};
