import type { Address } from '../../../core/address.ts';
import { aside, pass, type Point, some, untold } from '../../../core/audit.ts';
import type { Definitions, LivePermission, LiveTopicPermission } from '../definitions.ts';
import { permissionName } from '../compile/rights.ts';
import { namesOf } from '../patterns/parse.ts';
import { compile, covers, reach } from '../patterns/pattern.ts';
import {
  builtInExchanges,
  permissionAddress,
  type RabbitResource,
  topicPermissionAddress,
} from '../resources.ts';
import type { RabbitCheck } from './check.ts';
import type { RabbitSubject } from './facts.ts';
import { bearerOf } from './identities.ts';
import { vhostsOf } from './places.ts';

export const permissions: RabbitCheck = {
  id: 'MQA03',
  name: 'rabbitmq-permissions',
  check: 3,
  title: 'RabbitMQ: permissions restricted per service',
  severity: 'error',
  why: 'Whoever takes over one service reaches whatever its permissions match, also what it never uses.',
  instead: 'bring the permissions to what the topology says: mqwarden plan, then mqwarden apply',
  link: 'https://www.rabbitmq.com/docs/access-control#authorisation',
  *points(subject) {
    const { definitions } = subject.facts;
    if (definitions.is !== 'told') {
      yield untold(definitions);
      return;
    }
    const { permissions: all = [], topic_permissions: rows = [] } = definitions.value;
    const vhosts = vhostsOf(subject);
    const here = all.filter(({ vhost }) => vhosts.has(vhost));
    const desired = new Map(subject.compiled.resources.map((one) => [one.address, one]));
    const namesFor = remembered(definitions.value);
    let looked = 0;
    for (const live of here) {
      const bearer = bearerOf(subject, live.user);
      if (bearer.is === 'administrator') continue;
      looked += 1;
      const points = [
        ...(bearer.is === 'protected' || bearer.is === 'neighbour'
          ? heldAside(live, bearer.is)
          : judged(live, desired.get(permissionAddress(live.vhost, live.user)), namesFor)),
      ];
      yield* points;
    }
    for (const row of rows.filter(({ vhost }) => vhosts.has(vhost))) yield* rowPoints(row, desired);
    yield* missingRows(rows, subject);
    yield looked === 0
      ? { is: 'na', says: `nobody but the administrator has permissions in ${some([...vhosts])}` }
      : pass(
          `the permissions of ${looked} users in ${some([...vhosts])} were compared with the topology, by every exchange and queue there is`,
        );
  },
};

const parts = ['configure', 'write', 'read'] as const;
type Part = (typeof parts)[number];

function heldAside({ user, vhost }: LivePermission, why: string): Point[] {
  return [
    aside(
      `${user} has permissions in ${vhost}; it is ${why === 'protected' ? 'protected' : "another environment's"}`,
    ),
  ];
}

/** What a pattern reaches that the topology does not need: of what there is, and of what there may be. */
function* judged(
  live: LivePermission,
  desired: RabbitResource | undefined,
  namesFor: (vhost: string, part: Part) => readonly string[],
): Iterable<Point> {
  const { user, vhost } = live;
  const address = permissionAddress(vhost, user);
  const isKnown = desired !== undefined;
  const needed =
    desired?.kind === 'rabbitmq:permission' ? desired.spec : { configure: '^$', write: '^$', read: '^$' };
  for (const part of parts) {
    const [has, needs] = [live[part] === '' ? '^$' : live[part], needed[part]];
    const says = `${user} in ${vhost} may ${part} ${has}`;
    if (/^\^?\.\*\$?$/.test(has)) {
      yield { is: 'fail', says: `${says}: everything`, address };
      continue;
    }
    if (covers(needs, has)) continue;
    yield { ...widerPoint(says, { has, needs, isKnown }, namesFor(vhost, part)), address };
  }
}

/** What is wrong with a pattern that holds more than is needed. */
function widerPoint(
  says: string,
  { has, needs, isKnown }: { readonly has: string; readonly needs: string; readonly isKnown: boolean },
  names: readonly string[],
): Point {
  const { yes: beyond = [], perhaps = [] } = reachedBy(has, needs, names);
  if (beyond.length > 0)
    return { is: 'fail', says: `${says}, and reaches ${some(beyond)}, which the topology does not need` };
  const found = compile(has);
  const why = found.kind === 'undecidable' ? `: ${found.why}` : '';
  if (found.kind === 'undecidable' || perhaps.length > 0)
    return { is: 'manual', says: `${says}, a pattern that only the broker can judge${why}` };
  if (!isKnown) {
    const hint = 'declare it, protect it, or take it away';
    return { is: 'manual', says: `${says}; the topology does not know this user`, hint };
  }
  return { is: 'fail', says: `${says}, where the topology says ${needs}: nothing yet is reached by more` };
}

/** What the one pattern reaches and the other does not. */
function reachedBy(
  has: string,
  needs: string,
  names: readonly string[],
): Partial<Record<'yes' | 'perhaps', readonly string[]>> {
  const known = namesOf(has);
  // Of a list of names nothing else is reached, but for a `$` before the end of a line.
  const asked = known === undefined ? names : names.filter((name) => known.has(name) || name.includes('\n'));
  const how = (name: string) => (reach(needs, name) === 'no' ? reach(has, name) : 'no');
  return Object.groupBy(asked, how);
}

/** Queues and exchanges have one space of names; only queues are read from by consuming, and both are bound. */
function namesIn({ exchanges = [], queues = [] }: Definitions, vhost: string, part: Part): string[] {
  const here = [...exchanges, ...queues].filter((one) => one.vhost === vhost).map(({ name }) => name);
  const builtIn = part === 'configure' ? [] : [...builtInExchanges.keys()].map(permissionName);
  return [...new Set([...here.filter((name) => name !== ''), ...builtIn])];
}

/** The same names are put to the patterns of many. */
function remembered(definitions: Definitions): (vhost: string, part: Part) => readonly string[] {
  const known = new Map<string, readonly string[]>();
  return (vhost, part) => {
    const key = JSON.stringify([vhost, part === 'configure']);
    const names = known.get(key) ?? namesIn(definitions, vhost, part);
    known.set(key, names);
    return names;
  };
}

function* rowPoints(live: LiveTopicPermission, all: ReadonlyMap<Address, RabbitResource>): Iterable<Point> {
  const address = topicPermissionAddress(live.vhost, live.user, live.exchange);
  const desired = all.get(address);
  if (desired?.kind !== 'rabbitmq:topic-permission') return;
  for (const part of ['write', 'read'] as const)
    if (!covers(desired.spec[part], live[part]))
      yield {
        is: 'fail',
        says: `${live.user} may ${part} the keys ${live[part]} on ${live.exchange} in ${live.vhost}, where the topology says ${desired.spec[part]}`,
        address,
      };
}

/** Without a row every key is allowed. */
function* missingRows(rows: readonly LiveTopicPermission[], { compiled }: RabbitSubject): Iterable<Point> {
  const live = new Set(
    rows.map(({ vhost, user, exchange }) => topicPermissionAddress(vhost, user, exchange)),
  );
  for (const { kind, address } of compiled.resources)
    if (kind === 'rabbitmq:topic-permission' && !live.has(address))
      yield {
        is: 'fail',
        says: 'a topic permission is missing, so that every routing key is allowed',
        address,
      };
}
