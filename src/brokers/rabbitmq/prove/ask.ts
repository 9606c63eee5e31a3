import type { ChannelModel } from 'amqplib';
import { kindOf, partOf } from '../../../core/address.ts';
import { ConnectionError } from '../../../core/errors.ts';
import { inPool } from '../../../core/pool.ts';
import type { Answer, Question } from '../../../core/proof.ts';
import { strangeKey } from '../access/keys.ts';
import {
  consume,
  declareExchange,
  declareQueue,
  type Destination,
  type Probe,
  publish,
  publishExpired,
  type Reply,
  replyTo,
  unbind,
} from './probes.ts';

/** Who asks, and how much at a time. */
export interface Asker {
  readonly username: string;
  readonly timeoutMs: number;
  /** It may send in the name of others, or that is not known. */
  readonly impersonates: boolean;
  /** Channels at a time. */
  readonly lanes: number;
}

/** All in one vhost. Binding from an exchange comes last: it takes something to bind to. */
export async function askAll(
  connection: ChannelModel,
  questions: readonly Question[],
  asker: Asker,
): Promise<Answer[]> {
  const answers = new Map<Question, Answer>();
  const ask = (some: readonly Question[], probeOf: (question: Question) => Asked) =>
    inPool(some, asker.lanes, async (question) => {
      answers.set(question, await answerTo(connection, probeOf(question), asker));
    });
  const binds = questions.filter(isBind);
  await ask(
    questions.filter((question) => !isBind(question)),
    (question) => direct(question, asker),
  );
  const writable = questions.filter((one) => one.right === 'write' && answers.get(one)?.is === 'allowed');
  const targets = [...writable.map(destinationOf), temporary].sort(queuesFirst);
  await ask(binds, (question) => bindFrom(question, targets));
  return questions.map((question) => answers.get(question) ?? { is: 'unknown', why: 'it was not asked' });
}

interface Asked {
  readonly probe: Probe | undefined;
  /** Why there is none. */
  readonly why?: string;
  readonly read: (reply: Reply) => Answer;
}

async function answerTo(
  connection: ChannelModel,
  { probe, why, read }: Asked,
  asker: Asker,
): Promise<Answer> {
  if (probe === undefined) return { is: 'unknown', why: why ?? 'there is no way to ask without an effect' };
  try {
    return read(await replyTo(connection, probe, asker.timeoutMs));
  } catch (error) {
    if (error instanceof ConnectionError) return { is: 'unknown', why: error.message };
    throw error;
  }
}

const isQueue = ({ at }: Question) => kindOf(at) === 'rabbitmq:queue';
const nameOf = ({ at }: Question) => partOf(at, 1);
const isBind = (question: Question) => question.right === 'read' && !isQueue(question);
const destinationOf = (question: Question): Destination => ({
  type: isQueue(question) ? 'queue' : 'exchange',
  name: nameOf(question),
});
const queuesFirst = (a: Destination, b: Destination) =>
  Number(a.type === 'exchange') - Number(b.type === 'exchange') ||
  Number(a === temporary) - Number(b === temporary);

/** A queue of a name that only the server gives: writable for who makes such queues. */
const temporary: Destination = { type: 'queue', name: 'amq.gen-mqwarden.verify' };

/** By the codes alone: 403 is the permission's, anything else comes after it. */
function byCode({ code, text }: Reply): Answer {
  switch (code) {
    case 403:
      return { is: 'refused' };
    case 404:
      return { is: 'absent' };
    case 405:
    case 406:
      return { is: 'allowed' };
    default:
      return { is: 'unknown', why: `RabbitMQ answered with ${code}${text === '' ? '' : `: ${text}`}` };
  }
}

function direct(question: Question, { impersonates }: Asker): Asked {
  const name = nameOf(question);
  if (question.right === 'configure') {
    return { probe: isQueue(question) ? declareQueue(name) : declareExchange(name), read: byCode };
  }
  if (isQueue(question)) {
    return question.right === 'read' ? { probe: consume(name), read: byCode } : bindInto(name);
  }
  if (!impersonates) return { probe: publish(name, question.key ?? strangeKey), read: published };
  if (question.key === undefined) return { probe: publishExpired(name), read: published };
  const why = 'it may send in the name of others (tag impersonator), so that a message could not be refused';
  return { probe: undefined, why, read: published };
}

/** An internal exchange refuses every client, once it is clear that this one may write to it. */
function published(reply: Reply): Answer {
  return reply.code === 403 && reply.text.includes('internal exchange') ? { is: 'allowed' } : byCode(reply);
}

/** What is bound is judged before what it is bound to. */
function bindInto(queue: string): Asked {
  return {
    probe: unbind({ type: 'queue', name: queue }, 'amq.direct', strangeKey),
    read: (reply) => {
      if (reply.code !== 403) return unbound(reply);
      return { is: reply.text.includes("access to queue '") ? 'refused' : 'allowed' };
    },
  };
}

function bindFrom(question: Question, targets: readonly Destination[]): Asked {
  const source = nameOf(question);
  const target = targets.find(({ type, name }) => type === 'queue' || name !== source) ?? temporary;
  const nothing: Answer = { is: 'unknown', why: 'it may write to nothing that could be bound' };
  return {
    probe: unbind(target, source, question.key ?? strangeKey),
    read: (reply) => {
      const { code, text } = reply;
      if (code !== 403) return unbound(reply);
      const isTarget =
        target.type === 'queue' ? text.includes("access to queue '") : !text.includes(`exchange '${source}'`);
      return isTarget ? nothing : { is: 'refused' };
    },
  };
}

/** What is not there cannot be taken away, which is no error; 3.10 and 4 agree on that. */
function unbound(reply: Reply): Answer {
  return reply.code === 200 || reply.code === 404 ? { is: 'allowed' } : byCode(reply);
}
