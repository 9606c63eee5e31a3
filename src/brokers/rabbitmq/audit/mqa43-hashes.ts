import { aside, pass, some, untold } from '../../../core/audit.ts';
import { userAddress } from '../resources.ts';
import type { RabbitCheck } from './check.ts';

export const hashes: RabbitCheck = {
  id: 'MQA43',
  name: 'rabbitmq-password-hashes',
  title: 'RabbitMQ: passwords are kept by a sound algorithm',
  severity: 'error',
  why: 'MD5 is broken: whoever reads the definitions, or a backup of them, has the password.',
  instead: 'write the password again: mqwarden apply --check-credentials, or rotate it',
  link: 'https://www.rabbitmq.com/docs/passwords',
  *points({ facts: { definitions, hashes: kept } }) {
    if (definitions.is !== 'told') {
      yield untold(definitions);
      return;
    }
    const empty: string[] = [];
    for (const [name, hash] of kept) {
      if (hash === 'md5')
        yield {
          is: 'fail',
          says: `the password of ${name} is kept as an MD5 hash`,
          address: userAddress(name),
        };
      if (hash === 'empty') empty.push(name);
    }
    if (empty.length > 0)
      yield aside(`without a password, so that only a certificate lets in: ${some(empty)}`);
    yield pass(`the hashes of ${kept.size} users looked at`);
  },
};
