import type { Address } from './address.ts';
import type { Finding } from './finding.ts';
import { type Proof, rightText, type ServiceProof, type Standing, standingOf } from './proof.ts';

/** What a service's proofs amount to. Pure. */

const rules = {
  login: { rule: 'MQ401', name: 'login-refused', severity: 'error' },
  open: { rule: 'MQ402', name: 'works-unasked', severity: 'error' },
  fails: { rule: 'MQ403', name: 'refused-though-granted', severity: 'error' },
  suspended: { rule: 'MQ404', name: 'suspended-logs-in', severity: 'error' },
  unproven: { rule: 'MQ405', name: 'not-proven', severity: 'warning' },
  sampled: { rule: 'MQ406', name: 'not-all-asked', severity: 'note' },
  weak: { rule: 'MQ407', name: 'weak-credential', severity: 'warning' },
} as const satisfies Readonly<Record<string, Pick<Finding, 'rule' | 'name' | 'severity'>>>;

export function findingsOf(proof: ServiceProof): Finding[] {
  return [
    ...loginFindings(proof),
    ...openFindings(proof),
    ...failFindings(proof),
    ...sampledFindings(proof),
    ...weakFindings(proof),
  ];
}

type Of = Pick<Finding, 'service' | 'position'>;

function ofService({ service }: ServiceProof): Of {
  return { service: service.name, position: service.locate([]) };
}

function loginFindings(proof: ServiceProof): Finding[] {
  const { login, service, broker } = proof;
  const of = ofService(proof);
  switch (login.is) {
    case 'in':
      if (service.suspended !== true) return [];
      return [
        {
          ...rules.suspended,
          ...of,
          verdict: 'fail',
          message: `${service.name} is suspended, and still logs in to ${broker} as ${login.username}`,
          hint: 'apply takes its credential away',
        },
      ];
    case 'refused':
      return [
        { ...rules.login, ...of, verdict: 'fail', message: login.error.message, hint: login.error.hint },
      ];
    case 'shut':
      return [];
    case 'unproven': {
      const message = `${service.name} on ${broker} is not proven: ${login.why}; what is said of it follows from the live grants`;
      // Where a credential is made elsewhere, there is nothing to put right.
      const severity = login.hint === undefined ? 'note' : rules.unproven.severity;
      return [{ ...rules.unproven, ...of, severity, verdict: 'manual', message, hint: login.hint }];
    }
  }
}

function openFindings(proof: ServiceProof): Finding[] {
  return things(proof, 'open').map(({ at, rights, proofs }) => ({
    ...rules.open,
    ...ofService(proof),
    address: at,
    verdict: 'fail',
    message: `${proof.service.name} may ${rights}: the topology does not grant it`,
    evidence: evidenceOf(proofs),
    hint: 'plan shows grants that are not in the topology; what it does not show is allowed by the broker itself',
  }));
}

function failFindings(proof: ServiceProof): Finding[] {
  // The login says it already.
  if (proof.login.is === 'refused') return [];
  return things(proof, 'fails').map(({ at, rights, proofs }) => {
    const absent = proofs.every(({ answer }) => answer.is === 'absent');
    return {
      ...rules.fails,
      ...ofService(proof),
      address: at,
      verdict: 'fail',
      message: absent
        ? `${proof.service.name} is granted ${rights}, and there is nothing of that name`
        : `${proof.service.name} is granted ${rights}, and the broker refuses it`,
      evidence: evidenceOf(proofs),
      hint: 'plan shows what the broker lacks',
    };
  });
}

function sampledFindings(proof: ServiceProof): Finding[] {
  const { skipped, ungranted } = proof.skipped;
  if (skipped === 0) return [];
  return [
    {
      ...rules.sampled,
      ...ofService(proof),
      verdict: 'manual',
      message: `${proof.service.name} on ${proof.broker}: of ${ungranted} things that it is granted nothing on, ${ungranted - skipped} were asked about`,
      hint: 'give a higher --most to ask about all of them',
    },
  ];
}

function weakFindings(proof: ServiceProof): Finding[] {
  return proof.warnings.map(({ address, message }) => ({
    ...rules.weak,
    ...ofService(proof),
    address,
    verdict: 'fail',
    message: `${proof.service.name} on ${proof.broker}: ${message}`,
    hint: 'apply --check-credentials writes the stored password again, with a new salt',
  }));
}

interface Thing {
  readonly at: Address;
  readonly rights: string;
  readonly proofs: readonly Proof[];
}

function things({ proofs }: ServiceProof, standing: Standing): Thing[] {
  const found = Map.groupBy(
    proofs.filter((proof) => standingOf(proof) === standing),
    ({ question }) => question.at,
  );
  return [...found].map(([at, some]) => ({
    at,
    rights: [...new Set(some.map(({ question }) => rightText(question)))].join(', '),
    proofs: some,
  }));
}

function evidenceOf(proofs: readonly Proof[]): string {
  const whys = new Set(proofs.map(({ answer }) => (answer.is === 'unknown' ? answer.why : undefined)));
  const said = [...whys].map((why) =>
    why === undefined ? 'asked as the service itself' : `by the live grants: not asked, since ${why}`,
  );
  return said.join('; ');
}
