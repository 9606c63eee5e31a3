import { verdictsOf } from '../../../core/access/model.ts';
import { some } from '../../../core/audit.ts';
import type { AuditRequest, Context, Credential } from '../../../core/broker.ts';
import { LoginRefused, messageOf } from '../../../core/errors.ts';
import { inPool } from '../../../core/pool.ts';
import { access, identity } from '../access.ts';
import { type Dialer, preparingAs } from '../admin.ts';
import type { KafkaFacts, Ungranted } from '../audit/facts.ts';
import type { PlacedService } from '../compile/landscape.ts';
import { aclAddress, type AclSpec, type KafkaResource } from '../resources.ts';
import type { KafkaEnvironment, KafkaService } from '../schema.ts';
import type { Reached } from './brokers.ts';
import { type Trials, trialsFor } from './trials.ts';

type Request = AuditRequest<KafkaEnvironment, KafkaService, KafkaResource>;

/** Logins at a time. */
const width = 8;
/** So many logins, and each service is asked at each broker; where it were more, each at one of them, in turn. */
const mostLogins = 100;
/** After so many failures in a row that are not of a credential, a broker is asked no more: each may take as long as one may. */
const patience = 3;

/**
 * What services may do that no ACL lets them do: all of them, where what has no ACL is open to everyone, or one, where it is a super
 * user. Either may be so on one broker of several.
 */
export async function ungranted(
  { landscape, stored, secrets }: Request,
  acls: KafkaFacts['acls'],
  brokers: readonly Reached[],
  context: Context,
): Promise<KafkaFacts['ungranted']> {
  if (acls.is !== 'told') return { why: 'who has a grant is not told' };
  if (acls.value === 'no authorizer') return { why: 'there is no authorizer' };
  if (secrets.is !== 'told') return { why: secrets.why };
  if (brokers.length === 0) return { why: 'no broker answers' };
  const may = verdictsOf(access(acls.value.map(asResource)));
  const trials = trialsFor(acls.value, may);
  const prepare = preparingAs(landscape.environment, context);
  const asking = landscape.services.flatMap((service) => askingAs(service, stored(service.name), trials));
  if (asking.length === 0)
    return { why: 'there is no stored credential of a service without a grant to create topics' };
  const rounds = asking.length * brokers.length <= mostLogins ? brokers.length : 1;
  const desk = deskOf(brokers);
  const tried: (readonly Ungranted[])[] = [];
  await inPool([...asking.entries()], width, async ([index, one]) => {
    tried[index] = await triedAs(one, prepare, { desk, rounds, from: index });
  });
  const answers = tried.flat();
  const untried = desk.failures();
  // Where each login was refused, nothing was tried, and nothing failed.
  if (answers.length === 0 && untried.length === 0) return { why: 'no stored credential is let in' };
  return {
    tried: answers,
    untried,
    ...(rounds < brokers.length ? { each: 'one broker' } : {}),
  };
}

interface Asking {
  readonly service: PlacedService;
  readonly credential: Credential;
  readonly trials: Trials;
}

function askingAs(
  service: PlacedService,
  credential: Credential | undefined,
  trialsOf: (principal: string) => Trials,
): Asking[] {
  if (credential === undefined || service.suspended === true) return [];
  if (identity(service).by !== 'password') return [];
  const trials = trialsOf(credential.username);
  return trials.controller === undefined && trials.broker === undefined
    ? []
    : [{ service, credential, trials }];
}

interface Turn {
  readonly desk: Desk;
  /** How many brokers are asked. */
  readonly rounds: number;
  /** Which of them comes first, so that each is asked as somebody. */
  readonly from: number;
}

/** One login at a broker, for all that is asked there; the controller is asked by way of the first that answers. */
async function triedAs(
  { service, credential, trials }: Asking,
  prepare: ReturnType<typeof preparingAs>,
  { desk, rounds, from }: Turn,
): Promise<readonly Ungranted[]> {
  const { username, password } = credential;
  const found: Ungranted[] = [];
  let left = rounds;
  for (const broker of desk.inTurn(from)) {
    if (left === 0) break;
    const asksController = left === rounds && trials.controller !== undefined;
    if (!asksController && trials.broker === undefined) break;
    try {
      const dialer = await prepare({ service, username, password });
      found.push(
        ...(await triedAt(dialer, broker, asksController ? trials : { ...trials, controller: undefined })),
      );
      desk.succeeded(broker);
      left -= 1;
    } catch (error) {
      // The same everywhere, and nothing that audit asks about.
      if (error instanceof LoginRefused) break;
      desk.failed(broker, username, messageOf(error));
    }
  }
  return found;
}

async function triedAt(
  dialer: Dialer,
  { id: broker, host, port }: Reached,
  { controller, broker: ofBroker }: Trials,
): Promise<Ungranted[]> {
  const session = await dialer.to(host, port);
  try {
    const as = session.admin;
    const first = (await controller?.(session)) ?? [];
    const own = (await ofBroker?.(session)) ?? [];
    return [...first.map((one) => ({ as, ...one })), ...own.map((one) => ({ as, broker, ...one }))];
  } finally {
    await session.close();
  }
}

interface Desk {
  inTurn(from: number): Iterable<Reached>;
  succeeded(broker: Reached): void;
  failed(broker: Reached, as: string, why: string): void;
  failures(): readonly string[];
}

/** Which brokers still answer. What fails for one service alone, such as its certificate, ends it for that one. */
function deskOf(brokers: readonly Reached[]): Desk {
  const inRow = new Map<Reached, number>();
  const whys = new Map<string, string[]>();
  const isShut = (broker: Reached) => (inRow.get(broker) ?? 0) >= patience;
  return {
    *inTurn(from) {
      for (const at of brokers.keys()) {
        const broker = brokers[(from + at) % brokers.length];
        if (broker !== undefined && !isShut(broker)) yield broker;
      }
    },
    succeeded: (broker) => inRow.set(broker, 0),
    failed(broker, as, why) {
      inRow.set(broker, (inRow.get(broker) ?? 0) + 1);
      const known = whys.get(why) ?? [];
      known.push(as);
      whys.set(why, known);
    },
    failures: () => [
      ...[...whys].map(([why, as]) => `${why} (asked as ${some(as.sort())})`),
      ...brokers.filter(isShut).map(({ id }) => `broker ${id} was asked no more after ${patience} failures`),
    ],
  };
}

function asResource(spec: AclSpec): KafkaResource {
  return { kind: 'kafka:acl', address: aclAddress(spec), spec };
}
