import { aside, pass, type Point, some } from '../../../core/audit.ts';
import type { KafkaCheck } from './check.ts';
import {
  controllerNames,
  controllersElsewhere,
  isEncrypted,
  type Knocked,
  listenersIn,
  type Settings,
  settingsPoints,
} from './facts.ts';

export const sasl: KafkaCheck = {
  id: 'MQA07',
  name: 'kafka-sasl',
  check: 7,
  title: 'Kafka: SASL enabled',
  severity: 'error',
  why: 'Where nobody must say who they are, ACLs are for everyone.',
  instead:
    'let every listener be SASL_SSL with SCRAM-SHA-512, or SSL with `listener.name.<name>.ssl.client.auth=required`',
  link: 'https://kafka.apache.org/documentation/#security_sasl',
  *points({ facts }) {
    yield* settingsPoints(facts, settingPoints);
    for (const one of facts.knocked) yield* doorPoints(one);
  },
};

/** By challenge and response: the password itself is not sent. */
const strong = /^SCRAM-SHA-(256|512)$|^GSSAPI$|^OAUTHBEARER$/;

function* settingPoints(settings: Settings): Iterable<Point> {
  const listeners = listenersIn(settings, 'listeners');
  const controllers = controllerNames(settings);
  for (const { name, protocol } of listeners) {
    const clientAuth =
      settings.get(`listener.name.${name.toLowerCase()}.ssl.client.auth`) ?? settings.get('ssl.client.auth');
    if (protocol.startsWith('SASL_')) {
      const own = settings.get(`listener.name.${name.toLowerCase()}.sasl.enabled.mechanisms`);
      const mechanisms = (own ?? settings.get('sasl.enabled.mechanisms') ?? '')
        .split(',')
        .map((one) => one.trim());
      const weak = mechanisms.filter((one) => !strong.test(one));
      if (weak.length > 0)
        yield {
          is: 'fail',
          says: `the listener ${name} takes ${some(weak)}`,
          hint: 'set sasl.enabled.mechanisms=SCRAM-SHA-512 (listeners may have their own)',
        };
      else yield pass(`the listener ${name} takes ${some(mechanisms)}`);
      if (mechanisms.includes('OAUTHBEARER') && tokenJudge(settings, name) === '')
        yield {
          is: 'manual',
          says: `the listener ${name} takes OAUTHBEARER, and no setting tells who judges its tokens: of itself, Kafka takes unsigned ones`,
          hint: `see that listener.name.${name.toLowerCase()}.oauthbearer.sasl.server.callback.handler.class is one that checks signatures`,
        };
    } else if (isEncrypted(protocol) && clientAuth === 'required')
      yield pass(`the listener ${name} asks for a client certificate`);
    else if (isEncrypted(protocol) && controllers.has(name) && clientAuth === null)
      yield aside(`whether the controllers' listener ${name} asks for a certificate is not told`);
    else
      yield {
        is: 'fail',
        says: `the listener ${name} (${protocol}) lets in whoever comes, as User:ANONYMOUS`,
      };
  }
  for (const [name] of controllersElsewhere(settings))
    yield aside(`whom the controllers' listener ${name} lets in only the controllers' own settings say`);
}

/** A class; of a setting that is kept back (`null`), all that is known is that it is there. */
function tokenJudge(settings: Settings, listener: string): string {
  const key = `listener.name.${listener.toLowerCase()}.oauthbearer.sasl.server.callback.handler.class`;
  const found = settings.has(key) ? (settings.get(key) ?? 'kept back') : '';
  return found.endsWith('.OAuthBearerUnsecuredValidatorCallbackHandler') ? '' : found;
}

function* doorPoints({ at, anonymous, mechanisms = [], protocol }: Knocked): Iterable<Point> {
  if (anonymous === 'answered')
    yield { is: 'fail', says: `${at} answers somebody who has not said who they are` };
  if (anonymous === 'refused') yield pass(`${at} does not answer somebody who has not said who they are`);
  if (!protocol.startsWith('SASL_')) return;
  const weak = mechanisms.filter((one) => !strong.test(one));
  if (weak.length > 0) yield { is: 'fail', says: `${at} offers ${some(weak)}` };
  else if (mechanisms.length > 0) yield pass(`${at} refuses PLAIN, and offers ${some(mechanisms)}`);
}
