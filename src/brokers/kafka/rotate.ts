import {
  alterUserScramCredentialsV0,
  ConfigResourceTypes,
  describeClusterV1,
  describeConfigsV4,
} from '@platformatic/kafka';
import type { Context, Credential, Permit, Rotator } from '../../core/broker.ts';
import { BrokerError, MqwardenError } from '../../core/errors.ts';
import type { Placed } from '../../core/landscape.ts';
import { type Dialer, logsIn, prepare } from './admin.ts';
import { faultOf } from './faults.ts';
import { remainder, setting } from './reauthentication.ts';
import { newUser } from './resources.ts';
import type { KafkaEnvironment } from './schema.ts';
import { upsertionOf } from './write/users.ts';

/** Kafka shows no sessions and ends none: what a login proves is all that can be proved. */
export async function rotator(
  target: Placed<KafkaEnvironment>,
  context: Context,
  permit: Permit,
): Promise<Rotator> {
  const dialer = await prepare(target, context);
  return {
    login: async (credential) => ((await logsIn(target, context, credential)) ? 'accepted' : 'refused'),
    sessions: () => Promise.resolve(undefined),
    endSessions: () => Promise.resolve(0),
    setPassword: (credential) => setPassword(dialer, permit, credential),
    remainder: async (mode) => remainder(mode, await reauthenticationMs(dialer)),
    close: () => Promise.resolve(),
  };
}

async function setPassword(
  dialer: Dialer,
  permit: Permit,
  { username, password }: Credential,
): Promise<void> {
  const session = await dialer.first();
  try {
    const upsertion = await upsertionOf(username, newUser.iterations, password);
    await permit();
    const { results } = await session.call(alterUserScramCredentialsV0.api, [], [upsertion]);
    const { errorCode = -1, errorMessage } = results.find(({ user }) => user === username) ?? {};
    if (errorCode === 0) return;
    const { error, hint } = faultOf(errorCode, errorMessage);
    throw new BrokerError(`Kafka did not take the new password of ${username}: ${error}`, {
      endpoint: session.endpoint,
      hint,
    });
  } finally {
    await session.close();
  }
}

/** What all brokers say; undefined where one did not tell. */
async function reauthenticationMs(dialer: Dialer): Promise<readonly number[] | undefined> {
  const session = await dialer.first();
  try {
    const { brokers } = await session.call(describeClusterV1.api, false, 1);
    const told = await Promise.all(brokers.map((broker) => ofBroker(dialer, broker)));
    if (told.length === 0 || told.includes(undefined)) return undefined;
    return told.flatMap((one) => one ?? []);
  } finally {
    await session.close();
  }
}

interface Node {
  readonly brokerId: number;
  readonly host: string;
  readonly port: number;
}

/** Each broker knows its own only. The setting may stand for one listener and mechanism alone, beside that for all others. */
async function ofBroker(
  dialer: Dialer,
  { brokerId, host, port }: Node,
): Promise<readonly number[] | undefined> {
  try {
    const session = await dialer.to(host, port);
    try {
      const resources = [
        {
          resourceType: ConfigResourceTypes.BROKER,
          resourceName: String(brokerId),
          configurationKeys: null,
        },
      ];
      const { results } = await session.call(describeConfigsV4.api, resources, false, false);
      const values = (results[0]?.configs ?? [])
        .filter(({ name }) => name === setting || name.endsWith(`.${setting}`))
        .map(({ value }) => Number(value ?? '0'));
      if (results[0]?.errorCode !== 0 || values.length === 0) return undefined;
      return values;
    } finally {
      await session.close();
    }
  } catch (error) {
    if (error instanceof MqwardenError) return undefined;
    throw error;
  }
}
