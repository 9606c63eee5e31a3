import type { KafkaRule, KafkaSite } from './rule.ts';

export const idlePrincipal: KafkaRule = {
  id: 'MQ610',
  name: 'idle-principal',
  severity: 'note',
  summary: 'A service has a principal on Kafka and does nothing there.',
  why: `Its credential is made, stored and rotated, and can log in: one more that may be lost, for nothing. Mostly what it did was taken out, and the
section was left.`,
  instead: 'No `kafka:` section; or what the service does.',
  *onSite({ landscape: { services }, resources }: KafkaSite) {
    const busy = new Set(
      resources
        .filter(({ kind }) => kind === 'kafka:acl' || kind === 'kafka:topic')
        .map(({ service }) => service),
    );
    for (const service of services) {
      if (busy.has(service.name) || service.suspended === true) continue;
      yield {
        position: service.locate([]),
        message: `${service.name} has a principal on Kafka and does nothing there`,
        hint: 'take its section kafka out, or say what it does',
        service: service.name,
      };
    }
  },
};
