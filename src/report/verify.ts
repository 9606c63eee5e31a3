import type { Address } from '../core/address.ts';
import { kindOf, partsOf } from '../core/address.ts';
import type { Finding, Severity } from '../core/finding.ts';
import { type Proof, rightText, type ServiceProof, type Standing, standingOf } from '../core/proof.ts';
import { verdictRules } from '../core/verdict-rules.ts';
import type { FindingsReport } from './findings-report.ts';

/** What all forms of a verification have in common. Pure. */

export interface Verified {
  readonly topology: string;
  readonly environment: string;
  readonly services: readonly ServiceProof[];
  readonly findings: readonly Finding[];
  readonly fingerprints: ReadonlyMap<Finding, string>;
}

/** For the formats that know only of what is wrong. */
export function verifyReport(
  { findings, fingerprints }: Verified,
  version: string,
  failOn: Severity,
): FindingsReport {
  return {
    command: 'verify',
    version,
    findings,
    silenced: [],
    rules: Object.values(verdictRules),
    fingerprints,
    failOn,
    leftOut: [],
    lineAt: () => undefined,
  };
}

/** One service and one thing on a broker, with its rights by what was found. */
export interface MatrixRow {
  readonly service: string;
  readonly broker: string;
  readonly address: Address;
  readonly rights: Readonly<Record<Standing, readonly string[]>>;
  /** Rights that nobody could ask about: what stands for them follows from the live grants. */
  readonly evaluated: readonly string[];
}

const standings = ['works', 'fails', 'refused', 'open', 'undecided'] as const satisfies readonly Standing[];

export function matrixOf({ services }: Verified): MatrixRow[] {
  return services.flatMap(({ service, broker, proofs }) =>
    [...Map.groupBy(proofs, ({ question }) => question.at)].map(([address, some]) => ({
      service: service.name,
      broker,
      address,
      rights: rightsBy(some),
      evaluated: some
        .filter(({ answer }) => answer.is === 'unknown')
        .map(({ question }) => rightText(question)),
    })),
  );
}

function rightsBy(proofs: readonly Proof[]): Record<Standing, readonly string[]> {
  const by = Map.groupBy(proofs, standingOf);
  const texts = (standing: Standing) => (by.get(standing) ?? []).map(({ question }) => rightText(question));
  return Object.fromEntries(standings.map((standing) => [standing, texts(standing)])) as Record<
    Standing,
    string[]
  >;
}

export type Tally = Readonly<Record<Standing, number>>;

export function tallyOf(proofs: readonly Proof[]): Tally {
  const tally = { works: 0, fails: 0, refused: 0, open: 0, undecided: 0 };
  for (const proof of proofs) tally[standingOf(proof)] += 1;
  return tally;
}

/** `queue production/order.payments`. */
export function thingText(at: Address): string {
  const kind = kindOf(at)
    .slice(at.indexOf(':') + 1)
    .replaceAll('-', ' ');
  const [vhost = '', name] = partsOf(at);
  if (name === '') return `default exchange of ${vhost}`;
  return `${kind} ${partsOf(at).join('/')}`;
}

/** How its login went, in a few words. */
export function loginText({ login, identity }: ServiceProof): string {
  switch (login.is) {
    case 'in':
      return `logged in as ${login.username} by ${identity.by}`;
    case 'refused':
      return `its login as ${login.username} is refused`;
    case 'shut':
      return 'suspended: its login is refused';
    case 'unproven':
      return login.why;
  }
}
