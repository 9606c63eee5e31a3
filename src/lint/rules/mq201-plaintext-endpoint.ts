import { showPath } from '../../topology/places.ts';
import type { FileRule } from '../rule.ts';
import { positionOf, scalarsOf } from '../scalars.ts';

const plaintext = /^(?:http|amqp|mqtt|stomp|ws|ldap|redis|plaintext|sasl_plaintext):\/\/\S+$/i;
const prose: readonly (string | number)[] = ['description', 'reason', 'owner'];

export const plaintextEndpoint: FileRule = {
  id: 'MQ201',
  name: 'plaintext-endpoint',
  severity: 'error',
  summary: 'An endpoint is reached without TLS.',
  why: `Whoever sees the network between sees user names, passwords and messages, and can change them. An internal network is no exception:
that is where an intruder already is.`,
  instead: '`https://…:15671`, `amqps://…:5671`, and for Kafka the port of a SASL_SSL listener.',
  *inFile(file) {
    for (const scalar of scalarsOf(file)) {
      const { path, value } = scalar;
      if (typeof value !== 'string' || prose.includes(path.at(-1) ?? '') || !plaintext.test(value)) continue;
      const scheme = value.slice(0, value.indexOf(':')).toLowerCase();
      yield {
        position: positionOf(file, scalar),
        message: `${showPath(path)}: ${scheme}:// goes without TLS`,
        hint: 'use the listener with TLS: https://…:15671, amqps://…:5671',
        fix: encrypted(value).map((to) => ({ is: 'replace', at: positionOf(file, scalar), from: value, to })),
      };
    }
  },
};

/** By the ports that everybody uses; no other can be known. */
function encrypted(value: string): string[] {
  const ports = { http: ['15672', 'https', '15671'], amqp: ['5672', 'amqps', '5671'] } as const;
  const [, scheme = '', host = '', port] = /^([a-z]+):\/\/([^/:]+):(\d+)$/.exec(value) ?? [];
  const known = scheme === 'http' || scheme === 'amqp' ? ports[scheme] : undefined;
  return known?.[0] === port && known !== undefined ? [`${known[1]}://${host}:${known[2]}`] : [];
}
