import type { Broker } from '../../core/broker.ts';
import { allows, identity, questions } from './access.ts';
import { client } from './client.ts';
import { compile } from './compile.ts';
import { decompile } from './decompile.ts';
import { ground } from './ground.ts';
import { kinds } from './kinds.ts';
import { land, realms } from './land.ts';
import { observe, read } from './read.ts';
import { recall } from './recall.ts';
import type { RabbitResource } from './resources.ts';
import { type RabbitEnvironment, type RabbitService, schema } from './schema.ts';
import { weigh } from './weigh.ts';
import { writer } from './write.ts';

/** RabbitMQ behind the port that everything above sees. */
export const rabbitmq: Broker<RabbitEnvironment, RabbitService, RabbitResource> = {
  name: 'rabbitmq',
  title: 'RabbitMQ',
  schema,
  kinds,
  endpoints: ({ managementUrl, amqpsUrl }) =>
    [managementUrl, amqpsUrl].filter((url) => url !== undefined).map(hostAndPort),
  land,
  realms,
  compile,
  decompile,
  client,
  ground,
  read,
  observe,
  recall,
  weigh,
  identity,
  questions,
  allows,
  async drift(target, stored, live, context) {
    const { drift } = await import('./drift.ts');
    return drift(target, stored, live, context);
  },
  async prove(target, as, context) {
    const { prove } = await import('./prove.ts');
    return prove(target, as, context);
  },
  writer,
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
