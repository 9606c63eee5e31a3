import { aside, pass, type Point, some, untold } from '../../../core/audit.ts';
import { userAddress } from '../resources.ts';
import type { RabbitCheck } from './check.ts';
import { type Knocked, mechanismsOffered } from './facts.ts';

export const guest: RabbitCheck = {
  id: 'MQA05',
  name: 'rabbitmq-guest',
  check: 5,
  title: 'RabbitMQ: default guest user disabled',
  severity: 'error',
  why: 'Everyone knows its password, and it is an administrator.',
  instead: 'delete it: rabbitmqctl delete_user guest',
  link: 'https://www.rabbitmq.com/docs/access-control#default-state',
  *points({ facts: { definitions, hashes, guestLogin, mechanisms, knocked } }) {
    const address = userAddress('guest');
    if (guestLogin === 'accepted')
      yield { is: 'fail', says: 'guest logs in with the password guest', address };
    if (guestLogin === 'refused') yield pass('a login as guest is refused');
    if (guestLogin === 'unknown')
      yield { is: 'manual', says: 'a login as guest was neither refused nor accepted' };
    const offered = mechanismsOffered({ mechanisms, knocked });
    if (offered.length > 0) yield aside(`clients may log in by ${some([...new Set(offered)].sort(), 20)}`);
    yield* anonymous(knocked);
    if (
      offered.includes('ANONYMOUS') &&
      !knocked.some((one) => one.mechanisms?.includes('ANONYMOUS') === true)
    )
      yield { is: 'manual', says: `ANONYMOUS is offered, and no listener was seen to try it at: ${remedy}` };
    if (definitions.is !== 'told') {
      yield untold(definitions);
      return;
    }
    const found = (definitions.value.users ?? []).some(({ name }) => name === 'guest');
    const kept = hashes.get('guest');
    if (!found) yield pass('there is no user guest');
    else if (kept === 'guest')
      yield { is: 'fail', says: 'the user guest is there, with its own password', address };
    else
      yield {
        is: 'fail',
        says: `the user guest is there, ${kept === 'empty' ? 'without a password' : 'with another password'}`,
        address,
      };
  },
};

const remedy = 'leave ANONYMOUS out of auth_mechanisms, and set anonymous_login_user = none';

/** From RabbitMQ 4.0 on, ANONYMOUS is offered from the start, and is the user that `anonymous_login_user` names: guest. */
function* anonymous(knocked: readonly Knocked[]): Iterable<Point> {
  for (const { at, mechanisms = [], anonymous } of knocked)
    if (anonymous === 'let in')
      yield { is: 'fail', says: `${at} lets in whoever says to be nobody (ANONYMOUS): ${remedy}` };
    else if (anonymous === 'refused') yield aside(`${at} offers ANONYMOUS, and refuses it: ${remedy}`);
    else if (mechanisms.includes('ANONYMOUS'))
      yield { is: 'manual', says: `${at} offers ANONYMOUS, and did not answer such a login: ${remedy}` };
}
