import { randomUUID } from 'node:crypto';
import { describeGroupsV5, describeTransactionsV0, endTxnV4, heartbeatV4 } from '@platformatic/kafka';
import { partOf } from '../../../core/address.ts';
import { inPool, lanes } from '../../../core/pool.ts';
import type { Answer, Question } from '../../../core/proof.ts';
import type { Session } from '../admin.ts';
import { allowed, errorName, isIn, noWay, refused, unknown } from './answers.ts';

/**
 * Groups and transactional ids: whoever looks after them, any broker judges the right first. One that is elsewhere says so only
 * after that.
 */

const notHere = ['NONE', 'NOT_COORDINATOR', 'COORDINATOR_NOT_AVAILABLE', 'COORDINATOR_LOAD_IN_PROGRESS'];

/** A member that no group has: neither made, nor heard by those who are there. */
async function mayRead(session: Session, group: string): Promise<Answer> {
  const answer = await session.call(heartbeatV4.api, group, 0, `mqwarden-verify-${randomUUID()}`);
  return judged(answer.errorCode, [
    ...notHere,
    'UNKNOWN_MEMBER_ID',
    'ILLEGAL_GENERATION',
    'GROUP_ID_NOT_FOUND',
    'INVALID_GROUP_ID',
  ]);
}

export async function askGroups(
  session: Session,
  questions: readonly Question[],
): Promise<readonly Answer[]> {
  const names = [...new Set(questions.map(({ at }) => partOf(at, 0)))];
  const { groups } = await session.call(describeGroupsV5.api, names, true);
  const seen = new Map(groups.map((group) => [group.groupId, group]));
  const readers = new Map<string, Answer>();
  const reading = questions.filter(({ right }) => right === 'read').map(({ at }) => partOf(at, 0));
  await inPool(reading, lanes, async (name) => {
    readers.set(name, await mayRead(session, name));
  });
  return questions.map(({ at, right }) => {
    const name = partOf(at, 0);
    const group = seen.get(name);
    if (right === 'read') return readers.get(name) ?? noWay;
    if (group === undefined) return { is: 'unknown', why: 'Kafka did not answer for it' };
    const described = judged(group.errorCode, [...notHere, 'GROUP_ID_NOT_FOUND']);
    // Whatever else may be done to a group implies that it may be described.
    if (right === 'describe' || described.is === 'refused') return described;
    if (group.errorCode !== 0)
      return { is: 'unknown', why: 'only the broker that looks after a group tells it' };
    return isIn(group.authorizedOperations, right) ? allowed : refused;
  });
}

/** Of a producer that no transaction has: nothing is ended, and no producer is fenced. */
async function mayWrite(session: Session, id: string): Promise<Answer> {
  const answer = await session.call(endTxnV4.api, id, nobody, 0, false);
  return judged(answer.errorCode, [...notHere, 'INVALID_PRODUCER_ID_MAPPING']);
}

/** Kafka counts producers from 0. */
const nobody = 2n ** 62n;

export async function askTransactionalIds(
  session: Session,
  questions: readonly Question[],
): Promise<readonly Answer[]> {
  const names = [...new Set(questions.map(({ at }) => partOf(at, 0)))];
  const { transactionStates } = await session.call(describeTransactionsV0.api, names);
  const seen = new Map(transactionStates.map((state) => [state.transactionalId, state.errorCode]));
  const writers = new Map<string, Answer>();
  const writing = questions.filter(({ right }) => right === 'write').map(({ at }) => partOf(at, 0));
  await inPool(writing, lanes, async (name) => {
    writers.set(name, await mayWrite(session, name));
  });
  return questions.map(({ at, right }) => {
    const name = partOf(at, 0);
    if (right === 'write') return writers.get(name) ?? noWay;
    return judged(seen.get(name) ?? -1, [...notHere, 'TRANSACTIONAL_ID_NOT_FOUND']);
  });
}

function judged(code: number, after: readonly string[]): Answer {
  const name = errorName(code);
  if (name.endsWith('AUTHORIZATION_FAILED')) return refused;
  return after.includes(name) ? allowed : unknown(code);
}
