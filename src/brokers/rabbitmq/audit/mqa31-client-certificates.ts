import { pass } from '../../../core/audit.ts';
import type { RabbitCheck } from './check.ts';

export const clientCertificates: RabbitCheck = {
  id: 'MQA31',
  name: 'rabbitmq-client-certificates',
  title: 'RabbitMQ: client certificates required',
  severity: 'warning',
  why: 'A stolen password alone is enough to get in.',
  instead: 'set `ssl_options.verify = verify_peer` and `ssl_options.fail_if_no_peer_cert = true`',
  link: 'https://www.rabbitmq.com/docs/ssl#peer-verification',
  *points({ facts: { knocked } }) {
    for (const { at, protocol, withoutCertificate } of knocked) {
      if (protocol?.startsWith('http') === true || withoutCertificate === undefined) continue;
      if (withoutCertificate === 'refused') yield pass(`${at} refuses a client without a certificate`);
      else yield { is: 'fail', says: `${at} lets in a client without a certificate` };
    }
  },
};
