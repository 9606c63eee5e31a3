import { strengthPoints } from '../../../core/doors.ts';
import type { KafkaCheck } from './check.ts';
import { doorsPoints } from './facts.ts';

export const certificateStrength: KafkaCheck = {
  id: 'MQA38',
  name: 'kafka-certificate-strength',
  title: 'Kafka: certificates of listeners are strong, and of an authority',
  severity: 'warning',
  why: 'A key that can be found, or a signature that can be forged, lets somebody stand in for the broker.',
  instead:
    'give the listener a certificate of the internal authority, with a key of 2048 bits or more and SHA-256',
  link: 'https://kafka.apache.org/documentation/#security_ssl',
  points: ({ facts }) => doorsPoints(facts, (door) => strengthPoints(door.at, door)),
};
