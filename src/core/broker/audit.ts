import type { AuditRule, StoredSecrets, Told } from '../audit.ts';
import type { Shares } from '../audit-certificates.ts';
import type { Finding } from '../finding.ts';
import type { Ground } from '../kind.ts';
import type { Landscape } from '../landscape.ts';
import type { Resource } from '../resource.ts';
import type { Context, Credential } from './context.ts';
import type { Compiled } from './reading.ts';

/** What audit asks of a broker. */

export interface AuditRequest<Environment = unknown, Service = unknown, R extends Resource = Resource> {
  readonly landscape: Landscape<Environment, Service>;
  readonly compiled: Compiled<R>;
  readonly ground: Ground;
  /** Names of the landscape that are no services: an exporter, an operator. */
  readonly principals: ReadonlySet<string>;
  /** The other environments of the topology that are on the same broker, landed. */
  readonly neighbours: readonly Landscape<Environment, Service>[];
  readonly secrets: Told<StoredSecrets>;
  /** The same, with the principals that services have by the users that live, as far as no store of secrets says it. */
  among(
    users: readonly string[],
  ): Pick<AuditRequest<Environment, Service, R>, 'landscape' | 'compiled' | 'ground'>;
  /** The stored credential of a service. */
  readonly stored: (service: string) => Credential | undefined;
  readonly now: Date;
}

interface Audited {
  /** One for each of the rules. */
  readonly findings: readonly Finding[];
  /** Towards the checks that are about all brokers. */
  readonly shares: Shares;
}

/** How a broker is audited: reading and connection attempts, and nothing that has an effect. */
export interface Auditor<Environment = unknown, Service = unknown, R extends Resource = Resource> {
  /** All that `audit` answers. */
  readonly rules: readonly AuditRule[];
  /** Throws ConnectionError where the broker cannot be asked at all. */
  audit(request: AuditRequest<Environment, Service, R>, context: Context): Promise<Audited>;
}
