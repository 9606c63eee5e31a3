import type { Consumer, ConsumerRunConfig, Kafka, Producer } from 'kafkajs';

/**
 * kafkajs takes a missing right as final: a send fails, a consumer ends for good. Where a credential was rotated without waiting for
 * its users, the session is still open, without its rights, and the next credential has them: then it goes on as that.
 */
export interface Credentials {
  /** Takes what the store holds into use. */
  refresh(): Promise<boolean>;
  /** Of the credential that connections are opened with now. */
  readonly inUse: string | undefined;
  /** Told of a consumer that could not be begun again. */
  failed(error: unknown): void;
}

type ProducerConfig = Parameters<Kafka['producer']>[0];
type ConsumerConfig = Parameters<Kafka['consumer']>[0];

/** Gives producers and consumers that go on. Those of transactions are left as they are: theirs cannot go on as somebody else. */
export function regaining<T extends Kafka>(kafka: T, credentials: Credentials): T {
  const producer = kafka.producer.bind(kafka);
  const consumer = kafka.consumer.bind(kafka);
  kafka.producer = (config?: ProducerConfig) => {
    const made = producer(config);
    const exact = config?.idempotent === true || config?.transactionalId !== undefined;
    return exact ? made : sendingOn(made, credentials);
  };
  kafka.consumer = (config: ConsumerConfig) => goingOn(consumer(config), credentials);
  return kafka;
}

function sendingOn(producer: Producer, credentials: Credentials): Producer {
  const send = producer.send.bind(producer);
  producer.send = async (record) => {
    const before = credentials.inUse;
    try {
      return await send(record);
    } catch (error) {
      if (!isDenied(error) || !(await renewed(credentials, before))) throw error;
      // Nothing of it was written: the right is to the topic as a whole.
      return send(record);
    }
  };
  return producer;
}

function goingOn(consumer: Consumer, credentials: Credentials): Consumer {
  const [connect, run] = [consumer.connect.bind(consumer), consumer.run.bind(consumer)];
  const [disconnect, stop] = [consumer.disconnect.bind(consumer), consumer.stop.bind(consumer)];
  const state: { running?: ConsumerRunConfig | undefined; tried?: string | undefined } = {};
  const again = async (): Promise<void> => {
    // Once for each credential: a right that the topology does not give is missing for all.
    if (!(await renewed(credentials, state.tried))) return;
    state.tried = credentials.inUse;
    if (state.running === undefined) return;
    await connect();
    await run(state.running);
  };
  consumer.on('consumer.crash', ({ payload: { error, restart } }) => {
    if (restart || state.running === undefined || !isDenied(error)) return;
    again().catch((failure: unknown) => credentials.failed(failure));
  });
  consumer.run = async (config = {}) => {
    state.running = config;
    await run(config);
  };
  consumer.disconnect = () => {
    state.running = undefined;
    return disconnect();
  };
  consumer.stop = () => {
    state.running = undefined;
    return stop();
  };
  return consumer;
}

/** Whether connections are opened with another credential than `before`. */
async function renewed(credentials: Credentials, before: string | undefined): Promise<boolean> {
  await credentials.refresh().catch(() => false);
  return credentials.inUse !== undefined && credentials.inUse !== before;
}

/** Wherever kafkajs has put it. */
function isDenied(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if ('type' in error && typeof error.type === 'string' && error.type.endsWith('_AUTHORIZATION_FAILED'))
    return true;
  return isDenied(error.cause);
}
