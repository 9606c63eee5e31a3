import type { RabbitRule, RabbitSite } from './rule.ts';

export const noAmqps: RabbitRule = {
  id: 'MQ208',
  name: 'no-amqps-url',
  severity: 'warning',
  summary: 'RabbitMQ is known by its management API alone.',
  why: `The lock that keeps two applies from each other is held by an AMQP connection: without \`amqpsUrl\` there is none, and apply asks
for \`--no-lock\`. Services that connect by the topology do not know where, and \`verify\` cannot log in as them.`,
  instead: '`amqpsUrl: amqps://rabbitmq.internal:5671`.',
  *onSite({ environment: name, landscape: { environment } }: RabbitSite) {
    if (environment.section.amqpsUrl !== undefined) return;
    yield {
      position: environment.locate([]),
      message: `${name} does not say where services connect: no lock, no verify, no connection by the topology`,
      hint: 'add amqpsUrl: amqps://HOST:5671',
    };
  },
};
