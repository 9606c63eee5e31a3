import { type Point, some } from '../../../core/audit.ts';
import type { KafkaCheck } from './check.ts';
import { controllerNames, listenersIn, type Settings, settingsPoints } from './facts.ts';

export const network: KafkaCheck = {
  id: 'MQA12',
  name: 'kafka-network',
  check: 12,
  title: 'Kafka: network segmentation',
  severity: 'error',
  why: 'A broker that everyone can reach is attacked by everyone.',
  instead: 'see that firewalls let only services reach the client listeners, and only brokers the others',
  link: 'https://kafka.apache.org/documentation/#listener_configuration',
  *points({ facts }) {
    yield* settingsPoints(facts, pointsOf);
  },
};

/** Who can reach a listener is not a broker's to know: facts for who looks. */
function pointsOf(settings: Settings, id: number): Point[] {
  const listeners = listenersIn(settings, 'listeners');
  const controllers = controllerNames(settings);
  const open = listeners.filter(({ host }) => ['', '0.0.0.0', '::'].includes(host));
  const between = settings.get('inter.broker.listener.name') ?? '';
  const clients = listenersIn(settings, 'advertised.listeners').filter(({ name }) => !controllers.has(name));
  const isShared = clients.some(({ name }) => name === between) && clients.length === 1;
  const facts = [
    open.length === 0
      ? `listeners bound to single addresses: ${some(listeners.map(({ name, host, port }) => `${name} ${host}:${port}`))}`
      : `bound to every address: ${some(open.map(({ name, port }) => `${name} :${port}`))}`,
    isShared
      ? `clients and brokers share the listener ${between}`
      : `brokers use the listener ${between}, clients may use ${some(clients.map(({ name }) => name))}`,
  ];
  return facts.map((says): Point => ({ is: 'manual', says: `broker ${id}: ${says}` }));
}
