import type { TopologyRule } from '../rule.ts';

export const broadClaim: TopologyRule = {
  id: 'MQ110',
  name: 'broad-claim',
  severity: 'warning',
  summary: 'A claim matches names that nobody thought of.',
  why: `What a claim matches and nobody declares is deleted by \`--prune\`, with all its rights. \`*\` claims every user of the broker, those of
other teams and tools among them; a claim that begins with \`*\` and has little after it, nearly as many.`,
  instead: 'What all your names begin with, or end with: `shop-*`, `*-service`, `*.staging`.',
  *inTopology({ topology, sites }) {
    for (const { environment, broker, port, landscape } of sites) {
      for (const claim of landscape.claims) {
        const told = claim.replaceAll('*', '');
        const why =
          told === ''
            ? 'claims everything'
            : claim.startsWith('*') && told.length < 4
              ? 'claims too much'
              : undefined;
        if (why === undefined) continue;
        yield {
          position: topology.locate(['environments', environment, 'claims', broker, port.schema.principals]),
          message: `${claim} ${why} on ${port.title}: --prune would delete what matches and nobody declares`,
          hint: 'claim what your names begin or end with: shop-*, *-service',
          severity: told === '' ? 'error' : 'warning',
        };
      }
    }
  },
};
