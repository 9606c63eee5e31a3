import { setTimeout as sleep } from 'node:timers/promises';
import type { Address } from '../../core/address.ts';
import type { Context } from '../../core/broker.ts';
import type { Placed } from '../../core/landscape.ts';
import type { Change } from '../../core/resource.ts';
import { prepare, type Session } from './admin.ts';
import { userResources } from './normalize.ts';
import { readAcls } from './read.ts';
import { visibleTopics } from './read/topics.ts';
import { type KafkaResource, topicAddress } from './resources.ts';
import type { KafkaEnvironment } from './schema.ts';
import { describeUsers } from './scram.ts';

const longestPauseMs = 400;

/**
 * A broker follows the controller's log in its order, and makes the logs of new topics before it goes on, a thousand of them in
 * seconds: what was written last shows last. Asking it meanwhile for the configs of all topics would hold it up further.
 */
export async function shown(
  target: Placed<KafkaEnvironment>,
  done: readonly Change<KafkaResource>[],
  patienceMs: number,
  context: Context,
): Promise<void> {
  const until = performance.now() + patienceMs;
  const kind = done.findLast(({ action }) => action !== 'update')?.kind;
  const last = done.filter((change) => change.kind === kind && change.action !== 'update');
  if (last.length === 0) return;
  const session = await (await prepare(target, context)).first();
  try {
    for (let pause = 25; ; pause = Math.min(2 * pause, longestPauseMs)) {
      const live = await addressesOf(session, kind);
      const shows = ({ action, address }: Change) => live?.has(address) !== (action === 'delete');
      if (live === undefined || last.every(shows) || performance.now() + pause > until) return;
      await sleep(pause);
    }
  } finally {
    await session.close();
  }
}

/** Undefined for what is read at once with everything else. */
async function addressesOf(session: Session, kind: string | undefined): Promise<Set<Address> | undefined> {
  const of = (resources: readonly KafkaResource[]) => new Set(resources.map(({ address }) => address));
  switch (kind) {
    case 'kafka:acl':
      return of(await readAcls(session));
    case 'kafka:user':
      return of(userResources(await describeUsers(session)).users);
    case 'kafka:topic':
      return new Set([...(await visibleTopics(session)).keys()].map(topicAddress));
    default:
      return undefined;
  }
}
