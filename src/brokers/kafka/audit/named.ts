import { pass, type Point } from '../../../core/audit.ts';
import { controllerNames, type KafkaFacts, listenersIn, type Settings, settingsPoints } from './facts.ts';

/** Whom somebody is taken for by their certificate, and whether brokers look for one another's host names. */
export function namedPoints({ settings }: Pick<KafkaFacts, 'settings'>): Point[] {
  return settings.is === 'told' ? settingsPoints({ settings, silent: new Map() }, pointsOf) : [];
}

const hostCheck = 'ssl.endpoint.identification.algorithm';

function* pointsOf(settings: Settings): Iterable<Point> {
  const own = `listener.name.${(settings.get('inter.broker.listener.name') ?? '').toLowerCase()}.${hostCheck}`;
  const hosts = settings.get(own) ?? settings.get(hostCheck);
  if (hosts === '')
    yield {
      is: 'fail',
      says: `Kafka’s brokers do not look for one another’s host names (${hostCheck} is empty)`,
      hint: `take ${hostCheck} out: the default looks`,
    };
  if (hosts === 'https') yield pass('Kafka’s brokers look for one another’s host names');
  const controllers = controllerNames(settings);
  const byCertificate = listenersIn(settings, 'listeners').filter(
    ({ name, protocol }) => protocol === 'SSL' && !controllers.has(name),
  );
  for (const { name } of byCertificate) {
    const own = settings.get(`listener.name.${name.toLowerCase()}.ssl.principal.mapping.rules`);
    const rules = own ?? settings.get('ssl.principal.mapping.rules') ?? 'DEFAULT';
    if (rules === 'DEFAULT')
      yield pass(`on ${name} of Kafka the whole name in a certificate is the principal`);
    else
      yield {
        is: 'manual',
        says: `on ${name} of Kafka the principal is made from the name in a certificate by ${rules}`,
        hint: 'see that no two certificates come to one principal by ssl.principal.mapping.rules',
      };
  }
}
