import { setTimeout as sleep } from 'node:timers/promises';
import { describeGroupsV5, heartbeatV4, joinGroupV7, leaveGroupV5, syncGroupV5 } from '@platformatic/kafka';
import type { Context } from '../../core/broker.ts';
import type { Placed } from '../../core/landscape.ts';
import { LockError, MqwardenError } from '../../core/errors.ts';
import {
  cannotLock,
  type Holder,
  holderIn,
  type Lock,
  lockLost,
  type LockRequest,
  notLocked,
} from '../../core/lock.ts';
import { prepare } from './admin.ts';
import { type Coordinator, coordinatorOf, type Told } from './coordinator.ts';
import type { KafkaEnvironment } from './schema.ts';

/**
 * The lock is a consumer group with one member, whose protocol has a name that no other knows: Kafka refuses everyone else at
 * once (INCONSISTENT_GROUP_PROTOCOL), and frees the group when the member leaves or falls silent. Nothing is consumed. One
 * group for the cluster, whatever the environment, since principals, topics and ACLs are of the cluster.
 */
const title = 'Kafka';
const group = 'mqwarden-lock';
const protocolType = 'mqwarden';

/** A member that falls silent is let go after this; so much of it is sure. Brokers take 6 s at least, if not told otherwise. */
const sessionMs = 10_000;
const leaseMs = 8_000;
/** A heartbeat that takes longer is sent again on a new connection, while there is time. */
const heartbeatMs = 2_500;
/** How often it is asked whether the group has taken it in, while the group is forming. */
const lookMs = 100;

export async function lock(
  target: Placed<KafkaEnvironment>,
  context: Context,
  request: LockRequest,
): Promise<Lock> {
  try {
    const dialer = await prepare(target, context);
    const slow = coordinatorOf(group, dialer, context.timeoutMs);
    const brisk = await prepare(target, context, heartbeatMs);
    const quick = () => coordinatorOf(group, brisk, context.timeoutMs);
    const member = new Member(slow, quick, dialer.admin, request.holder);
    try {
      while (!(await member.enter(request.reserved))) await request.wait(await holderOf(slow));
      await slow.close();
      return member;
    } catch (error) {
      await member.release();
      throw error;
    }
  } catch (error) {
    throw error instanceof MqwardenError && !(error instanceof LockError) ? notLocked(title, error) : error;
  }
}

class Member implements Lock {
  readonly leaseMs = leaseMs;
  private readonly losing = new AbortController();
  readonly lost = this.losing.signal;
  /** Patient: who joins a group that nobody is in waits for others first: 3 s, if the broker is not told otherwise. */
  private readonly slow: Coordinator;
  private readonly quick: Coordinator;
  private readonly look: () => Coordinator;
  private readonly admin: string;
  private readonly protocol: { readonly name: string; readonly metadata: Buffer };
  private memberId = '';
  private generationId = -1;

  constructor(slow: Coordinator, quick: () => Coordinator, admin: string, holder: Holder) {
    this.slow = slow;
    this.quick = quick();
    this.look = quick;
    this.admin = admin;
    this.protocol = {
      name: `mqwarden-${holder.correlationId}`,
      metadata: Buffer.from(JSON.stringify(holder)),
    };
  }

  /**
   * False where somebody else is in the group. A member keeps all others out from when it is taken in, while the broker still
   * waits for more to come: `reserved` is called then, or at the latest when it is held.
   */
  async enter(reserved: () => void): Promise<boolean> {
    const ended = new AbortController();
    let told = false;
    const tell = (): void => {
      if (!told) reserved();
      told = true;
    };
    void this.watch(ended.signal, tell);
    try {
      const entered = await this.join();
      if (entered) tell();
      return entered;
    } finally {
      ended.abort();
    }
  }

  /** Tells when the group shows this member, and nothing after `ended`. Nobody waits for it: its connection is its own. */
  private async watch(ended: AbortSignal, tell: () => void): Promise<void> {
    const looking = this.look();
    try {
      for (;;) {
        await sleep(lookMs, undefined, { signal: ended });
        const { memberId } = this;
        const members = memberId === '' ? [] : await membersOf(looking);
        ended.throwIfAborted();
        if (members.some((one) => one.memberId === memberId)) break;
      }
      tell();
    } catch {
      // Then it is told when the lock is held.
    } finally {
      await looking.close();
    }
  }

  private async join(): Promise<boolean> {
    const told = await this.slow.ask((session) =>
      session.call(
        joinGroupV7.api,
        group,
        sessionMs,
        sessionMs,
        this.memberId,
        null,
        protocolType,
        [this.protocol],
        null,
      ),
    );
    const { code, answer } = told;
    if (code === 'INCONSISTENT_GROUP_PROTOCOL') {
      // A name that was given out and not used yet would make others wait for it.
      await this.leave();
      return false;
    }
    if (answer !== undefined && (code === 'NONE' || code === 'MEMBER_ID_REQUIRED')) {
      this.memberId = answer.memberId;
      this.generationId = answer.generationId;
      return code === 'NONE' ? this.settle() : this.join();
    }
    if (!passing.has(code)) throw this.refusal(told);
    this.memberId = '';
    return false;
  }

  /** Ends the joining: until then there would be no heartbeats. */
  private async settle(): Promise<boolean> {
    const told = await this.slow.ask((session) =>
      session.call(
        syncGroupV5.api,
        group,
        this.generationId,
        this.memberId,
        null,
        protocolType,
        this.protocol.name,
        [{ memberId: this.memberId, assignment: Buffer.alloc(0) }],
      ),
    );
    if (told.code === 'NONE') return true;
    if (!passing.has(told.code)) throw this.refusal(told);
    return false;
  }

  async renew(): Promise<void> {
    const { code, endpoint } = await this.quick.ask((session) =>
      session.call(heartbeatV4.api, group, this.generationId, this.memberId, null),
    );
    if (code === 'NONE') return;
    // A group that is shuffled, for whatever reason: nobody else can come in meanwhile, so that it is still ours.
    if (code === 'REBALANCE_IN_PROGRESS' && (await this.join())) return;
    const reason = lockLost(title, `${endpoint} does not know this holder any more (${code})`);
    this.losing.abort(reason);
    throw reason;
  }

  async release(): Promise<void> {
    await this.leave();
    await this.slow.close();
    await this.quick.close();
  }

  /** Where it does not get through, the session runs out. */
  private async leave(): Promise<void> {
    const { memberId } = this;
    if (memberId === '') return;
    this.memberId = '';
    const members = [{ memberId, groupInstanceId: null, reason: 'done' }];
    await this.quick.ask((session) => session.call(leaveGroupV5.api, group, members)).catch(() => undefined);
  }

  private refusal({ code, error, endpoint }: Told<unknown>): LockError {
    const why = `${endpoint} refuses ${this.admin} the consumer group ${group}: ${error}`;
    const acl = `--allow-principal User:${this.admin} --operation Read --group ${group}`;
    const next =
      code === 'GROUP_AUTHORIZATION_FAILED'
        ? `give the administrator Read on it: kafka-acls --add ${acl}`
        : 'see the log of the broker';
    return cannotLock(title, why, next);
  }
}

/** What is over a moment later: the group changes hands, or a name that was given out has run out. */
const passing: ReadonlySet<string> = new Set([
  'REBALANCE_IN_PROGRESS',
  'UNKNOWN_MEMBER_ID',
  'ILLEGAL_GENERATION',
]);

/** What the holder brought along; while the group is still forming, only where it is connected from. */
async function holderOf(coordinator: Coordinator): Promise<Partial<Holder>> {
  const [member] = await membersOf(coordinator);
  if (member === undefined) return {};
  const correlationId = /^mqwarden-(.+)$/.exec(member.clientId)?.[1];
  return {
    ...(correlationId === undefined ? {} : { correlationId }),
    ...inJson(member.memberMetadata.toString('utf8')),
    from: member.clientHost.replace(/^\//, ''),
  };
}

async function membersOf(coordinator: Coordinator) {
  const told = await coordinator.ask(async (session) => {
    const { groups } = await session.call(describeGroupsV5.api, [group], false);
    return { errorCode: groups[0]?.errorCode ?? -1, members: groups[0]?.members ?? [] };
  });
  return told.answer?.members ?? [];
}

function inJson(json: string): Partial<Holder> {
  try {
    return holderIn(JSON.parse(json));
  } catch {
    return {};
  }
}
