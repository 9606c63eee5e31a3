import { pass, untold } from '../../../core/audit.ts';
import type { RabbitCheck } from './check.ts';

export const deprecated: RabbitCheck = {
  id: 'MQA46',
  name: 'rabbitmq-deprecated-features',
  title: 'RabbitMQ: no deprecated feature in use',
  severity: 'warning',
  why: 'The next version may do without it, and refuse to start or to declare.',
  instead: 'move away from it before the next upgrade',
  link: 'https://www.rabbitmq.com/docs/deprecated-features',
  *points({ facts: { deprecated: told } }) {
    if (told === 'not kept')
      yield { is: 'na', says: 'this version of RabbitMQ keeps no list of deprecated features' };
    else if (told.is !== 'told') yield untold(told);
    else {
      for (const name of told.value) yield { is: 'fail', says: `in use: ${name}` };
      yield pass('the list of deprecated features in use was read');
    }
  },
};
