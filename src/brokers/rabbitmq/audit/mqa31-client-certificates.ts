import { pass } from '../../../core/audit.ts';
import { askedFor, unasked } from '../../../core/doors.ts';
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
    for (const door of knocked) {
      const { at, protocol } = door;
      // Management is another check; in clear, there is nothing to ask for one with.
      if (protocol !== undefined && (protocol.startsWith('http') || !protocol.endsWith('ssl'))) continue;
      const answer = askedFor(door);
      if (answer === undefined) yield unasked(at);
      else if (answer === 'refused') yield pass(`${at} refuses a client without a certificate`);
      else yield { is: 'fail', says: `${at} lets in a client without a certificate` };
    }
  },
};
