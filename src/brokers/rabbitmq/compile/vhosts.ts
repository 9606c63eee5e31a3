import type { Problem } from '../../../core/errors.ts';
import { type GrantSection, mainVhost, type RabbitEnvironment, type VhostSection } from '../schema.ts';
import type { Path, PlacedService, RabbitLandscape, Resident } from './landscape.ts';
import type { Call, Conversations } from './calls.ts';

/** The vhosts of an environment, and what each service does in which of them. */

export interface DeclaredVhost {
  readonly section: VhostSection;
  /** In the environment's section. */
  readonly path: Path;
}

/** By alias; the environment's own first. */
export function vhostsOf(environment: RabbitEnvironment): ReadonlyMap<string, DeclaredVhost> {
  const named = Object.entries(environment.vhosts ?? {}).map(([alias, section]) => {
    return [alias, { section, path: ['vhosts', alias] }] satisfies [string, DeclaredVhost];
  });
  return new Map<string, DeclaredVhost>([
    [mainVhost, { section: environment.vhost, path: ['vhost'] }],
    ...named,
  ]);
}

interface Use {
  /** In the service's section. */
  readonly path: Path;
}
interface Publish extends Use {
  readonly exchange: string;
  readonly routingKeys?: readonly string[] | undefined;
}
interface QueueUse extends Use {
  readonly queue: string;
}
interface TemporaryBinding extends Use {
  readonly exchange: string;
  readonly routingKeys: readonly string[];
}

/** A service as one vhost sees it: with what it does there, and nothing of what it does elsewhere. */
export interface Member {
  readonly service: PlacedService;
  /** It lives here: what it owns stands in this vhost. */
  readonly atHome: boolean;
  readonly declares: boolean;
  readonly namespace: string | undefined;
  /** It makes queues named by the server, and binds them like this; undefined where it makes none. */
  readonly temporary: readonly TemporaryBinding[] | undefined;
  /** Those of requests and replies among them. */
  readonly publishes: readonly Publish[];
  readonly consumes: readonly QueueUse[];
  readonly sends: readonly QueueUse[];
  readonly calls: readonly Call[];
  readonly grants: readonly (GrantSection & Use)[];
}

/** Each service with the vhosts that it speaks of. */
export function locateAll(
  { environment, services }: Pick<RabbitLandscape, 'environment' | 'services'>,
  problems: Problem[],
): readonly Located[] {
  const aliases = [...vhostsOf(environment.section).keys()];
  const known = (alias: string, service: PlacedService, path: Path) => {
    if (aliases.includes(alias)) return alias;
    problems.push({
      message: `environment ${environment.name} has no vhost ${JSON.stringify(alias)}`,
      position: service.locate(path),
      hint: `it has: ${aliases.join(', ')}; add it to "vhosts" of the environment, or name one of these`,
    });
    return mainVhost;
  };
  return services.map((service) => locate(service, known));
}

/** The members of a vhost: who lives there, and who only does something there. */
export function membersIn(
  alias: string,
  located: readonly Located[],
  talk: Conversations,
): readonly Member[] {
  return located
    .map((one) => memberIn(alias, one, talk))
    .filter((member) => member.atHome || doesSomething(member));
}

interface In {
  readonly alias: string;
}
export interface Located extends Resident {
  readonly publishes: readonly (Publish & In)[];
  readonly consumes: readonly (QueueUse & In)[];
  readonly sends: readonly (QueueUse & In)[];
  readonly grants: readonly (GrantSection & Use & In)[];
}

/** Each intent with the vhost that it is about: its own word, else the service's, else the environment's. */
function locate(
  service: PlacedService,
  known: (alias: string, service: PlacedService, path: Path) => string,
): Located {
  const { vhost = mainVhost, publishes = [], consumes = [], sends = [], grants = [] } = service.section;
  const home = known(vhost, service, ['vhost']);
  const each = <T extends { readonly vhost?: string | undefined }>(key: string, uses: readonly T[]) =>
    uses.map((use, at) => {
      const alias = use.vhost === undefined ? home : known(use.vhost, service, [key, at, 'vhost']);
      return { ...use, path: [key, at], alias };
    });
  return {
    service,
    home,
    publishes: each('publishes', publishes),
    consumes: each('consumes', consumes),
    sends: each('sends', sends),
    grants: each('grants', grants),
  };
}

function memberIn(
  vhost: string,
  { service, home, ...uses }: Located,
  { served, calls }: Conversations,
): Member {
  const here = <T extends In>(all: readonly T[]) => all.filter(({ alias }) => alias === vhost);
  const atHome = home === vhost;
  const serves = atHome ? served.filter((one) => one.service === service) : [];
  const called = calls.filter((call) => call.caller === service && call.served.home === vhost);
  return {
    service,
    atHome,
    declares: atHome && service.section.declares,
    namespace: atHome ? service.section.namespace : undefined,
    temporary: atHome ? temporaryBindings(service) : undefined,
    publishes: [
      ...here(uses.publishes),
      ...serves.map(({ replies, path }) => ({ exchange: replies, path })),
      ...called.map((call) => ({ exchange: call.served.requests, path: call.path })),
    ],
    consumes: [
      ...here(uses.consumes),
      ...serves.map(({ queue, path }) => ({ queue, path })),
      ...called.map(({ replyQueue, path }) => ({ queue: replyQueue, path })),
    ],
    sends: here(uses.sends),
    calls: called,
    grants: here(uses.grants),
  };
}

function temporaryBindings({ section }: PlacedService): readonly TemporaryBinding[] | undefined {
  return section.temporaryQueues?.bindings.map(
    ({ exchange, routingKey = '', routingKeys = [routingKey] }, at) => ({
      exchange,
      routingKeys,
      path: ['temporaryQueues', 'bindings', at],
    }),
  );
}

function doesSomething({ publishes, consumes, sends, grants }: Member): boolean {
  return [publishes, consumes, sends, grants].some((uses) => uses.length > 0);
}
