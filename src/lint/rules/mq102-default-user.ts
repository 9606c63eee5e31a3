import { showPath } from '../../topology/places.ts';
import type { FileRule } from '../rule.ts';
import { positionOf, scalarsOf } from '../scalars.ts';

const keys: readonly (string | number)[] = ['user', 'username'];

export const defaultUser: FileRule = {
  id: 'MQ102',
  name: 'default-user',
  severity: 'error',
  summary: 'Somebody is to be the user `guest`.',
  why: `RabbitMQ comes with \`guest\`, whose password is \`guest\` and who is an administrator. Every scanner tries it first, and every client
library uses it when it is told nothing else.`,
  instead:
    'A user of its own for each service and for the administrator, and no `guest` on the broker at all.',
  *inFile(file) {
    for (const scalar of scalarsOf(file)) {
      const { path, value } = scalar;
      if (value !== 'guest' || !keys.includes(path.at(-1) ?? '')) continue;
      const hint = 'delete guest on the broker, and use a name that says who it is';
      yield {
        position: positionOf(file, scalar),
        message: `${showPath(path)}: guest is the user that everybody knows`,
        hint,
      };
    }
  },
};
