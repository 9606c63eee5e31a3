import { type Point, some, untold } from '../../../core/audit.ts';
import { advisoryPoints, isBefore } from '../../../core/advisories.ts';
import { advisories } from '../advisories.ts';
import type { Definitions } from '../definitions.ts';
import type { RabbitCheck } from './check.ts';

export const publishedAdvisories: RabbitCheck = {
  id: 'MQA48',
  name: 'rabbitmq-advisories',
  title: 'RabbitMQ: no published advisory about this version',
  severity: 'warning',
  why: 'How to attack it can be read by everyone.',
  instead: 'upgrade, or turn off the plugins that the advisories are about',
  link: 'https://www.rabbitmq.com/security',
  *points({ facts: { version, definitions } }) {
    if (version.is !== 'told') {
      yield untold(version);
      return;
    }
    yield* advisoryPoints(advisories, { version: version.value });
    if (definitions.is === 'told') yield* carriedPoints(version.value, definitions.value);
  },
};

/** The first version that asks topic permissions about CC and BCC headers, too. */
const copiesAsked = '4.0.3';

/** Published as a change and not as an advisory. */
function* carriedPoints(version: string, { topic_permissions: rows = [] }: Definitions): Iterable<Point> {
  if (isBefore(version, copiesAsked) !== true) return;
  const limited = new Set(rows.filter(({ write }) => !/^(?:\.\*)?$/.test(write)).map(({ user }) => user));
  if (limited.size > 0)
    yield {
      is: 'fail',
      says: `routing keys are no limit for ${some([...limited])}: before RabbitMQ ${copiesAsked} a CC or BCC header passes topic permissions`,
      hint: `upgrade to RabbitMQ ${copiesAsked} or later, or give what must be kept apart an exchange of its own`,
    };
}
