import { userOf } from '../compile/world.ts';
import { permissionAddress } from '../resources.ts';
import type { RabbitRule, RabbitSite } from './rule.ts';
import { factsOf } from './worlds.ts';

export const defaultExchange: RabbitRule = {
  id: 'MQ312',
  name: 'default-exchange',
  severity: 'warning',
  summary: 'A service publishes through the default exchange.',
  why: `Every queue of a vhost is bound to the default exchange by its name, and RabbitMQ has no right that is for some of them: who may \`send\` to
one queue may send to all, those too whose owners allow nobody. What arrives there looks as if it had come the proper way.`,
  instead: `An exchange: the owner of the queue declares a direct one and binds the queue, and the service \`publishes\` to it. For requests and
replies, \`calls\` and \`serves\`. Where nothing else will do, say why in a comment that ignores this.`,
  *onSite(site: RabbitSite) {
    for (const { vhost, members } of factsOf(site).worlds()) {
      for (const { service, sends } of members) {
        for (const { queue, path } of sends) {
          yield {
            position: service.locate(path),
            message: `${service.name} sends to ${queue} by the default exchange, and so could to every queue of the vhost`,
            hint: 'let the owner bind the queue to an exchange, and publish to that',
            service: service.name,
            address: permissionAddress(vhost, userOf(service)),
          };
        }
      }
    }
  },
};
