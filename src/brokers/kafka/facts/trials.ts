import { createTopicsV7, describeGroupsV5, describeTransactionsV0, metadataV12 } from '@platformatic/kafka';
import { address, type Address } from '../../../core/address.ts';
import { strangeName } from '../access.ts';
import { isAbout } from '../access/ruling.ts';
import { clusterAddress } from '../access/things.ts';
import type { Session } from '../admin.ts';
import type { Ungranted } from '../audit/facts.ts';
import { requireAnswer } from '../answers.ts';
import { faultOf } from '../faults.ts';
import { type AclSpec, topicAddress } from '../resources.ts';

/** A thing that nobody has, and what to ask about it: answered without an effect. */
interface Trial {
  readonly what: string;
  readonly right: string;
  /** Rights on any of these let it pass. */
  readonly on: readonly Address[];
  readonly may: (session: Session) => Promise<boolean>;
}

/** The controller judges, whichever broker is asked. */
const ofTheController: readonly Trial[] = [
  {
    what: 'create a topic',
    right: 'create',
    on: [clusterAddress, topicAddress(strangeName)],
    may: mayCreate,
  },
];

/** Each broker judges by its own settings. */
const ofEachBroker: readonly Trial[] = [
  {
    what: 'see a topic',
    right: 'describe',
    on: [topicAddress(strangeName)],
    may: async (session) => {
      // Whoever may see it is told that it is not there.
      const { topics } = await session.call(metadataV12.api, [strangeName], false, false);
      return isAllowed(session, topics[0]?.errorCode);
    },
  },
  {
    what: 'describe a group',
    right: 'describe',
    on: [address('kafka:group', strangeName)],
    may: async (session) => {
      const { groups } = await session.call(describeGroupsV5.api, [strangeName], false);
      return isAllowed(session, groups[0]?.errorCode);
    },
  },
  {
    what: 'describe a transactional id',
    right: 'describe',
    on: [address('kafka:transactional-id', strangeName)],
    may: async (session) => {
      const { transactionStates } = await session.call(describeTransactionsV0.api, [strangeName]);
      return isAllowed(session, transactionStates[0]?.errorCode);
    },
  },
];

/** Only validated: nothing is made. */
async function mayCreate(session: Session): Promise<boolean> {
  const topic = { name: strangeName, numPartitions: 1, replicationFactor: 1, assignments: [], configs: [] };
  const { topics } = await session.call(createTopicsV7.api, [topic], session.timeoutMs, true);
  return isAllowed(session, topics[0]?.errorCode);
}

/** Throws where nobody has judged. */
export function isAllowed(session: Pick<Session, 'endpoint' | 'admin'>, code = -1): boolean {
  const { name } = faultOf(code, null);
  if (untoldFaults.has(name)) requireAnswer(session, 'what no ACL is about', code);
  return !name.endsWith('AUTHORIZATION_FAILED');
}

/** Not refused, and not let in either. */
const untoldFaults: ReadonlySet<string> = new Set([
  'UNKNOWN_SERVER_ERROR',
  'NETWORK_EXCEPTION',
  'NOT_CONTROLLER',
  'REQUEST_TIMED_OUT',
  'UNSUPPORTED_VERSION',
]);

/** Asks one session until an answer tells. */
type Trying = (session: Session) => Promise<readonly Omit<Ungranted, 'as' | 'broker'>[]>;

/** What somebody has no grant for: of the controller, and of the broker that is asked. */
export interface Trials {
  readonly controller: Trying | undefined;
  readonly broker: Trying | undefined;
}

/** For everyone whom `may` tells to have no grant. Which ACLs stand in the way of an answer is looked up once for all. */
export function trialsFor(
  acls: readonly AclSpec[],
  may: (asked: { principal: string; at: Address; right: string }) => 'yes' | 'no' | 'perhaps',
): (principal: string) => Trials {
  const hides = ({ on }: Trial) => on.every((at) => acls.some(isAbout(at)));
  const hidden = new Set([...ofTheController, ...ofEachBroker].filter(hides));
  return (principal) => {
    const trying = (all: readonly Trial[]): Trying | undefined => {
      const open = all.filter(({ on, right }) => on.every((at) => may({ principal, at, right }) === 'no'));
      return open.length === 0 ? undefined : (session) => untilOneTells(session, open, hidden);
    };
    return { controller: trying(ofTheController), broker: trying(ofEachBroker) };
  };
}

async function untilOneTells(
  session: Session,
  trials: readonly Trial[],
  hidden: ReadonlySet<Trial>,
): Promise<readonly Omit<Ungranted, 'as' | 'broker'>[]> {
  const answers: Omit<Ungranted, 'as' | 'broker'>[] = [];
  for (const trial of trials) {
    const isOpen = await trial.may(session);
    const tells = !hidden.has(trial);
    answers.push({
      what: trial.what,
      may: isOpen ? 'allowed' : tells ? 'refused' : 'refused by an ACL',
    });
    if (isOpen || tells) break;
  }
  return answers;
}
