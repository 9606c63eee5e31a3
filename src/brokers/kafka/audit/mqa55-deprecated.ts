import { pass, type Point } from '../../../core/audit.ts';
import type { KafkaCheck } from './check.ts';
import { type Settings, settingsPoints } from './facts.ts';

export const deprecated: KafkaCheck = {
  id: 'MQA55',
  name: 'kafka-deprecated-features',
  title: 'Kafka: nothing in use that Kafka 4 is without',
  severity: 'warning',
  why: 'Kafka 3.9 is the last that knows it: what keeps brokers from an upgrade keeps them from what is mended, too.',
  instead: 'move away from it before the next upgrade',
  link: 'https://kafka.apache.org/documentation/#upgrade',
  *points({ facts }) {
    yield* settingsPoints(facts, pointsOf);
  },
};

function* pointsOf(settings: Settings, broker: number): Iterable<Point> {
  const of = (key: string) => settings.get(key) ?? '';
  if (of('process.roles') === '' && of('zookeeper.connect') !== '')
    yield {
      is: 'fail',
      says: `broker ${broker} keeps its metadata in ZooKeeper`,
      hint: 'migrate to KRaft: https://kafka.apache.org/39/documentation.html#kraft_zk_migration',
    };
  if (of('authorizer.class.name').endsWith('.AclAuthorizer'))
    yield {
      is: 'fail',
      says: `broker ${broker} asks the authorizer of ZooKeeper, AclAuthorizer`,
      hint: 'org.apache.kafka.metadata.authorizer.StandardAuthorizer takes its place with KRaft',
    };
  if (/^(?:0\.|1\.|2\.)/.test(of('log.message.format.version')))
    yield {
      is: 'fail',
      says: `broker ${broker} writes records in an old form: log.message.format.version=${of('log.message.format.version')}`,
      hint: 'take the setting away: it has had no use since inter.broker.protocol.version 3.0',
    };
  yield pass(`the settings of broker ${broker} looked at`);
}
