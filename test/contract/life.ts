import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Decisions } from '../../src/core/decisions.ts';
import { cautious } from '../../src/core/decisions.ts';
import type { Outcome } from '../../src/core/broker.ts';
import { openAuditLog } from '../../src/history/audit-log.ts';
import { apply, type ApplyResult } from '../../src/operations/apply.ts';
import { verify, type Verification } from '../../src/operations/verify.ts';
import { plan, type PlanOptions, type PlanResult } from '../../src/operations/plan.ts';
import { Redaction } from '../../src/secrets/redact.ts';
import type { Surroundings } from './subject.ts';

/** A folder with a topology in it, and plan and apply on that, as a program would call them. */
export interface Workspace {
  readonly folder: string;
  /** With another section for the environment, where a stage has one. */
  write(services: Readonly<Record<string, unknown>>, section?: Surroundings['section']): Promise<void>;
  plan(decisions?: Partial<Decisions>, over?: Partial<PlanOptions>): Promise<PlanResult>;
  apply(decisions?: Partial<Decisions>, over?: Partial<PlanOptions>): Promise<Applied>;
  /** Logs in as each service that the topology has, and asks about all that it could. */
  verify(): Promise<Verification>;
  remove(): Promise<void>;
}

type Applied = ApplyResult & { readonly failures: readonly string[] };

export async function openWorkspace(
  broker: string,
  subject: Surroundings,
  { secrets = true } = {},
): Promise<Workspace> {
  const folder = await mkdtemp(join(tmpdir(), 'mqwarden-contract-'));
  for (const [name, text] of Object.entries(subject.files)) await writeFile(join(folder, name), text);
  const topology = join(folder, 'mqwarden.yaml');
  const options = (decisions: Partial<Decisions> = {}, over: Partial<PlanOptions> = {}): PlanOptions => ({
    topology,
    variables: subject.variables,
    redaction: new Redaction(),
    progress: () => undefined,
    decisions: { ...cautious, ...decisions },
    now: () => new Date(),
    ...over,
  });
  return {
    folder,
    write: (services, section = subject.section) =>
      writeFile(topology, JSON.stringify(document(broker, { ...subject, section }, services, secrets))),
    plan: (decisions, over) => plan(options(decisions, over)),
    apply: async (decisions, over) => {
      const failures: string[] = [];
      const result = await apply({
        ...options(decisions, over),
        confirm: () => Promise.resolve(true),
        auditLog: () =>
          openAuditLog(join(folder, 'audit.jsonl'), { who: 'test', host: 'test', now: () => new Date() }),
        report: (change, outcome: Outcome) => {
          if (outcome.status !== 'done')
            failures.push(`${change.action} ${change.address}: ${outcome.error}`);
        },
        redact: (text) => text,
        lock: 'none',
      });
      return { ...result, failures };
    },
    verify: () => {
      const { variables, redaction, progress } = options();
      return verify({ topology, variables, redaction, progress, services: [], most: 1000, atATime: 4 });
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

/** JSON is YAML: no need to print any. */
function document(
  broker: string,
  subject: Surroundings,
  services: Readonly<Record<string, unknown>>,
  secrets: boolean,
) {
  return {
    version: 1,
    name: 'contract',
    environments: {
      test: {
        [broker]: subject.section,
        ...(secrets ? { secrets: subject.secrets ?? 'file:secrets' } : {}),
        claims: { [broker]: subject.claims },
        ...(subject.protected === undefined ? {} : { protected: { [broker]: subject.protected } }),
      },
    },
    services,
  };
}
