import { type Address, kindOf, partOf, partsOf } from '../../../core/address.ts';
import type {
  AccessModel,
  Basis,
  Effects,
  Flow,
  Held,
  Impossible,
  Verb,
} from '../../../core/access/model.ts';
import { once } from '../../../core/access/once.ts';
import { namePattern } from '../patterns/names.ts';
import { namesOf } from '../patterns/parse.ts';
import { covers, meet, reach } from '../patterns/pattern.ts';
import {
  builtInExchanges,
  exchangeAddress,
  type Permission,
  queueAddress,
  type RabbitResource,
  vhostAddress,
} from '../resources.ts';
import { flowsIn } from './flows.ts';
import { basisOf, patternOf, rulingBy } from './ruling.ts';

/** Who reaches what, from resources that are desired or live. Pure. */

export function access(resources: readonly RabbitResource[]): AccessModel {
  const ruling = rulingBy(resources);
  const permissions = resources.filter((one) => one.kind === 'rabbitmq:permission');
  const byUser = Map.groupBy(permissions, ({ address }) => partOf(address, 1));
  const internal = new Set(
    resources.flatMap((one) => (one.kind === 'rabbitmq:exchange' && one.spec.internal ? [one.address] : [])),
  );
  const streams = new Set(
    resources.flatMap((one) =>
      one.kind === 'rabbitmq:queue' && one.spec.type === 'stream' ? [one.address] : [],
    ),
  );
  const names = once(() => namesIn(resources, permissions));
  const vhosts = once(() => vhostsIn(resources));
  const flows = once((): readonly Flow[] => flowsIn(resources));
  return {
    principals: [...byUser.keys()],
    get things() {
      return new Set(
        [...names().values()].flatMap((here) => [here.vhost, ...[...here.things.values()].flat()]),
      );
    },
    get flows() {
      return flows();
    },
    powers: powersIn(resources),
    notes: resources.some(({ kind }) => kind === 'rabbitmq:topic-permission') ? [copies] : [],
    ruling,
    held: (user) =>
      (byUser.get(user) ?? []).flatMap((permission) =>
        reachedBy(permission, names().get(partOf(permission.address, 0))).map((one): Held => ({
          ...one,
          ruling: ruling({ ...one, principal: user }),
        })),
      ),
    wide: (user) => (byUser.get(user) ?? []).flatMap(wideIn),
    normal: (at) => normalAddress(at, vhosts()),
    named: (name, kind) => namedIn(name, kind, vhosts()),
    rights,
    effects: (at) => effectsOf(at, internal, streams),
    meet,
    exactly: (key) => namePattern([key]),
    covers: (wide, narrow) => covers(wide ?? '.*', narrow ?? '.*'),
  };
}

const copies =
  'RabbitMQ before 4.0.3 judges the routing key alone: there, whoever may publish to a topic exchange reaches every key of it by a CC or BCC header';

const patterns = ['read', 'write', 'configure'] as const;

/** What stands in a vhost that nothing is known of cannot be told. */
function vhostsIn(resources: readonly RabbitResource[]): ReadonlySet<string> {
  return new Set(
    resources.flatMap(({ kind, address }) =>
      kind === 'rabbitmq:vhost' || kind === 'rabbitmq:permission' ? [partOf(address, 0)] : [],
    ),
  );
}

const made: Readonly<Record<string, (vhost: string, name: string) => Address>> = {
  exchange: (vhost, name) => exchangeAddress(vhost, name === 'amq.default' ? '' : name),
  queue: queueAddress,
};

function normalAddress(at: Address, vhosts: ReadonlySet<string>): Address | Impossible {
  const [vhost = '', name, ...more] = partsOf(at);
  const kind = kindOf(at).slice('rabbitmq:'.length);
  const make = made[kind];
  const isWhole = kind === 'vhost' ? name === undefined : name !== undefined && more.length === 0;
  if ((kind !== 'vhost' && make === undefined) || !isWhole) {
    const why = `${at} is no exchange, queue or vhost of RabbitMQ`;
    return {
      why,
      hint: 'write rabbitmq:queue:VHOST/NAME, rabbitmq:exchange:VHOST/NAME or rabbitmq:vhost:VHOST',
    };
  }
  if (!vhosts.has(vhost)) {
    const why = `vhost ${JSON.stringify(vhost)} is none of those that are known here`;
    return { why, hint: `they are: ${[...vhosts].join(', ')}` };
  }
  return make === undefined || name === undefined ? vhostAddress(vhost) : make(vhost, name);
}

function namedIn(name: string, kind: string | undefined, vhosts: ReadonlySet<string>): Address[] {
  const makers = Object.entries(made).filter(([one]) => kind === undefined || kind === one);
  const within = makers.flatMap(([, make]) => [...vhosts].map((vhost) => make(vhost, name)));
  return kind === 'vhost' || (kind === undefined && vhosts.has(name))
    ? [...within, vhostAddress(name)]
    : within;
}

interface Names {
  readonly vhost: Address;
  /** What has a name, as permissions know it. */
  readonly things: ReadonlyMap<string, readonly Address[]>;
}

/** By vhost: what is declared there, what the broker comes with, and what a grant names and nobody declares. */
function namesIn(
  resources: readonly RabbitResource[],
  permissions: readonly Permission[],
): ReadonlyMap<string, Names> {
  const found = new Map<string, { vhost: Address; things: Map<string, Address[]> }>();
  const at = (vhost: string) => {
    const known = found.get(vhost) ?? { vhost: vhostAddress(vhost), things: builtIn(vhost) };
    found.set(vhost, known);
    return known.things;
  };
  for (const { kind, address } of resources) {
    if (kind !== 'rabbitmq:exchange' && kind !== 'rabbitmq:queue') continue;
    const things = at(partOf(address, 0));
    const name = partOf(address, 1);
    things.set(name, [...(things.get(name) ?? []), address]);
  }
  for (const { address, spec } of permissions) {
    const vhost = partOf(address, 0);
    const things = at(vhost);
    const speaksOf = (pattern: string, of: (vhost: string, name: string) => Address) => {
      for (const name of namesOf(pattern) ?? [])
        if (name !== '' && !things.has(name)) things.set(name, [of(vhost, name)]);
    };
    speaksOf(spec.write, exchangeAddress);
    speaksOf(spec.read, queueAddress);
  }
  return found;
}

function builtIn(vhost: string): Map<string, Address[]> {
  return new Map(
    [...builtInExchanges.keys()].map((name) => [
      name === '' ? 'amq.default' : name,
      [exchangeAddress(vhost, name)],
    ]),
  );
}

function reachedBy({ spec }: Permission, names: Names | undefined): { at: Address; right: string }[] {
  if (names === undefined) return [];
  const { vhost, things } = names;
  const within = patterns.flatMap((right) =>
    namesReached(spec[right], things).flatMap((name) =>
      (things.get(name) ?? []).filter((at) => rights(at, right).length > 0).map((at) => ({ at, right })),
    ),
  );
  return [{ at: vhost, right: 'enter' }, ...within];
}

/** Most patterns are lists of names: those need no look at every name. */
function namesReached(pattern: string, things: Names['things']): readonly string[] {
  const listed = namesOf(pattern);
  if (listed !== undefined) return [...listed].filter((name) => things.has(name));
  return [...things.keys()].filter((name) => reach(pattern, name) !== 'no');
}

function wideIn({ address, spec }: Permission): Basis[] {
  return patterns
    .filter((right) => namesOf(spec[right]) === undefined)
    .map((right) =>
      basisOf(
        address,
        right,
        patternOf(spec, right),
        reach(spec[right], '') === 'perhaps' ? 'perhaps' : 'yes',
      ),
    );
}

/** Nothing can be bound to the default exchange, and nobody declares what the broker comes with. */
function rights(at: Address, verb: Verb): readonly string[] {
  switch (kindOf(at)) {
    case 'rabbitmq:queue':
      return [verb];
    case 'rabbitmq:exchange': {
      const name = partOf(at, 1);
      if (name === '') return verb === 'write' ? ['write'] : [];
      return verb === 'configure' && builtInExchanges.has(name) ? [] : [verb];
    }
    case 'rabbitmq:vhost':
      return verb === 'read' ? ['enter'] : [];
    default:
      return [];
  }
}

/**
 * Write on a queue is the right to bind it; on a stream, to publish to it, too, by its own protocol. To an internal exchange nobody
 * publishes, but whoever may write there may bind it to another. Read on an exchange is the right to bind something to it.
 */
function effectsOf(at: Address, internal: ReadonlySet<string>, streams: ReadonlySet<string>): Effects {
  const kind = kindOf(at);
  const isQueue = kind === 'rabbitmq:queue';
  const isExchange = kind === 'rabbitmq:exchange';
  const isPublished = (isExchange && !internal.has(at)) || streams.has(at);
  return {
    puts: isPublished ? 'write' : undefined,
    gets: isQueue || (isExchange && partsOf(at)[1] !== '') ? 'read' : undefined,
    takes: isQueue ? 'read' : undefined,
    leads: !isPublished && (isQueue || isExchange) ? 'write' : undefined,
  };
}

const powerful: Readonly<Record<string, string>> = {
  administrator: 'tag administrator',
  policymaker: 'tag policymaker: may lead messages elsewhere by policies',
};

function powersIn(resources: readonly RabbitResource[]): Map<string, string> {
  return new Map(
    resources.flatMap((one) => {
      if (one.kind !== 'rabbitmq:user') return [];
      const found = one.spec.tags.flatMap((tag) => powerful[tag] ?? []);
      return found.length === 0 ? [] : [[partOf(one.address, 0), found.join(', ')] as const];
    }),
  );
}
