import type { Address } from './address.ts';
import type { Finding } from './finding.ts';
import { type Proof, rightText, type ServiceProof, type Standing, standingOf } from './proof.ts';
import type { RuleInfo } from './rule.ts';
import { verdictRules } from './verdict-rules.ts';

/** What a service's proofs amount to. Pure. */

/** What a finding says of its rule. */
function told({ id, name, severity }: RuleInfo): Pick<Finding, 'rule' | 'name' | 'severity'> {
  return { rule: id, name, severity };
}

export function findingsOf(proof: ServiceProof): Finding[] {
  return [
    ...loginFindings(proof),
    ...missedFindings(proof),
    ...openFindings(proof),
    ...failFindings(proof),
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
          ...told(verdictRules.suspended),
          ...of,
          verdict: 'fail',
          message: `${service.name} is suspended, and still logs in to ${broker} as ${login.username}`,
          hint: 'apply takes its credential away',
        },
      ];
    case 'refused':
      return [
        {
          ...told(verdictRules.login),
          ...of,
          verdict: 'fail',
          message: login.error.message,
          hint: login.error.hint,
        },
      ];
    case 'shut':
      return [];
    case 'unproven': {
      const message = `${service.name} on ${broker} is not proven: ${login.why}; what is said of it follows from the live grants`;
      // Where a credential is made elsewhere, there is nothing to put right.
      const severity = login.hint === undefined ? 'note' : verdictRules.unproven.severity;
      return [
        { ...told(verdictRules.unproven), ...of, severity, verdict: 'manual', message, hint: login.hint },
      ];
    }
  }
}

function openFindings(proof: ServiceProof): Finding[] {
  return things(proof, 'open').map(({ at, rights, proofs }) => ({
    ...told(verdictRules.open),
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
      ...told(verdictRules.fails),
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

/** What could have been asked, and has no answer. */
function missedFindings(proof: ServiceProof): Finding[] {
  const whys = proof.proofs.flatMap(({ answer }) =>
    answer.is === 'unknown' && answer.missed === true ? [answer.why] : [],
  );
  if (whys.length === 0) return [];
  const { service, broker } = proof;
  return [
    {
      ...told(verdictRules.unproven),
      ...ofService(proof),
      verdict: 'manual',
      message: `${service.name} on ${broker} is proven in part: ${whys.length} of ${proof.proofs.length} questions have no answer; what is said of them follows from the live grants`,
      evidence: [...new Set(whys)].slice(0, 3).join('; '),
      hint: 'run verify again; a service with limits on its connections or channels may have none left',
    },
  ];
}

/** One a broker: of most services not all is asked. */
export function sampledFindings(services: readonly ServiceProof[]): Finding[] {
  return [...Map.groupBy(services, ({ broker }) => broker)].flatMap(([broker, proofs]) => {
    const sum = (of: 'skipped' | 'ungranted') => proofs.reduce((total, one) => total + one.skipped[of], 0);
    const [skipped, ungranted] = [sum('skipped'), sum('ungranted')];
    if (skipped === 0) return [];
    const some = `of ${ungranted} times that a thing is closed to a service by topology and live grants, ${ungranted - skipped} were asked`;
    return [
      {
        ...told(verdictRules.sampled),
        verdict: 'manual',
        message: `${broker}: ${some}, ${skipped} were not`,
        hint: 'give a higher --most to ask more',
      },
    ];
  });
}

function weakFindings(proof: ServiceProof): Finding[] {
  return proof.warnings.map(({ address, message }) => ({
    ...told(verdictRules.weak),
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
