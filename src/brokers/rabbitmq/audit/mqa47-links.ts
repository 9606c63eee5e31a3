import { pass, untold } from '../../../core/audit.ts';
import type { Json } from '../../../core/json.ts';
import type { RabbitCheck } from './check.ts';

export const links: RabbitCheck = {
  id: 'MQA47',
  name: 'rabbitmq-link-credentials',
  title: 'RabbitMQ: no credentials in the URIs of shovels and federation',
  severity: 'warning',
  why: 'Every administrator, and whoever reads the definitions or a backup of them, reads these passwords.',
  instead:
    'let the link log in by certificate (auth_mechanism=external), or as a user that may do this alone',
  link: 'https://www.rabbitmq.com/docs/uri-query-parameters',
  *points({ facts: { definitions } }) {
    if (definitions.is !== 'told') {
      yield untold(definitions);
      return;
    }
    const all = (definitions.value.parameters ?? []).filter(({ component }) =>
      ['shovel', 'federation-upstream'].includes(component),
    );
    // Their values are secrets: only names are told.
    for (const { component, name, vhost = '', value } of all)
      if (holdsCredential(value))
        yield { is: 'fail', says: `the ${component} ${name} in ${vhost} has a password in a URI` };
    yield pass(`${all.length} shovels and upstreams looked at`);
  },
};

function holdsCredential(value: Json): boolean {
  if (typeof value === 'string') return /^amqps?:\/\/[^/?#]*:[^/?#]*@/.test(value);
  return (
    typeof value === 'object' &&
    value !== null &&
    Object.values(value as object).some((one) => holdsCredential(one as Json))
  );
}
