/** Brokers that are broken by hand, one fault at a time: audit must differ from that of the hardened broker in the named checks, and in no other. */
import { expect, it } from 'vitest';
import type { Finding } from '../../src/core/finding.ts';
import type { Audit } from '../../src/operations/audit.ts';
import { ofVersion, type Place } from './place.ts';

type Verdict = NonNullable<Finding['verdict']>;

export interface Broken {
  readonly what: string;
  /** By rule, every verdict that is not that of the hardened broker. */
  readonly found: Readonly<Record<string, Verdict>>;
  /** What these findings must say, for who wonders why. */
  readonly says?: RegExp;
  /** Whose finding must say so, too, where its verdict is no other. */
  readonly by?: string;
  readonly make: () => Promise<unknown>;
  readonly mend: () => Promise<unknown>;
}

interface Where {
  readonly place: () => Place;
  readonly only: 'rabbitmq' | 'kafka';
  /** In no finding. */
  readonly secrets: () => readonly string[];
}

/** A test each, and one that all is as it was before. */
export function eachIsFound(rows: readonly Broken[], { place, only, secrets }: Where): void {
  let hardened: Promise<Audit> | undefined;
  const audit = () => place().audit({ only });
  const becomes = async ({
    found,
    says = /^/,
    by,
  }: Pick<Broken, 'found' | 'says' | 'by'>): Promise<Audit> => {
    const before = await (hardened ??= audit());
    let audited = before;
    const seen = async () => {
      audited = await audit();
      const isMeant = ({ rule }: Finding) => rule in found || rule === by;
      const told = JSON.stringify(audited.findings.filter(isMeant));
      return { found: differences(before, audited), says: says.test(told) || told };
    };
    // A broker shows a moment later what was done to it.
    await expect.poll(seen, { timeout: 60_000, interval: 100 }).toEqual({ found, says: true });
    return audited;
  };

  it.each(rows)(
    '$what',
    async ({ make, mend, ...wanted }) => {
      await (hardened ??= audit());
      await make();
      try {
        const { findings } = await becomes(wanted);
        for (const secret of secrets()) expect(JSON.stringify(findings)).not.toContain(secret);
      } finally {
        await mend();
      }
    },
    180_000,
  );

  it('and all is well again after', () => becomes({ found: {} }), 120_000);
}

export function differences(hardened: Audit, audited: Audit): Broken['found'] {
  const before = verdictsIn(hardened);
  return Object.fromEntries(
    [...verdictsIn(audited)].filter(([rule, verdict]) => before.get(rule) !== verdict),
  );
}

function verdictsIn({ findings }: Audit): ReadonlyMap<string, Verdict> {
  return new Map(
    findings.flatMap(({ rule, verdict }) =>
      verdict === undefined || ofVersion.includes(rule) ? [] : [[rule, verdict]],
    ),
  );
}
