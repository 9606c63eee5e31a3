import { describeConfigsV4, listGroupsV4 } from '@platformatic/kafka';
import type { Told } from '../../../core/audit.ts';
import { BrokerError, messageOf, PartialView } from '../../../core/errors.ts';
import { inPool, lanes } from '../../../core/pool.ts';
import type { Dialer, Session } from '../admin.ts';
import { requireAnswer } from '../answers.ts';
import type { KafkaFacts, Settings } from '../audit/facts.ts';

export interface Reached {
  readonly id: number;
  readonly host: string;
  readonly port: number;
}

/** What stands against asking: a right that the administrator lacks. */
interface Lacking {
  readonly settings: Told<never> | undefined;
  readonly groups: Told<never> | undefined;
}

interface OfBrokers extends Pick<KafkaFacts, 'settings' | 'groups'> {
  /** Why a broker did not answer. */
  readonly silent: ReadonlyMap<number, string>;
}

/**
 * What each broker alone tells: its settings, and the groups that it coordinates. One login at each; of one that does not answer, that is
 * told, and the others are asked.
 */
export async function askEach(
  brokers: readonly Reached[],
  dialer: Dialer,
  lacking: Lacking,
): Promise<OfBrokers> {
  const settings = new Map<number, Settings>();
  const groups: string[] = [];
  const silent = new Map<number, string>();
  const partial: Partial<Record<keyof Lacking, Told<never>>> = {};
  await inPool(brokers, lanes, async ({ id, host, port }) => {
    if (lacking.settings !== undefined && lacking.groups !== undefined) return;
    try {
      const own = await dialer.to(host, port);
      try {
        if (lacking.settings === undefined)
          await settingsFrom(own, id).then(
            (one) => settings.set(id, one),
            (error: unknown) => (partial.settings = lackedBy(error)),
          );
        if (lacking.groups === undefined)
          await groupsFrom(own).then(
            (some) => groups.push(...some),
            (error: unknown) => (partial.groups = untoldBy(error)),
          );
      } finally {
        await own.close();
      }
    } catch (error) {
      silent.set(id, messageOf(error));
    }
  });
  const unheard: Told<never> | undefined =
    silent.size < brokers.length || brokers.length === 0
      ? undefined
      : { is: 'unknown', why: `no broker answers: ${[...silent.values()].join('; ')}` };
  const told = <T>(what: keyof Lacking, value: T): Told<T> =>
    lacking[what] ?? partial[what] ?? unheard ?? { is: 'told', value };
  const inOrder = new Map([...settings].sort(([a], [b]) => a - b));
  return { settings: told('settings', inOrder), groups: told('groups', groups.sort()), silent };
}

/** A refusal is the same at every broker; anything else is of the one that was asked. */
function lackedBy(error: unknown): Told<never> {
  if (!(error instanceof PartialView)) throw error;
  return { is: 'lacked', why: error.message, needs: error.hint ?? 'give the right to read it' };
}

/** One broker that cannot tell its groups leaves a hole in all. */
function untoldBy(error: unknown): Told<never> {
  return error instanceof BrokerError ? { is: 'unknown', why: error.message } : lackedBy(error);
}

async function groupsFrom(session: Session): Promise<string[]> {
  const { errorCode, groups } = await session.call(listGroupsV4.api, [], []);
  requireAnswer(session, 'the groups', errorCode);
  return groups.map(({ groupId }) => groupId);
}

const brokerType = 4 as const;

async function settingsFrom(session: Session, nodeId: number): Promise<Settings> {
  const wanted = { resourceType: brokerType, resourceName: String(nodeId), configurationKeys: null };
  const { results } = await session.call(describeConfigsV4.api, [wanted], false, false);
  const [result] = results;
  requireAnswer(session, `the settings of broker ${nodeId}`, result?.errorCode ?? -1, result?.errorMessage);
  return new Map(
    (result?.configs ?? []).map(({ name, value, isSensitive }) => [
      name,
      isSensitive ? null : (value ?? null),
    ]),
  );
}
