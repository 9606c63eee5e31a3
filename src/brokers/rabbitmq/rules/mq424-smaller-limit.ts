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
  const sizes = new Map<string, Size>();
  const limits = (
    of: string,
    all: Readonly<Record<string, number | bigint | undefined>>,
    locate: (key: string) => Position,
  ) => {
    for (const [key, limit] of Object.entries(all)) {
      if (limit === undefined) continue;
      sizes.set(`${key} of ${of}`, {
        value: Number(limit),
        less: 'is lower',
        says: String(limit),
        position: locate(key),
      });
    }
  };
  const { environment, services, sizes: placed } = site.landscape;
  for (const [alias, { section, path }] of vhostsOf(environment.section)) {
    const of = alias === 'default' ? 'the vhost' : `the vhost ${alias}`;
    limits(of, section.limits ?? {}, (key) => environment.locate([...path, 'limits', key]));
    const type = section.defaultQueueType;
    if (type === undefined || !types.includes(type)) continue;
    const position = environment.locate([...path, 'defaultQueueType']);
    sizes.set(`defaultQueueType of ${of}`, {
      value: types.indexOf(type),
      less: 'is a lesser one',
      says: type,
      position,
    });
  }
  for (const service of services) {
    const { name, section } = service;
    const own = placed?.get(name);
    const isOwn = (key: string) =>
      Object.hasOwn((own?.section as { readonly limits?: object } | undefined)?.limits ?? {}, key);
    limits(`the user of ${name}`, section.limits ?? {}, (key) =>
      own !== undefined && isOwn(key) ? own.locate(['limits', key]) : service.locate(['limits', key]),
    );
  }
  return sizes;
}
