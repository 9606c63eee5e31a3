import type { Broker } from '../../core/broker.ts';
import { access, identity, questions } from './access.ts';
import { client } from './client.ts';
import { compile } from './compile.ts';
import { decompile } from './decompile.ts';
import { ground } from './ground.ts';
import { kinds } from './kinds.ts';
import { land, realms } from './land.ts';
import { recall } from './recall.ts';
import type { KafkaResource } from './resources.ts';
import { type KafkaEnvironment, type KafkaService, schema } from './schema.ts';

/** Kafka: topics, SCRAM users, quotas and ACLs. The client library is loaded only when a broker is talked to. */
export const kafka: Broker<KafkaEnvironment, KafkaService, KafkaResource> = {
  name: 'kafka',
  title: 'Kafka',
  schema,
  kinds,
  endpoints: ({ brokers, certificateBrokers = [] }) =>
    [...brokers, ...certificateBrokers].map((broker) => broker.toLowerCase()),
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
  async shown(target, done, patienceMs, context) {
    const { shown } = await import('./shown.ts');
    return shown(target, done, patienceMs, context);
  },
  async weigh(target, changes, context) {
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
    const { lock } = await import('./lock.ts');
    return lock(target, context, request);
  },
};
