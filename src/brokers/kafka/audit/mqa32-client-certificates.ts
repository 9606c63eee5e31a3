import type { KafkaCheck } from './check.ts';
import type { Knocked } from './facts.ts';
import { pass, type Point } from '../../../core/audit.ts';

export const clientCertificates: KafkaCheck = {
  id: 'MQA32',
  name: 'kafka-client-certificates',
  title: 'Kafka: client certificates required',
  severity: 'error',
  why: 'Where a certificate says who somebody is, whoever shows none is everyone.',
  instead:
    'set listener.name.<name>.ssl.client.auth=required: without the listener in front it is for SSL listeners alone',
  link: 'https://kafka.apache.org/documentation/#security_ssl',
  points: ({ facts: { knocked } }) => knocked.flatMap(pointsOf),
};

function pointsOf({ at, protocol, withoutCertificate }: Knocked): Point[] {
  if (withoutCertificate === undefined) return [];
  if (withoutCertificate === 'refused') return [pass(`${at} refuses a client without a certificate`)];
  const says = `${at} lets in a client without a certificate`;
  // Who they are, SASL says there.
  if (protocol === 'SASL_SSL')
    return [{ is: 'manual', says, hint: 'see whether a password alone is meant to be enough there' }];
  return [{ is: 'fail', says }];
}
