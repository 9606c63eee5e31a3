import { compile as compileKafka } from '../../../src/brokers/kafka/compile.ts';
import { kafka } from '../../../src/brokers/kafka/index.ts';
import type { KafkaResource } from '../../../src/brokers/kafka/resources.ts';
import { rabbitmq } from '../../../src/brokers/rabbitmq/index.ts';
import type { RabbitResource } from '../../../src/brokers/rabbitmq/resources.ts';
import { type Answer, whoCan } from '../../../src/core/access/answers.ts';
import type { AccessModel, Verb } from '../../../src/core/access/model.ts';
import type { Address } from '../../../src/core/address.ts';
import { landscape as kafkaLandscape } from '../../kafka/landscape.ts';
import { compiled } from '../../rabbitmq/support.ts';

/** Models of what services say, and of what stands on a broker; and answers as lines. */

export function rabbitModel(services: Readonly<Record<string, object>>, over: object = {}): AccessModel {
  return rabbitmq.access(compiled(services, over).resources);
}

/** Of live things, written as they are read. */
export function liveRabbit(
  resources: readonly { kind: string; address: string; spec: object }[],
): AccessModel {
  return rabbitmq.access(resources as unknown as readonly RabbitResource[]);
}

export function kafkaModel(services: Readonly<Record<string, object>>): AccessModel {
  return kafka.access(compileKafka(kafkaLandscape(services)).resources);
}

export function liveKafka(resources: readonly KafkaResource[]): AccessModel {
  return kafka.access(resources);
}

/** `order-service yes write on exchange/events keys ^a$ -> queue/work (binding a)` */
export function answers(
  model: AccessModel,
  verb: Verb,
  at: string,
  { key, principals = model.principals }: { key?: string; principals?: readonly string[] } = {},
): string[] {
  return whoCan(model, principals, { verb, at: at as Address, ...(key === undefined ? {} : { key }) }).map(
    line,
  );
}

function line({ principal, may, rights, at, keys, way, leads }: Answer): string {
  const on = way.length === 0 ? '' : ` on ${short(at)}`;
  const only = keys === undefined ? '' : ` keys ${keys}`;
  const steps = way.map(
    (step) => ` -> ${short(step.at)} (${step.by}${step.doubt === undefined ? '' : '; ?'})`,
  );
  return `${principal} ${may} ${rights.join('+')}${leads === true ? ' to bind' : ''}${on}${only}${steps.join('')}`;
}

/** `queue/work` of `rabbitmq:queue:production/work`. */
export function short(at: Address): string {
  return decodeURIComponent(at).replace(/^[a-z]+:([a-z-]+):(?:production\/)?/, '$1/');
}
