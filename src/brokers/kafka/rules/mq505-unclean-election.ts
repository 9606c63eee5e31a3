import { topicsOf } from './topics.ts';
import type { KafkaRule, KafkaSite } from './rule.ts';

export const uncleanElection: KafkaRule = {
  id: 'MQ505',
  name: 'unclean-election',
  severity: 'error',
  summary: 'A replica that has not all messages of a topic may become its leader.',
  why: `With \`unclean.leader.election.enable\` a broker that lags behind takes over when the others are gone: what it has not is deleted on the
others too when they come back, and offsets that consumers have seen are given again to other messages. Producers were told that all was written.`,
  instead:
    'Leave it out: without it, a partition waits for a replica that has everything. `replicationFactor: 3` makes that rare.',
  *onSite(site: KafkaSite) {
    for (const { service, written, config, setting } of topicsOf(site)) {
      if (config['unclean.leader.election.enable'] !== 'true') continue;
      yield {
        position: setting('unclean.leader.election.enable'),
        message: `topic ${written} may lose what was written: a replica that lags behind can become its leader`,
        hint: 'leave unclean.leader.election.enable out',
        severity: site.production ? 'error' : 'note',
        service: service.name,
      };
    }
  },
};
