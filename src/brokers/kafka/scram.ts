import { describeUserScramCredentialsV0 } from '@platformatic/kafka';
import type { Session } from './admin.ts';
import { requireAnswer } from './answers.ts';
import { faultOf } from './faults.ts';
import type { UserAnswer } from './normalize.ts';

/**
 * The SCRAM users of the cluster. Throws where the broker gives an error for all or for one: a user that could not be read is
 * not a user that is not there, and would be overwritten.
 */
export async function describeUsers(session: Session): Promise<UserAnswer[]> {
  // Empty is everybody: asking for a name that is not there would be an error. Null is everybody too, but where it may not be
  // answered the broker then fails in making its refusal, and says nothing at all (seen on 4.4).
  const answer = await session.call(describeUserScramCredentialsV0.api, []);
  requireAnswer(session, 'the SCRAM users', answer.errorCode, answer.errorMessage);
  return answer.results.filter(({ user, errorCode, errorMessage }) => {
    if (faultOf(errorCode, errorMessage).name === 'RESOURCE_NOT_FOUND') return false;
    requireAnswer(session, `SCRAM user ${user}`, errorCode, errorMessage);
    return true;
  });
}
