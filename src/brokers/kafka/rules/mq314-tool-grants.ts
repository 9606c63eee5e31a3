import type { KafkaRule, KafkaSite } from './rule.ts';

export const toolGrants: KafkaRule = {
  id: 'MQ314',
  name: 'tool-grants',
  severity: 'note',
  summary: 'A service gets what `kafka-acls` gives, which is more than it needs.',
  why: `\`kafka-acls --producer\` adds CREATE: a misspelt name becomes a topic with the brokers' defaults, and nobody owns it. With \`--idempotent\`
it adds a right on the cluster, which no producer has needed since Kafka 3.0.`,
  instead:
    'No `grantStyle`: what is needed follows from `produces` and `consumes`. While both sides are compared, say so in a comment that ignores this.',
  *onSite({ landscape: { services } }: KafkaSite) {
    for (const service of services) {
      const { grantStyle, produces = [], createTopics } = service.section;
      if (grantStyle !== 'kafka-acls' || produces.length === 0) continue;
      const onCluster = produces.some(({ idempotent }) => idempotent === true);
      const more = [
        ...(createTopics === true ? [] : ['make the topics that it produces to']),
        ...(onCluster ? ['write idempotently to the whole cluster'] : []),
      ];
      if (more.length === 0) continue;
      yield {
        position: service.locate(['grantStyle']),
        message: `${service.name} may also ${more.join(' and ')}, which it does not need`,
        hint: 'leave grantStyle out',
        service: service.name,
      };
    }
  },
};
