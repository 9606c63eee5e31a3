import { aside, pass, untold } from '../../../core/audit.ts';
import { isBefore } from '../../../core/advisories.ts';
import { topicPermissionAddress } from '../resources.ts';
import type { RabbitCheck } from './check.ts';
import { vhostsOf } from './places.ts';

export const topicVariables: RabbitCheck = {
  id: 'MQA49',
  name: 'rabbitmq-topic-variables',
  title: 'RabbitMQ: no topic permission rests on what the client says',
  severity: 'warning',
  why: 'The broker puts the client id of MQTT, which the client chooses, in the place of {client_id}: whoever wants the keys of another says that they are that one.',
  instead: 'let the pattern name {username}, or the keys themselves',
  link: 'https://www.rabbitmq.com/docs/access-control#topic-authorisation',
  *points(subject) {
    const { definitions, version } = subject.facts;
    if (definitions.is !== 'told') {
      yield untold(definitions);
      return;
    }
    const vhosts = vhostsOf(subject);
    const rows = (definitions.value.topic_permissions ?? []).filter(({ vhost }) => vhosts.has(vhost));
    const isRaw = version.is === 'told' && isBefore(version.value, quoted) === true;
    for (const { vhost, user, exchange, write, read } of rows) {
      const patterns = `${write} ${read}`;
      const address = topicPermissionAddress(vhost, user, exchange);
      if (patterns.includes('{client_id}'))
        yield {
          is: 'fail',
          says: `the keys of ${user} on ${exchange} in ${vhost} are for the client id that it gives itself`,
          address,
        };
      const named = /\{(username|vhost)\}/.exec(patterns)?.[0];
      if (named === undefined) continue;
      const value = named === '{vhost}' ? vhost : user;
      if (isRaw && /[^\w-]/.test(value))
        yield {
          is: 'fail',
          says: `the keys of ${user} on ${exchange} in ${vhost} have ${named}: before RabbitMQ ${quoted} the marks in ${value} are part of the pattern`,
          address,
          hint: `upgrade, or write the name itself into the pattern`,
        };
      else yield aside(`the keys of ${user} on ${exchange} in ${vhost} have ${named}`);
    }
    yield pass(`${rows.length} topic permissions looked at`);
  },
};

/** The first version that takes what stands for a variable as text (CVE-2026-44838). */
const quoted = '4.2.4';
