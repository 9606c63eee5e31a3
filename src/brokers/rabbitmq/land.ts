import { landTls } from '../../core/client-tls.ts';
import { type Position, TopologyError } from '../../core/errors.ts';
import { asWritten, fill, type Realms, templateOf } from '../../core/naming.ts';
import type { PlacedService, RabbitLandscape } from './compile/landscape.ts';
import { vhostsOf } from './compile/vhosts.ts';
import { userOf } from './compile/world.ts';

/** Services with the users and limits that they have in this environment. Pure. */
export function land(given: RabbitLandscape): RabbitLandscape {
  const template = templateOf(given.environment.section.naming?.user);
  const sizes = given.sizes ?? new Map<string, never>();
  const problems = [...sizes]
    .filter(([name]) => !given.services.some((service) => service.name === name))
    .map(([name, size]) => ({
      message: `${name} has nothing on RabbitMQ, whose size ${given.environment.name} would set`,
      position: size.locate([]),
      hint: `take it out, or give ${name} a section "rabbitmq"`,
    }));
  if (problems.length > 0) throw new TopologyError(problems);
  return {
    ...given,
    services: given.services.map((declared): PlacedService => {
      const byCertificate = declared.section.auth === 'certificate';
      const service = landTls(declared, given.environment, sizes.get(declared.name), byCertificate);
      const { section, formerly = [] } = service;
      const limits = { ...section.limits, ...sizes.get(service.name)?.section.limits };
      return {
        ...service,
        formerly: formerly.map((name) => fill(template, name)),
        section: { ...section, limits, user: fill(template, userOf(service)) },
      };
    }),
    removed: (given.removed ?? []).map((one) => ({ ...one, principal: fill(template, one.principal) })),
  };
}

/** Users are global to a broker; everything else stands in a vhost. */
export function realms({ environment, services }: RabbitLandscape): Realms {
  const users = new Map<string, Position>();
  for (const service of services) {
    users.set(userOf(service), service.locate(['user']));
    for (const name of service.formerly ?? []) users.set(name, service.locate([]));
  }
  const { naming } = environment.section;
  const template = naming === undefined ? asWritten : templateOf(naming.user);
  const vhosts = [...vhostsOf(environment.section).values()].map(
    ({ section, path }) => [section.name, environment.locate(path)] as const,
  );
  return [
    { sort: 'user', template, key: ['naming', 'user'], names: users },
    { sort: 'vhost', key: ['vhost'], names: new Map(vhosts) },
  ];
}
