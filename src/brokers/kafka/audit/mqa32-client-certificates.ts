import { pass, type Point } from '../../../core/audit.ts';
import { askedFor, unasked } from '../../../core/doors.ts';
import type { KafkaCheck } from './check.ts';
import {
  controllerNames,
  doorsPoints,
  isEncrypted,
  type KafkaFacts,
  type Knocked,
  listenersIn,
  type Settings,
} from './facts.ts';

export const clientCertificates: KafkaCheck = {
  id: 'MQA32',
  name: 'kafka-client-certificates',
  title: 'Kafka: client certificates required',
  severity: 'error',
  why: 'Where a certificate says who somebody is, whoever shows none is everyone.',
  instead:
    'set listener.name.<name>.ssl.client.auth=required: without the listener in front it is for SSL listeners alone',
  link: 'https://kafka.apache.org/documentation/#security_ssl',
  points: ({ facts }) => doorsPoints(facts, (one) => pointsOf(one, looksRequired(facts.settings))),
};

function looksRequired(settings: KafkaFacts['settings']): boolean {
  return settings.is === 'told' && [...settings.value.values()].some(isOfNoEffect);
}

/** Bare, it asks for nothing on a listener with SASL: it is set for nobody where no client's listener is without. */
function isOfNoEffect(settings: Settings): boolean {
  const controllers = controllerNames(settings);
  const served = listenersIn(settings, 'listeners').filter(
    ({ name, protocol }) =>
      protocol === 'SSL' &&
      !controllers.has(name) &&
      !settings.has(`listener.name.${name.toLowerCase()}.ssl.client.auth`),
  );
  return settings.get('ssl.client.auth') === 'required' && served.length === 0;
}

function pointsOf(door: Knocked, looks: boolean): Point[] {
  const { at, protocol } = door;
  if (!isEncrypted(protocol)) return [];
  const answer = askedFor(door);
  if (answer === undefined) return [unasked(at)];
  if (answer === 'refused') return [pass(`${at} refuses a client without a certificate`)];
  const says = `${at} lets in a client without a certificate`;
  if (protocol !== 'SASL_SSL') return [{ is: 'fail', says }];
  if (looks)
    return [
      {
        is: 'fail',
        says: `${says}, though ssl.client.auth=required is set: for listeners with SASL it has no effect`,
      },
    ];
  // Who they are, SASL says there.
  return [{ is: 'manual', says, hint: 'see whether a password alone is meant to be enough there' }];
}
