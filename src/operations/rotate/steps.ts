import { setTimeout as sleep } from 'node:timers/promises';
import type { Credential, Credentials, Rotator } from '../../core/broker.ts';
import { durationText } from '../../core/duration.ts';
import { BrokerError, RefusedError } from '../../core/errors.ts';
import { standing } from '../../core/rotation/assess.ts';
import { principalAt, type Rotating, type Side, type UnderWay } from '../../core/rotation/record.ts';
import type { Step } from '../../core/rotation/words.ts';
import { credentialPath } from '../../secrets/store.ts';
import { type Hands, make, unmake } from './principal.ts';
import { readHeldCredential, type Target } from './target.ts';

/** What the steps of one rotation work with. */
export interface Work {
  readonly target: Target;
  readonly hands: Hands;
  readonly rotator: Rotator;
  readonly graceMs: number;
  /** It is to have no password on the broker any more. */
  readonly passwordless: boolean;
  readonly now: () => Date;
  /** Throws where a person stopped it, or the lock is lost. */
  readonly permit: () => Promise<void>;
  /** Returns when all that was done beside the steps is in the audit log. */
  readonly recorded: () => Promise<void>;
  readonly progress: (text: string) => void;
}

/** Does one step, which may have been done before, in part or whole; returns what there is to say of it. */
export async function doStep(step: Step, record: Rotating, work: Work): Promise<string> {
  const { from, to } = record.underWay;
  const [old, fresh] = [principalAt(record, from), principalAt(record, to)];
  switch (step) {
    case 'create':
      await make(work.hands, fresh, 'user', passwordOf(to));
      return `user ${fresh}`;
    case 'grant': {
      const made = await make(work.hands, fresh, 'grants', passwordOf(to));
      return made === 0 ? `${fresh} has every grant already` : `${made} grants and quotas of ${fresh}`;
    }
    case 'test':
      await untilLogin('accepted', work, { username: fresh, password: to.password ?? '' });
      return `${fresh} can log in`;
    case 'publish':
      return publish(record, work);
    case 'set':
      await work.rotator.setPassword({ username: fresh, password: to.password ?? '' });
      return `the broker has the new password of ${fresh}`;
    case 'drain':
      return drain(old, record.underWay, work);
    case 'close':
      return close(old, work);
    case 'revoke': {
      const gone = await unmake(work.hands, old, 'grants');
      return gone === 0 ? `${old} has no grant` : `${gone} grants and quotas of ${old}`;
    }
    case 'remove':
      await unmake(work.hands, old, 'user');
      return `user ${old}`;
    case 'prove':
      return prove(record, old, work);
  }
}

/** The password is in the record before a broker hears of it. */
function passwordOf(side: Side): Credentials {
  return {
    has: () => Promise.resolve(true),
    read: () => Promise.resolve(undefined),
    ensure: (_path, username) => Promise.resolve({ username, password: side.password ?? '' }),
  };
}

/** From here on, whoever reads the store is given the new one: all of it in one document. */
async function publish(record: Rotating, { target, hands, permit }: Work): Promise<string> {
  const { to, way } = record.underWay;
  const held = await readHeldCredential(target, hands.session.context);
  const place = target.store.place(credentialPath(target));
  const given = standing(record, held);
  if (given === 'neither') {
    throw new RefusedError(
      `${place} was changed by somebody else while it was rotated: it is left as it is`,
      {
        hint: `put back what was there, ${way === 'forth' ? 'or rotate with --abort' : 'then rotate again'}`,
      },
    );
  }
  // On the way back written all the same: this reading may be behind, and the store refuses to go on from it then.
  if (given === 'to' && way === 'forth') return `${place} had it already`;
  await permit();
  const document = { ...held?.document, username: principalAt(record, to), password: to.password ?? '' };
  await target.store.write(credentialPath(target), document, held?.version);
  return place;
}

const pollMs = 500;
const longestPollMs = 5_000;
/** Looked at so often without a session: one that has just ended may be on its way back. */
const quietLooks = 3;

/** Waits for those who use the old one, as far as the broker shows them, and never longer than the grace. */
async function drain(old: string, { drainFrom }: UnderWay, work: Work): Promise<string> {
  // A clock that was ahead makes nobody wait longer than the grace.
  const begun = work.now().getTime();
  const since = drainFrom === undefined ? begun : Math.min(Date.parse(drainFrom), begun);
  const left = () => since + work.graceMs - work.now().getTime();
  let quiet = 0;
  let pauseMs = pollMs;
  for (;;) {
    const open = await work.rotator.sessions(old);
    quiet = open === 0 ? quiet + 1 : 0;
    if (quiet >= quietLooks) return `nobody uses ${old} any more`;
    if (left() <= 0) break;
    const waits = `waiting up to ${durationText(left())}`;
    work.progress(
      open === undefined ? `${waits} for users of ${old}` : `${waits}: ${open} sessions of ${old}`,
    );
    await pause(Math.min(pauseMs, Math.max(left(), 1)), work);
    // Nobody is there: a few quick looks more. Else many wait at once, and may for long.
    pauseMs = open === 0 ? pollMs : Math.min(pauseMs * 1.5, longestPollMs);
  }
  const open = await work.rotator.sessions(old);
  const grace = durationText(work.graceMs);
  return open === undefined
    ? `${grace} for those who use ${old}, whose sessions the broker does not show`
    : `${open} sessions of ${old} after ${grace}`;
}

/** However long it is, that it is stopped is noticed soon. */
async function pause(ms: number, { permit }: Work): Promise<void> {
  for (let left = ms; left > 0; left -= pollMs) {
    await sleep(Math.min(pollMs, left));
    await permit();
  }
}

async function close(old: string, { rotator }: Work): Promise<string> {
  const ended = await rotator.endSessions(old);
  return ended === 0 ? `no session of ${old} was closed` : `${ended} sessions of ${old}`;
}

async function prove(record: Rotating, old: string, work: Work): Promise<string> {
  const { from, to, mode } = record.underWay;
  // Who is suspended meanwhile is let in with neither.
  if (!work.passwordless)
    await untilLogin('accepted', work, { username: principalAt(record, to), password: to.password ?? '' });
  if (from.password === undefined)
    return `${work.passwordless ? '' : 'the new credential is accepted; '}the old one is not known, and so not proved to be refused`;
  await untilLogin('refused', work, { username: old, password: from.password });
  if (mode === 'dual') await untilNoSession(old, work);
  return `${old} is refused with the old password`;
}

async function untilLogin(wanted: 'accepted' | 'refused', work: Work, credential: Credential): Promise<void> {
  const { rotator, hands } = work;
  const answered = async () => (await rotator.login(credential)) === wanted;
  await until(answered, work, () => {
    const is = wanted === 'accepted' ? 'refuses' : 'still accepts';
    return new BrokerError(`${hands.site.broker.title} ${is} ${credential.username}`, {
      hint:
        wanted === 'accepted'
          ? 'somebody else may have made this user: rotate --abort goes back, and the next rotation takes another name'
          : 'rotate again: it goes on from here',
    });
  });
}

/** The broker ends them with their user, if not at once. */
async function untilNoSession(old: string, work: Work): Promise<void> {
  const { rotator, hands } = work;
  const ended = async () => {
    const open = (await rotator.sessions(old)) ?? 0;
    if (open > 0) await rotator.endSessions(old);
    return open === 0;
  };
  await until(
    ended,
    work,
    () =>
      new BrokerError(`${hands.site.broker.title} still has sessions of ${old}, which is no user any more`, {
        hint: 'close them on the broker, then rotate again: it goes on from here',
      }),
  );
}

/** A write may take a moment to be known everywhere. */
const patienceMs = 30_000;

async function until(
  isSo: () => Promise<boolean>,
  { permit }: Work,
  tooLate: () => BrokerError,
): Promise<void> {
  const deadline = performance.now() + patienceMs;
  while (!(await isSo())) {
    if (performance.now() > deadline) throw tooLate();
    await sleep(pollMs);
    await permit();
  }
}
