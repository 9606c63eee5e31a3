import type { Problem } from '../../../core/errors.ts';
import { nearest } from '../../../topology/issues.ts';
import type { ExchangeSection, QueueSection } from '../schema.ts';
import type { Path, PlacedService, Resident } from './landscape.ts';
import type { Owned } from './owned.ts';

/**
 * Request and reply. What a service serves is a queue of requests; callers write to a direct exchange that leads to it and
 * nowhere else, the server writes its replies to another, and each caller reads a reply queue of its own. No one needs the
 * default exchange, which would let everyone write to every queue.
 */
interface Served {
  readonly service: PlacedService;
  /** The vhost that it lives in, by alias: callers come there. */
  readonly home: string;
  readonly queue: string;
  /** Where callers write; the routing key is the queue's name. */
  readonly requests: string;
  /** Where the server writes; the routing key is the calling service's name. */
  readonly replies: string;
  readonly allow: readonly string[] | undefined;
  readonly path: Path;
}

export interface Call {
  readonly caller: PlacedService;
  readonly served: Served;
  readonly replyQueue: string;
  readonly path: Path;
}

export interface Conversations {
  readonly served: readonly Served[];
  readonly calls: readonly Call[];
}

export function conversations(residents: readonly Resident[], problems: Problem[]): Conversations {
  const served = residents.flatMap(servedBy);
  const names = residents.map(({ service }) => service.name);
  const calls = residents.flatMap(({ service }) => callsOf(service, served, names, problems));
  // Said twice it is one; of two callers whose reply queues have one name, both are kept, and told.
  const distinct = new Map(
    calls.map((call) => [JSON.stringify([call.caller.name, call.served.home, call.replyQueue]), call]),
  );
  return { served, calls: [...distinct.values()] };
}

function servedBy({ service, home }: Resident): Served[] {
  return (service.section.serves ?? []).map(({ queue, exchange, replies, allow }, at) => ({
    service,
    home,
    queue,
    requests: exchange ?? `${queue}.calls`,
    replies: replies ?? `${queue}.replies`,
    allow,
    path: ['serves', at],
  }));
}

function callsOf(
  caller: PlacedService,
  served: readonly Served[],
  names: readonly string[],
  problems: Problem[],
): Call[] {
  return (caller.section.calls ?? []).flatMap(({ service, queue }, at): Call[] => {
    const path = ['calls', at];
    const offered = served.filter((one) => one.service.name === service);
    const called = offered.filter((one) => queue === undefined || one.queue === queue);
    const problem = names.includes(service)
      ? callProblem(caller.name, { service, queue }, offered, called)
      : strangerProblem(caller.name, service, names);
    if (problem !== undefined) {
      problems.push({ ...problem, position: caller.locate(path) });
      return [];
    }
    return called.map((one) => ({
      caller,
      served: one,
      path,
      replyQueue: `${caller.name}.replies.${one.queue}`,
    }));
  });
}

function strangerProblem(caller: string, service: string, names: readonly string[]) {
  const near = nearest(service, names);
  const hint = near === undefined ? 'check the name of the service' : `did you mean "${near}"?`;
  return { message: `${caller} calls ${service}, which has nothing on RabbitMQ`, hint };
}

function callProblem(
  caller: string,
  { service, queue }: { readonly service: string; readonly queue?: string | undefined },
  offered: readonly Served[],
  called: readonly Served[],
): Pick<Problem, 'message' | 'hint'> | undefined {
  if (service === caller) return { message: `${caller} calls itself`, hint: 'call another service' };
  if (offered.length === 0) {
    return {
      message: `${caller} calls ${service}, which serves nothing on RabbitMQ`,
      hint: `add "serves: [QUEUE]" to ${service}`,
    };
  }
  if (called.length > 0) return undefined;
  const hint = `name one that it serves: ${offered.map((one) => one.queue).join(', ')}`;
  return { message: `${caller} calls ${queue ?? ''} of ${service}, which does not serve it`, hint };
}

/** What mqwarden makes for these conversations in one vhost. */
export interface Provided {
  readonly exchanges: readonly Owned<ExchangeSection>[];
  readonly queues: readonly Owned<QueueSection>[];
  /** The queues of requests: nobody has to declare one just to serve it. */
  readonly requests: readonly Served[];
}

export function provided({ served, calls }: Conversations, vhost: string): Provided {
  const here = served.filter(({ home }) => home === vhost);
  return {
    requests: here,
    exchanges: here.flatMap((one) => exchangesOf(one, calls)),
    queues: calls.filter((call) => call.served.home === vhost).map(replyQueue),
  };
}

/**
 * Guarded as if their owner had said so: only callers write requests, only the server writes replies, and nobody binds anything of
 * their own to either. A direct exchange knows no topic permission: who may bind to it reads everyone's replies.
 */
function exchangesOf(served: Served, calls: readonly Call[]): Owned<ExchangeSection>[] {
  const { service, path, requests, replies } = served;
  const callers = calls.filter((call) => call.served === served).map(({ caller }) => caller.name);
  const direct = (name: string, allow: ExchangeSection['allow']): Owned<ExchangeSection> => ({
    name,
    service,
    path,
    provided: true,
    section: { type: 'direct', durable: true, autoDelete: false, internal: false, allow },
  });
  return [direct(requests, { publish: callers }), direct(replies, {})];
}

function replyQueue({ caller, served, replyQueue: name, path }: Call): Owned<QueueSection> {
  return {
    name,
    service: caller,
    path,
    provided: true,
    section: { type: 'classic', durable: true, allow: {} },
    ways: [{ exchange: served.replies, routingKey: caller.name }],
  };
}

/** The queues that services declare, those that they only serve, and those for replies; with the ways for requests. */
export function withWays(
  declared: readonly Owned<QueueSection>[],
  { requests, queues }: Provided,
): Owned<QueueSection>[] {
  const wayInto = (one: Served) => ({ exchange: one.requests, routingKey: one.queue });
  const waysOf = (owned: Owned<QueueSection>) =>
    requests.filter((one) => one.queue === owned.name && one.service === owned.service).map(wayInto);
  const bare = requests.filter(
    ({ queue, service }) => !declared.some((owned) => owned.name === queue && owned.service === service),
  );
  return [
    ...declared.map((owned) => ({ ...owned, ways: waysOf(owned) })),
    ...bare.map((one): Owned<QueueSection> => {
      const { queue: name, service, path } = one;
      return { name, service, path, section: { durable: true }, ways: [wayInto(one)] };
    }),
    ...queues,
  ];
}
