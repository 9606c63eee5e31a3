import type { Address } from './address.ts';
import type { LoginRefused } from './errors.ts';
import { compareText, digest } from './json.ts';
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
}

/** `perhaps`: a pattern that is not judged here, or a grant that holds for some hosts only. */
export type Expectation = 'yes' | 'no' | 'perhaps';

export type Answer =
  | { readonly is: 'allowed' | 'refused' }
  /** It may, but there is nothing of the name. */
  | { readonly is: 'absent' }
  /** There is no way to ask without an effect, or the question was not answered. */
  | { readonly is: 'unknown'; readonly why: string };

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

export interface Expected {
  readonly question: Question;
  readonly granted: Expectation;
}

export interface Choice {
  readonly chosen: readonly Expected[];
  /** Things that nothing was asked about, of so many that are not granted. */
  readonly skipped: number;
  readonly ungranted: number;
}

/**
 * Everything about what a service is granted anything on, and about at most `most` of the other things. Which ones is fixed by the
 * service's name and theirs: each run asks the same, and different services ask about different things.
 */
export function choose(all: readonly Expected[], most: number): Choice {
  const things = Map.groupBy(all, ({ question }) => question.at);
  const [granted, ungranted] = [
    [...things.values()].filter(isGranted),
    [...things.values()].filter((one) => !isGranted(one)),
  ];
  const rank = ([first]: readonly Expected[]) => digest([first?.question.service, first?.question.at]);
  const sampled =
    ungranted.length <= most
      ? ungranted
      : ungranted
          .map((thing) => ({ thing, rank: rank(thing) }))
          .sort((a, b) => compareText(a.rank, b.rank))
          .slice(0, most)
          .map(({ thing }) => thing);
  return {
    chosen: [...granted, ...sampled].flat(),
    skipped: ungranted.length - sampled.length,
    ungranted: ungranted.length,
  };
}

function isGranted(thing: readonly Expected[]): boolean {
  return thing.some(({ granted }) => granted !== 'no');
}

/** What came of one question. */
export interface Proof {
  readonly question: Question;
  readonly granted: Expectation;
  readonly answer: Answer;
  /** What the live grants say, where there was no answer. */
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
