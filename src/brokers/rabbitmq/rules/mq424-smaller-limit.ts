import type { Position } from '../../../core/errors.ts';
import { vhostsOf } from '../compile/vhosts.ts';
import type { RabbitRule, RabbitSite } from './rule.ts';

export const smallerLimit: RabbitRule = {
  id: 'MQ424',
  name: 'smaller-limit',
  severity: 'warning',
  summary: 'Production has a lower limit, or a lesser type of queue, than another environment.',
  why: `What was tried with two hundred connections and quorum queues is what people believe to have in production. A limit that is lower there is
reached there first, on the day with the most traffic; a queue that is replicated in staging alone was never tried without.`,
  instead: `The larger limit in production. \`defaultQueueType: quorum\` in the vhosts of all environments, or \`type: quorum\` in the queues.`,
  *acrossSites(sites: readonly RabbitSite[]) {
    const theirs = sites
      .filter(({ production }) => !production)
      .map((site) => ({ environment: site.environment, sizes: sizesOf(site) }));
    for (const site of sites.filter(({ production }) => production)) {
      for (const [what, own] of sizesOf(site)) {
        const [most] = theirs
          .flatMap(({ environment, sizes }) => {
            const size = sizes.get(what);
            return size === undefined ? [] : [{ environment, ...size }];
          })
          .filter(({ value }) => value > own.value)
          .sort((a, b) => b.value - a.value);
        if (most === undefined) continue;
        yield {
          position: own.position,
          message: `${what} ${own.less} in ${site.environment} than in ${most.environment}`,
          hint: `${own.says} in ${site.environment}, ${most.says} in ${most.environment}: give ${site.environment} at least as much`,
          related: [{ message: `${most.environment} has it from here`, position: most.position }],
        };
      }
    }
  },
};

interface Size {
  readonly value: number;
  readonly less: string;
  readonly says: string;
  readonly position: Position;
}

/** From less to more. */
const types: readonly string[] = ['classic', 'quorum'];

/** By what they are of; what is not limited is not told of. */
function sizesOf(site: RabbitSite): ReadonlyMap<string, Size> {
  return new Map([...vhostSizes(site), ...userSizes(site)]);
}

type Sizes = [what: string, size: Size][];

function vhostSizes({ landscape: { environment } }: RabbitSite): Sizes {
  return [...vhostsOf(environment.section)].flatMap(([alias, { section, path }]): Sizes => {
    const of = alias === 'default' ? 'the vhost' : `the vhost ${alias}`;
    const limits = limitsOf(of, section.limits, (key) => environment.locate([...path, 'limits', key]));
    const type = section.defaultQueueType;
    if (type === undefined || !types.includes(type)) return limits;
    const position = environment.locate([...path, 'defaultQueueType']);
    const size = { value: types.indexOf(type), less: 'is a lesser one', says: type, position };
    return [...limits, [`defaultQueueType of ${of}`, size]];
  });
}

/** Where an environment sets one, it wins. */
function userSizes({ landscape: { services, sizes } }: RabbitSite): Sizes {
  return services.flatMap((service) => {
    const own = sizes?.get(service.name);
    const { limits: set = {} } = (own?.section ?? {}) as { readonly limits?: object };
    return limitsOf(`the user of ${service.name}`, service.section.limits, (key) =>
      own !== undefined && Object.hasOwn(set, key)
        ? own.locate(['limits', key])
        : service.locate(['limits', key]),
    );
  });
}

function limitsOf(
  of: string,
  limits: Readonly<Record<string, number | bigint | undefined>> = {},
  locate: (key: string) => Position,
): Sizes {
  return Object.entries(limits).flatMap(([key, limit]): Sizes => {
    if (limit === undefined) return [];
    const size = { value: Number(limit), less: 'is lower', says: String(limit), position: locate(key) };
    return [[`${key} of ${of}`, size]];
  });
}
