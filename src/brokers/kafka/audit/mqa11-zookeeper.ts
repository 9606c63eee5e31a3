import { pass, type Point } from '../../../core/audit.ts';
import type { KafkaCheck } from './check.ts';
import { type Settings, settingsPoints } from './facts.ts';

export const zookeeper: KafkaCheck = {
  id: 'MQA11',
  name: 'kafka-zookeeper',
  check: 11,
  title: 'Kafka: ZooKeeper authentication enabled',
  severity: 'error',
  why: 'Whoever reaches ZooKeeper without a login changes ACLs and credentials past the brokers.',
  instead:
    'set zookeeper.set.acl=true and zookeeper.ssl.client.enable=true with key and trust stores; better, move to KRaft',
  link: 'https://kafka.apache.org/39/documentation.html#zk_authz',
  *points({ facts: { settings } }) {
    // What one broker keeps its metadata in, all do.
    yield* settingsPoints({ settings, silent: new Map() }, pointsOf);
  },
};

function* pointsOf(settings: Settings, id: number): Iterable<Point> {
  const roles = settings.get('process.roles') ?? '';
  const connect = settings.get('zookeeper.connect') ?? '';
  // Both, while a cluster is moved from one to the other.
  if (roles !== '' && connect === '') {
    yield { is: 'na', says: `broker ${id} runs on KRaft: process.roles=${roles}, and there is no ZooKeeper` };
    return;
  }
  if (connect === '') {
    yield { is: 'manual', says: `broker ${id} tells neither process.roles nor zookeeper.connect` };
    return;
  }
  for (const key of ['zookeeper.set.acl', 'zookeeper.ssl.client.enable'])
    if (settings.get(key) === 'true') yield pass(`broker ${id}: ${key}=true`);
    else yield { is: 'fail', says: `broker ${id}: ${key} is ${settings.get(key) ?? 'not set'}` };
}
