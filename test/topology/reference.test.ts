import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { openSession } from '../../src/operations/session.ts';
import { Redaction } from '../../src/secrets/redact.ts';

/** The reference topology, which people copy: it must hold in every environment, and warn of nothing unmeant. */

const topology = fileURLToPath(new URL('../../topology', import.meta.url));

const open = (environment: string) =>
  openSession({ topology, environment, variables: {}, redaction: new Redaction(), progress: () => undefined });

describe('the reference topology', () => {
  test.each(['production', 'staging', 'local'])('holds in %s, and warns of what is meant only', async (name) => {
    const { sites, topology: loaded } = await open(name);
    expect([...loaded.services.values()].filter(({ under }) => under === 'services')).toHaveLength(23);
    expect(sites.map(({ broker }) => broker.name)).toEqual(['rabbitmq', 'kafka']);
    for (const { compiled } of sites) {
      expect(compiled.blocked).toEqual([]);
      expect(compiled.resources.length).toBeGreaterThan(100);
    }
    // What auth-service's file says beside its `sends`.
    const warnings = sites.flatMap(({ compiled }) => compiled.warnings);
    expect(warnings.map(({ address }) => address)).toEqual([expect.stringMatching(/^rabbitmq:permission:.*\/auth-service/)]);
  });
});
