import { join } from 'node:path';
import type { Outcome } from '../../src/core/broker.ts';
import { cautious, type Decisions } from '../../src/core/decisions.ts';
import type { Plan } from '../../src/core/plan.ts';
import { openAuditLog } from '../../src/history/audit-log.ts';
import { apply } from '../../src/operations/apply.ts';
import { plan, type PlanOptions } from '../../src/operations/plan.ts';
import { Redaction } from '../../src/secrets/redact.ts';
import type { TestBrokers } from '../brokers/index.ts';
import { openWorkspace, type Workspace } from '../cli/workspace.ts';

/** The decisions, and the one broker that is asked where not both are. */
type Asked = Partial<Decisions> & { readonly only?: 'rabbitmq' | 'kafka' };

/** A workspace whose plan and apply run in this process: quicker than the program, for what does not depend on it. */
export interface Bench extends Workspace {
  see(asked?: Asked): Promise<Plan>;
  /** Each change with how it ended: `create kafka:topic:orders: done`. */
  make(asked?: Asked): Promise<readonly string[]>;
  /** The same, sure that everything is done and that nothing is left. */
  settle(asked?: Asked): Promise<readonly string[]>;
}

export async function openBench(brokers: TestBrokers, over: object = {}): Promise<Bench> {
  const place = await openWorkspace(brokers, over);
  const optionsFor = ({ only, ...decisions }: Asked): PlanOptions => ({
    topology: join(place.cwd, 'topology'),
    only,
    variables: place.variables,
    redaction: new Redaction(),
    progress: () => undefined,
    decisions: { ...cautious, ...decisions },
    now: () => new Date(),
  });
  const run = async (asked: Asked) => {
    const lines: string[] = [];
    const report = ({ action, address }: { action: string; address: string }, outcome: Outcome) =>
      lines.push(`${action} ${address}: ${outcome.status === 'done' ? 'done' : outcome.error}`);
    const options = {
      ...optionsFor(asked),
      confirm: () => Promise.resolve(true),
      auditLog: () =>
        openAuditLog(join(place.cwd, 'audit.jsonl'), { who: 'test', host: 'test', now: () => new Date() }),
      redact: (text: string) => text,
      lock: 'none' as const,
      report,
    };
    const result = await apply(options);
    return { lines: lines.sort(), left: result.status === 'applied' ? result.left : result.plan };
  };
  return {
    ...place,
    see: async (asked = {}) => (await plan(optionsFor(asked))).plan,
    make: async (asked = {}) => (await run(asked)).lines,
    settle: async (asked = {}) => {
      const { lines, left } = await run(asked);
      const bad = [
        ...lines.filter((line) => !line.endsWith(': done')),
        ...[...(left?.changes ?? []), ...(left?.blocked ?? [])].map(({ address }) => `left: ${address}`),
      ];
      if (bad.length > 0) throw new Error(bad.join('\n'));
      return lines;
    },
  };
}
