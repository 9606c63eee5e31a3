import { expiryPoints } from '../../../core/doors.ts';
import type { RabbitCheck } from './check.ts';

export const certificates: RabbitCheck = {
  id: 'MQA41',
  name: 'rabbitmq-certificate-expiry',
  title: 'RabbitMQ: certificates are renewed in time',
  severity: 'warning',
  why: 'On the day that it expires, no service connects any more.',
  instead: 'renew the certificate of the listener; RabbitMQ reads it again for new connections',
  link: 'https://www.rabbitmq.com/docs/ssl',
  points: ({ facts: { knocked }, now }) => knocked.flatMap(({ at, tls }) => expiryPoints(at, tls, now)),
};
