import { listed } from '../../../core/listed.ts';
import { topicsOf } from './topics.ts';
import type { KafkaRule, KafkaSite } from './rule.ts';

export const defaultInsync: KafkaRule = {
  id: 'MQ503',
  name: 'default-insync',
  severity: 'note',
  summary: 'In production, `min.insync.replicas` is left to the brokers.',
  why: `Kafka's own default is 1: a producer that waits for all copies is content with a single one, and what it wrote is lost when that broker
is. Whether somebody has set another default on the brokers is in no file of the topology.`,
  instead: `For all topics of the environment at once: \`override: { kafka: { config: { min.insync.replicas: 2 } } }\`; or in the \`config\` of
those that count.`,
  *onSite(site: KafkaSite) {
    if (!site.production) return;
    const open = topicsOf(site).filter(
      ({ config, replicationFactor }) =>
        config['min.insync.replicas'] === undefined && replicationFactor !== 1,
    );
    if (open.length === 0) return;
    const { environment } = site.landscape;
    yield {
      position: environment.locate([]),
      message: `${environment.name} leaves min.insync.replicas to the brokers, whose own default is 1, for ${listed(open.map(({ written }) => written))}`,
      hint: 'write override: { kafka: { config: { min.insync.replicas: 2 } } } in the environment',
    };
  },
};
