import type { Context } from '../../core/broker.ts';
import type { Placed } from '../../core/landscape.ts';
import type { Answer, Login, Prover, Question } from '../../core/proof.ts';
import { kindOf } from '../../core/address.ts';
import { prepareAs, type Session } from './admin.ts';
import { askCluster } from './prove/cluster.ts';
import { askGroups, askTransactionalIds } from './prove/coordinated.ts';
import { askTopics } from './prove/topics.ts';
import type { KafkaResource } from './resources.ts';
import type { KafkaEnvironment, KafkaService } from './schema.ts';

/** A service's own session, by its password or its certificate: one connection to one broker, which judges for all of them. */
export async function prove(
  target: Placed<KafkaEnvironment>,
  as: Login<KafkaService, KafkaResource>,
  context: Context,
): Promise<Prover> {
  const dialer = await prepareAs(target, as, context);
  const session = await dialer.first();
  return {
    ask: (questions) => askAll(session, questions),
    close: () => session.close(),
  };
}

const askers: Readonly<
  Record<string, (session: Session, some: readonly Question[]) => Promise<readonly Answer[]>>
> = {
  'kafka:topic': askTopics,
  'kafka:group': askGroups,
  'kafka:transactional-id': askTransactionalIds,
  'kafka:cluster': askCluster,
};

async function askAll(session: Session, questions: readonly Question[]): Promise<Answer[]> {
  const answers = new Map<Question, Answer>();
  for (const [kind, some] of Map.groupBy(questions, ({ at }) => kindOf(at))) {
    const given = (await askers[kind]?.(session, some)) ?? [];
    for (const [at, question] of some.entries()) answers.set(question, given[at] ?? unasked);
  }
  return questions.map((question) => answers.get(question) ?? unasked);
}

const unasked: Answer = { is: 'unknown', why: 'there is no way to ask without an effect' };
