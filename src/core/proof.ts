import { type Address, kindOf } from './address.ts';
import type { LoginRefused } from './errors.ts';
import { compareText } from './json.ts';
import type { PlacedService } from './landscape.ts';
import type { Resource } from './resource.ts';

/** What verify asks a broker as a service, and what its answers mean. Pure. */

/** May this principal do this to that? */
export interface Question {
  readonly service: string;
  /** A RabbitMQ user, a Kafka principal without `User:`. */
  readonly principal: string;
  /** The exchange, queue, topic, group or whatever it is about: it need not exist. */
  readonly at: Address;
  /** In the broker's word for it: `write`, `describe_configs`. */
  readonly right: string;
  /** The routing key, where the answer depends on one. */
  readonly key?: string | undefined;
  /** The name is made up, to stand for those that begin like this, or for all that nobody says: there need be nothing. */
  readonly madeUp?: boolean | undefined;
  /** Every broker has it, or it stands for all names: what is open there is open by default, or by a wildcard. */
  readonly common?: boolean | undefined;
}

/** `perhaps`: a pattern that is not judged here, or a grant that holds for some hosts only. */
export type Expectation = 'yes' | 'no' | 'perhaps';

export type Answer =
  | { readonly is: 'allowed' | 'refused' }
  /** It may, but there is nothing of the name. */
  | { readonly is: 'absent' }
  /** There is no way to ask without an effect; or there is one, and no answer came: then it is missed. */
  | { readonly is: 'unknown'; readonly why: string; readonly missed?: boolean };

/** Who logs in as a service. */
export interface Login<Service = unknown, R extends Resource = Resource> {
  readonly service: PlacedService<Service>;
  readonly username: string;
  /** Undefined where a certificate says who it is. */
  readonly password: string | undefined;
  /** What the administrator sees of the broker; none where nobody looked. */
  readonly live: readonly R[];
}

/** A service's own session. Nothing that it asks has an effect: no message, no delivery, no setting. */
export interface Prover {
  /** An answer to each, in their order. */
  ask(questions: readonly Question[]): Promise<readonly Answer[]>;
  close(): Promise<void>;
}

/** How a service shows who it is. */
export interface Identity {
  readonly principal: string;
  readonly by: 'password' | 'certificate' | 'external';
  /** Whether the topology names its certificate and key. */
  readonly hasCertificate: boolean;
}

/** Pure: what is desired and what the live grants say. */
export interface Expected {
  readonly question: Question;
  readonly granted: Expectation;
  readonly evaluated: Expectation;
}

export interface Choice {
  readonly chosen: readonly Expected[];
  /** Things that nothing was asked about, of so many that are neither granted nor open by the live grants. */
  readonly skipped: number;
  readonly ungranted: number;
}

/**
 * Everything about what a service is granted anything on, about what the live grants give it anything on, and about what every
 * broker has. Of the other things, where topology and live grants agree that they are closed, at most `most`: of each kind in turn,
 * and in a kind of each owner. Which ones is fixed by the names: each run asks the same, and different services about different things.
 */
export function choose(
  all: readonly Expected[],
  most: number,
  ownerOf: (thing: Address) => string | undefined,
): Choice {
  const things = [...Map.groupBy(all, ({ question }) => question.at).values()];
  const closed = things.filter((thing) => !thing.some(matters));
  const sampled = new Set(closed.length <= most ? closed : spread(closed, ownerOf).slice(0, most));
  return {
    chosen: things.filter((thing) => sampled.has(thing) || thing.some(matters)).flat(),
    skipped: closed.length - sampled.size,
    ungranted: closed.length,
  };
}

function matters({ question, granted, evaluated }: Expected): boolean {
  return granted !== 'no' || evaluated !== 'no' || question.common === true;
}

type Thing = readonly Expected[];

function spread(things: readonly Thing[], ownerOf: (thing: Address) => string | undefined): Thing[] {
  const ranked = things
    .flatMap((thing) => (thing[0] === undefined ? [] : [{ thing, of: thing[0].question }]))
    .map(({ thing, of: { service, at } }) => ({ thing, at, rank: scrambled(`${service} ${at}`) }))
    .sort((a, b) => a.rank - b.rank || compareText(a.at, b.at));
  const kinds = [...Map.groupBy(ranked, ({ at }) => kindOf(at)).values()];
  const byOwner = (some: typeof ranked) => inTurns([...Map.groupBy(some, ({ at }) => ownerOf(at)).values()]);
  return inTurns(kinds.map(byOwner)).map(({ thing }) => thing);
}

/** FNV-1a with a last stir: an order that is fixed, and has nothing to do with that of the names. */
function scrambled(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  return (hash ^ (hash >>> 13)) >>> 0;
}

/** The first of each, then the second of each, and so on. */
function inTurns<T>(groups: readonly (readonly T[])[]): T[] {
  const longest = Math.max(0, ...groups.map(({ length }) => length));
  return Array.from({ length: longest }, (_, at) =>
    groups.flatMap((group) => group.slice(at, at + 1)),
  ).flat();
}

/** What came of one question. */
export interface Proof {
  readonly question: Question;
  readonly granted: Expectation;
  readonly answer: Answer;
  /** What the live grants say: that counts where there was no answer. */
  readonly evaluated?: Expectation | undefined;
}

export type Standing =
  /** Granted, and it works. */
  | 'works'
  /** Granted, and it does not. */
  | 'fails'
  /** Not granted, and refused. */
  | 'refused'
  /** Not granted, and it works: the finding that matters. */
  | 'open'
  /** Nothing can be said, or nothing is to be said against it. */
  | 'undecided';

export function standingOf({ question, granted, answer, evaluated }: Proof): Standing {
  const may = answer.is === 'unknown' ? evaluated : answer.is === 'refused' ? 'no' : 'yes';
  if (granted === 'perhaps' || may === undefined || may === 'perhaps') return 'undecided';
  const isMissing = answer.is === 'absent' && question.madeUp !== true;
  if (granted === 'yes') return may === 'yes' && !isMissing ? 'works' : 'fails';
  return may === 'yes' ? 'open' : 'refused';
}

/** `write, key order.created`. */
export function rightText({ right, key }: Pick<Question, 'right' | 'key'>): string {
  return key === undefined ? right : `${right} with key ${JSON.stringify(key)}`;
}

/** How the login of a service went. */
export type LoginResult =
  | { readonly is: 'in'; readonly username: string }
  | { readonly is: 'refused'; readonly error: LoginRefused; readonly username: string }
  /** Suspended, and refused as it should be; or nobody knows its password. */
  | { readonly is: 'shut'; readonly username: string | undefined }
  /** It was not tried. */
  | { readonly is: 'unproven'; readonly why: string; readonly hint?: string | undefined };

/** Everything about one service on one broker. */
export interface ServiceProof {
  readonly broker: string;
  readonly service: PlacedService<unknown>;
  readonly identity: Identity;
  readonly login: LoginResult;
  readonly proofs: readonly Proof[];
  readonly skipped: Pick<Choice, 'skipped' | 'ungranted'>;
  /** What the broker's reading warns of its user. */
  readonly warnings: readonly { readonly address: Address; readonly message: string }[];
}
