import type { TopologyRule } from '../rule.ts';

const words = /(^|[-_.])(prod|production|prd|live)([-_.]|\d*$)/i;

export const unmarkedProduction: TopologyRule = {
  id: 'MQ704',
  name: 'unmarked-production',
  severity: 'warning',
  summary: 'An environment looks like production by its name, and does not count as it.',
  why: `Only \`production\` and \`prod\` count as production by their names. For another one, \`prod-eu\`, much is not asked: apply and rotate are less
strict, and lint finds nothing of what it looks for in production alone, such as topics on one broker.`,
  instead:
    '`production: true` in the environment; or `production: false`, where it is none whatever it is called.',
  *inTopology({ topology }) {
    for (const { name, production, written } of topology.environments.values()) {
      if (production || !words.test(name)) continue;
      // Said outright is said.
      if (typeof written === 'object' && written !== null && 'production' in written) continue;
      yield {
        position: topology.locate(['environments', name]),
        message: `${name} looks like production, and does not count as it`,
        hint: 'write production: true in it, or production: false',
      };
    }
  },
};
