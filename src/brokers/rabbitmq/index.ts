import type { Broker } from '../../core/broker.ts';
import { access, identity, questions } from './access.ts';
import { client } from './client.ts';
import { compile } from './compile.ts';
import { decompile } from './decompile.ts';
import { ground } from './ground.ts';
import { kinds } from './kinds.ts';
import { land, realms } from './land.ts';
import { recall } from './recall.ts';
import type { RabbitChange, RabbitResource } from './resources.ts';
import { type RabbitEnvironment, type RabbitService, schema } from './schema.ts';

/** RabbitMQ behind the port that everything above sees. The client libraries are loaded only when a broker is talked to. */
export const rabbitmq: Broker<RabbitEnvironment, RabbitService, RabbitResource> = {
  name: 'rabbitmq',
  title: 'RabbitMQ',
  schema,
  kinds,
  endpoints: ({ managementUrl, amqpsUrl }) =>
    [managementUrl, amqpsUrl].filter((url) => url !== undefined).map(hostAndPort),
  land,
  async rules() {
    const { rules } = await import('./rules.ts');
    return rules;
  },
  realms,
  compile,
  decompile,
  client,
  ground,
  async read(target, scope, context) {
    const { read } = await import('./read.ts');
    return read(target, scope, context);
  },
  async observe(target, scope, context) {
    const { observe } = await import('./read.ts');
    return observe(target, scope, context);
  },
  recall,
  async weigh(target, changes: readonly RabbitChange[], context) {
    const { weigh } = await import('./weigh.ts');
    return weigh(target, changes, context);
  },
  identity,
  questions,
  access,
  async drift(target, stored, live, context) {
    const { drift } = await import('./drift.ts');
    return drift(target, stored, live, context);
  },
  async auditor() {
    const { auditor } = await import('./audit.ts');
    return auditor;
  },
  async prove(target, as, context) {
    const { prove } = await import('./prove.ts');
    return prove(target, as, context);
  },
  async writer(target, context, credentials, watch) {
    const { writer } = await import('./write.ts');
    return writer(target, context, credentials, watch);
  },
  async rotator(target, context, permit) {
    const { rotator } = await import('./rotate.ts');
    return rotator(target, context, permit);
  },
  async lock(target, context, request) {
    // Only who writes needs the AMQP client.
    const { lock } = await import('./lock.ts');
    return lock(target, context, request);
  },
};

const defaultPorts: Readonly<Record<string, string>> = { 'https:': '443', 'amqps:': '5671' };

/** Lower-case; schemes that URLs do not know keep the case of the host. */
function hostAndPort(url: string): string {
  const { protocol, hostname, port } = new URL(url);
  return `${hostname.toLowerCase()}:${port || (defaultPorts[protocol] ?? '')}`;
}
