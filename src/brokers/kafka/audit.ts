import { judge, untold } from '../../core/audit.ts';
import { sharesOf } from '../../core/audit-certificates.ts';
import type { Auditor } from '../../core/broker.ts';
import type { KafkaCheck } from './audit/check.ts';
import { sasl } from './audit/mqa07-sasl.ts';
import { tls } from './audit/mqa08-tls.ts';
import { acls } from './audit/mqa09-acls.ts';
import { uniquePrincipals } from './audit/mqa10-unique-principals.ts';
import { zookeeper } from './audit/mqa11-zookeeper.ts';
import { network } from './audit/mqa12-network.ts';
import { clientCertificates } from './audit/mqa32-client-certificates.ts';
import { certificates } from './audit/mqa51-certificates.ts';
import { unmanagedPrincipals } from './audit/mqa52-unmanaged-principals.ts';
import { orphanedAcls } from './audit/mqa53-orphaned-acls.ts';
import { publishedAdvisories } from './audit/mqa54-advisories.ts';
import { deprecated } from './audit/mqa55-deprecated.ts';
import { iterations } from './audit/mqa56-iterations.ts';
import { certificateStrength } from './audit/mqa38-certificate-strength.ts';
import { unusedGrants } from './audit/mqa62-unused-grants.ts';
import { silentPoints } from './audit/facts.ts';
import { namedPoints } from './audit/named.ts';
import { gather } from './facts.ts';
import type { KafkaResource } from './resources.ts';
import type { KafkaEnvironment, KafkaService } from './schema.ts';

/** A line each, in the order in which they are told. */
const checks: readonly KafkaCheck[] = [
  sasl,
  tls,
  acls,
  uniquePrincipals,
  zookeeper,
  network,
  clientCertificates,
  certificateStrength,
  certificates,
  unmanagedPrincipals,
  orphanedAcls,
  publishedAdvisories,
  deprecated,
  iterations,
  unusedGrants,
];

export const auditor: Auditor<KafkaEnvironment, KafkaService, KafkaResource> = {
  rules: checks,
  async audit(request, context) {
    const facts = await gather(request, context);
    const { knocked: doors, settings, silent } = facts;
    const users = facts.users.is === 'told' ? facts.users.value.map(({ name }) => name) : [];
    const lacked = settings.is === 'told' ? silentPoints(silent) : [untold(settings)];
    const shares = sharesOf({ doors, named: namedPoints(facts), lacked }, request.now);
    return { findings: judge(checks, { ...request, ...request.among(users), facts }), shares };
  },
};
