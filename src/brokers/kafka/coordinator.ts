import { setTimeout as sleep } from 'node:timers/promises';
import { findCoordinatorV4 } from '@platformatic/kafka';
import { ConnectionError } from '../../core/errors.ts';
import type { Dialer, Session } from './admin.ts';
import { faultOf } from './faults.ts';

/** What came of a question: the name of the error in Kafka, `NONE` where there is none. */
export interface Told<Answer> {
  readonly code: string;
  /** In the broker's own words. */
  readonly error: string;
  readonly endpoint: string;
  /** Undefined where nobody is found to look after the group. */
  readonly answer: Answer | undefined;
}

/** The connection to the broker that looks after a group, looked up anew when the group moves or the broker goes. */
export interface Coordinator {
  /** Waits with a bound for a coordinator that is on its way. Throws ConnectionError where no answer comes. */
  ask<Answer extends { readonly errorCode: number }>(
    question: (session: Session) => Promise<Answer>,
  ): Promise<Told<Answer>>;
  close(): Promise<void>;
}

/** What is said by a coordinator that is not there yet, or not any more, and by one on whose connection a login is under way. */
const elsewhere: ReadonlySet<string> = new Set([
  // The client renews a session by itself (connections.max.reauth.ms), and keeps no question back meanwhile.
  'ILLEGAL_SASL_STATE',
  'COORDINATOR_LOAD_IN_PROGRESS',
  'COORDINATOR_NOT_AVAILABLE',
  'NOT_COORDINATOR',
]);

const pauseMs = 200;

export function coordinatorOf(group: string, dialer: Dialer, patienceMs: number): Coordinator {
  let open: Session | undefined;
  const close = async (): Promise<void> => {
    const session = open;
    open = undefined;
    await session?.close().catch(() => undefined);
  };
  const askOnce: Coordinator['ask'] = async (question) => {
    if (open === undefined) {
      const found = await lookUp(group, dialer);
      if ('code' in found) return { ...found, answer: undefined };
      open = found;
    }
    const { endpoint } = open;
    try {
      const answer = await question(open);
      return { ...faultAt(endpoint, answer.errorCode), answer };
    } catch (error) {
      await close();
      throw error;
    }
  };
  return {
    close,
    async ask(question) {
      const until = performance.now() + patienceMs;
      // A connection that has been open for a while may have broken long ago.
      const retry = (error: unknown) => {
        if (error instanceof ConnectionError) return askOnce(question);
        throw error;
      };
      for (;;) {
        const told = await (open === undefined ? askOnce(question) : askOnce(question).catch(retry));
        if (!elsewhere.has(told.code) || performance.now() > until) return told;
        await close();
        await sleep(pauseMs);
      }
    },
  };
}

interface Fault {
  readonly code: string;
  readonly error: string;
  readonly endpoint: string;
}

function faultAt(endpoint: string, errorCode: number, message?: string | null): Fault {
  const { name, error } = faultOf(errorCode, message);
  return { code: name, error, endpoint };
}

const groupKey = 0;

/** The first question of a cluster's life makes the topic that groups are kept in: until then nobody has it. */
async function lookUp(group: string, dialer: Dialer): Promise<Session | Fault> {
  const first = await dialer.first();
  try {
    const { coordinators } = await first.call(findCoordinatorV4.api, groupKey, [group]);
    const [found] = coordinators;
    if (found?.errorCode === 0) return await dialer.to(found.host, found.port);
    return faultAt(first.endpoint, found?.errorCode ?? -1, found?.errorMessage);
  } finally {
    await first.close();
  }
}
