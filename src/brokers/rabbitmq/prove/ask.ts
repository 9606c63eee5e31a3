import { kindOf, partOf } from '../../../core/address.ts';
import { inPool } from '../../../core/pool.ts';
import type { Answer, Question } from '../../../core/proof.ts';
import { strangeKey } from '../access/keys.ts';
import { type Line, NoReply } from './line.ts';
import {
  consume,
  declareExchange,
  declareQueue,
  type Destination,
  type Probe,
  publish,
  publishExpired,
  type Reply,
  unbind,
} from './probes.ts';

/** Who asks. */
export interface Asker {
  /** It may send in the name of others, or that is not known. */
  readonly impersonates: boolean;
}

/** All in one vhost. Binding from an exchange comes last: it takes something to bind to. */
export async function askAll(line: Line, questions: readonly Question[], asker: Asker): Promise<Answer[]> {
  const answers = new Map<Question, Answer>();
  const ask = (some: readonly Question[], probeOf: (question: Question) => Asked) =>
    inPool(byExchange(some), line.width, async (keys) => {
      let forAll: Answer | undefined;
      for (const question of keys) {
        const said: Said =
          forAll === undefined ? await answerTo(line, probeOf(question)) : { answer: forAll };
        answers.set(question, said.answer);
        if (said.forAllKeys === true) forAll = said.answer;
      }
    });
  const binds = questions.filter(isBind);
  await ask(
    questions.filter((question) => !isBind(question)),
    (question) => direct(question, asker),
  );
  const writable = questions.filter((one) => one.right === 'write' && answers.get(one)?.is === 'allowed');
  const targets = await bindable(line, writable.map(destinationOf));
  await ask(binds, (question) => bindFrom(question, targets));
  return questions.map((question) => answers.get(question) ?? { is: 'unknown', why: 'it was not asked' });
}

/** Keys on one exchange are asked one after another: where the exchange is closed, no key opens it. */
function byExchange(questions: readonly Question[]): Question[][] {
  const keyed = Map.groupBy(questions, ({ at, right, key }) => (key === undefined ? '' : `${right} ${at}`));
  const single = keyed.get('') ?? [];
  keyed.delete('');
  return [...single.map((one) => [one]), ...keyed.values()];
}

interface Said {
  readonly answer: Answer;
  /** Whatever the key. */
  readonly forAllKeys?: boolean;
}

interface Asked {
  readonly probe: Probe | undefined;
  /** Why there is none. */
  readonly why?: string;
  readonly read: (reply: Reply) => Answer;
}

async function answerTo(line: Line, { probe, why, read }: Asked): Promise<Said> {
  if (probe === undefined) {
    return { answer: { is: 'unknown', why: why ?? 'there is no way to ask without an effect' } };
  }
  try {
    const reply = await line.ask(probe);
    return { answer: read(reply), forAllKeys: reply.code === 403 && !isAboutKey(reply) };
  } catch (error) {
    if (error instanceof NoReply) return { answer: { is: 'unknown', why: error.message, missed: true } };
    throw error;
  }
}

/** Only the first words are the broker's own: names of others follow. */
function isAboutKey({ text }: Reply): boolean {
  return /^[^"]*"ACCESS_REFUSED - (?:\w+ )?access to topic '/.test(text);
}

const isQueue = ({ at }: Question) => kindOf(at) === 'rabbitmq:queue';
const nameOf = ({ at }: Question) => partOf(at, 1);
const isBind = (question: Question) => question.right === 'read' && !isQueue(question);
const destinationOf = (question: Question): Destination => ({
  type: isQueue(question) ? 'queue' : 'exchange',
  name: nameOf(question),
});

/** A queue of a name that only the server gives: writable for who makes such queues. */
const temporary: Destination = { type: 'queue', name: 'amq.gen-mqwarden.verify' };

/** What may be bound to something: queues first, which say more in a refusal. */
async function bindable(line: Line, writable: readonly Destination[]): Promise<Destination[]> {
  const isTemporary = await answerTo(line, bindInto(temporary.name));
  return [
    ...writable.filter(({ type }) => type === 'queue'),
    ...(isTemporary.answer.is === 'allowed' ? [temporary] : []),
    ...writable.filter(({ type }) => type === 'exchange'),
  ];
}

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
      return {
        is: 'unknown',
        why: `RabbitMQ answered with ${code}${text === '' ? '' : `: ${text}`}`,
        missed: true,
      };
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
  const target = targets.find(({ type, name }) => type === 'queue' || name !== source);
  const why = 'it may write to nothing that could be bound';
  if (target === undefined) return { probe: undefined, why, read: unbound };
  return {
    probe: unbind(target, source, question.key ?? strangeKey),
    read: (reply) => {
      const { code, text } = reply;
      if (code !== 403) return unbound(reply);
      const isTarget =
        target.type === 'queue' ? text.includes("access to queue '") : !text.includes(`exchange '${source}'`);
      return isTarget ? { is: 'unknown', why } : { is: 'refused' };
    },
  };
}

/** What is not there cannot be taken away, which is no error; 3.10 and 4 agree on that. */
function unbound(reply: Reply): Answer {
  return reply.code === 200 || reply.code === 404 ? { is: 'allowed' } : byCode(reply);
}
