import { judge } from '../../core/audit.ts';
import { sharesOf } from '../../core/audit-certificates.ts';
import type { Auditor } from '../../core/broker.ts';
import type { RabbitCheck } from './audit/check.ts';
import { tls } from './audit/mqa01-tls.ts';
import { uniqueCredentials } from './audit/mqa02-unique-credentials.ts';
import { permissions } from './audit/mqa03-permissions.ts';
import { vhosts } from './audit/mqa04-vhosts.ts';
import { guest } from './audit/mqa05-guest.ts';
import { management } from './audit/mqa06-management.ts';
import { clientCertificates } from './audit/mqa31-client-certificates.ts';
import { certificates } from './audit/mqa41-certificates.ts';
import { idleUsers } from './audit/mqa42-idle-users.ts';
import { hashes } from './audit/mqa43-hashes.ts';
import { unmanagedUsers } from './audit/mqa44-unmanaged-users.ts';
import { unreadQueues } from './audit/mqa45-unread-queues.ts';
import { deprecated } from './audit/mqa46-deprecated.ts';
import { links } from './audit/mqa47-links.ts';
import { publishedAdvisories } from './audit/mqa48-advisories.ts';
import { topicVariables } from './audit/mqa49-topic-variables.ts';
import { certificateStrength } from './audit/mqa37-certificate-strength.ts';
import { unusedGrants } from './audit/mqa61-unused-grants.ts';
import { namedPoints } from './audit/named.ts';
import { gather } from './facts.ts';
import type { RabbitResource } from './resources.ts';
import type { RabbitEnvironment, RabbitService } from './schema.ts';

/** A line each, in the order in which they are told. */
const checks: readonly RabbitCheck[] = [
  tls,
  uniqueCredentials,
  permissions,
  vhosts,
  guest,
  management,
  clientCertificates,
  certificateStrength,
  certificates,
  idleUsers,
  hashes,
  unmanagedUsers,
  unreadQueues,
  deprecated,
  links,
  publishedAdvisories,
  topicVariables,
  unusedGrants,
];

export const auditor: Auditor<RabbitEnvironment, RabbitService, RabbitResource> = {
  rules: checks,
  async audit(request, context) {
    const facts = await gather(request, context);
    const { definitions } = facts;
    const users = definitions.is === 'told' ? (definitions.value.users ?? []).map(({ name }) => name) : [];
    const shares = sharesOf({ doors: facts.knocked, named: namedPoints(facts) }, request.now);
    return { findings: judge(checks, { ...request, ...request.among(users), facts }), shares };
  },
};
