import type { RabbitRule } from 'mqwarden/rules';

export default {
  broker: 'rabbitmq',
  id: 'ACME002',
  name: 'acme-connections',
  severity: 'warning',
  summary: 'In production, a service has no limit of connections.',
  why: 'One service in a loop once took the file descriptors of all.',
  instead: '`limits: { maxConnections: 100 }`.',
  *onSite({ production, landscape: { services } }) {
    for (const service of services) {
      if (!production || service.section.limits?.maxConnections !== undefined) continue;
      const message = `${service.name} may open any number of connections`;
      yield { position: service.locate([]), message, service: service.name };
    }
  },
} satisfies RabbitRule;
