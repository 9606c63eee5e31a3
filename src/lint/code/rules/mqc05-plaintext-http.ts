import { addressesIn } from '../addresses.ts';
import type { CodeRule } from '../rule.ts';

export const plaintextHttp: CodeRule = {
  id: 'MQC05',
  name: 'plaintext-http',
  severity: 'error',
  summary: 'The management API of RabbitMQ, or another internal address, is called with `http://`.',
  why: 'The management API takes a password with every request, mostly an administrator’s. Inside of a network, too, whoever reads along has it.',
  instead: '`https://rabbitmq.internal:15671`, with the authority of the certificate.',
  inTests: false,
  *inCode(code) {
    for (const { node, known } of addressesIn(code)) {
      const what = plainly(known);
      if (what !== undefined)
        yield { node, message: `${what} by http://: what is sent travels in clear`, hint: 'write https://' };
    }
  },
};

/** Those are inside of the machine. */
const within = /^(?:metadata\.google|host\.docker|gateway\.docker|kubernetes\.docker)\.internal$/;

function plainly(known: string): string | undefined {
  const authority = /^\s*http:\/\/([^/?#]*)/i.exec(known)?.[1];
  if (authority === undefined) return undefined;
  const [, host = '', port = ''] =
    /^(.*?)(?::(\d*))?$/.exec(authority.slice(authority.lastIndexOf('@') + 1)) ?? [];
  if (port === '15672') return 'the management API of RabbitMQ';
  return /\.internal$/i.test(host) && !within.test(host.toLowerCase()) ? 'an internal address' : undefined;
}
