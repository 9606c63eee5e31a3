import { judge } from '../../core/audit.ts';
import type { Auditor } from '../../core/broker.ts';
import type { RabbitCheck } from './audit/check.ts';
import { tls } from './audit/mqa01-tls.ts';
import { uniqueCredentials } from './audit/mqa02-unique-credentials.ts';
import { permissions } from './audit/mqa03-permissions.ts';
import { vhosts } from './audit/mqa04-vhosts.ts';
import { guest } from './audit/mqa05-guest.ts';
import { management } from './audit/mqa06-management.ts';
import { gather } from './facts.ts';
import type { RabbitResource } from './resources.ts';
import type { RabbitEnvironment, RabbitService } from './schema.ts';

/** A line each, in the order in which they are told. */
const checks: readonly RabbitCheck[] = [tls, uniqueCredentials, permissions, vhosts, guest, management];

export const auditor: Auditor<RabbitEnvironment, RabbitService, RabbitResource> = {
  rules: checks,
  async audit(request, context) {
    return judge(checks, { ...request, facts: await gather(request, context) });
  },
};
