import type { KafkaRule, KafkaSite } from './rule.ts';

export const singleBootstrap: KafkaRule = {
  id: 'MQ207',
  name: 'single-bootstrap',
  severity: 'note',
  summary: 'In production, only one broker of Kafka is named.',
  why: `Clients ask one of the named brokers where the others are. While the only one that is named is down, nobody can connect anew, though
the cluster lives: neither a service that restarts, nor an apply or a rotation that is needed just then.`,
  instead:
    'Three of them, or a name that resolves to several and whose certificate they share; then ignore this, and say so.',
  *onSite({ production, placed, environment: name, landscape: { environment } }: KafkaSite) {
    const { brokers } = environment.section;
    if (!production || !placed || new Set(brokers).size > 1) return;
    yield {
      position: environment.locate(['brokers']),
      message: `${name} names one broker: while it is down, nobody can connect anew`,
      hint: 'name two more',
    };
  },
};
