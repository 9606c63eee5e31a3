import { type Command, Option } from 'commander';
import { RefusedError, UsageError } from '../core/errors.ts';
import type { Outcome } from '../core/broker.ts';
import type { Plan } from '../core/plan.ts';
import type { Change } from '../core/resource.ts';
import type { ApplyResult } from '../operations/index.ts';
import {
  decisionOptions,
  decisionsFrom,
  decisionsNamed,
  duration,
  everywhere,
  sessionFrom,
  type Shared,
} from './options.ts';
import { type Shell, stopOnInterrupt } from './shell.ts';

interface ApplyFlags extends Shared {
  readonly plan?: string;
  readonly yes?: true;
  /** False with --no-lock. */
  readonly lock: boolean;
  readonly lockTimeout: number;
}

const examples = `
Examples:
  mqwarden apply --env staging                        shows the plan, asks, applies
  mqwarden apply --env production --plan plan.json --yes
  mqwarden apply --env production --service order-service --yes`;

/** Registers `mqwarden apply`; `done` receives the exit code. */
export function applyCommand(program: Command, shell: Shell, done: (code: number) => void): void {
  const command = program
    .command('apply')
    .summary('make the live brokers as the topology says')
    .description('Plans anew, asks, writes in a safe order, and reads again to say that nothing is left.')
    .argument('[topology]', 'a file or a folder (default: ./topology or ./mqwarden.yaml)')
    .option('--plan <file>', 'a saved plan: refused unless the same changes would be made now')
    .option('--yes', 'do not ask; needed without a terminal')
    .addOption(
      new Option('--lock-timeout <duration>', 'how long to wait while another apply writes')
        .argParser(duration)
        .default(60_000, '60s'),
    )
    .option('--no-lock', 'do not keep others from writing at the same time');
  decisionOptions(everywhere(command))
    .addHelpText('after', examples)
    .action(async (topology: string | undefined, flags: ApplyFlags) =>
      done(await runApply(topology, flags, shell)),
    );
}

async function runApply(topology: string | undefined, flags: ApplyFlags, shell: Shell): Promise<number> {
  if (flags.yes !== true && !shell.interactive) {
    throw new UsageError('there is no terminal to ask on', 'read a plan first, then apply with --yes');
  }
  const approved = flags.plan === undefined ? undefined : await readApproval(flags.plan, flags);
  const { apply, kinds, openAuditLog } = await import('../operations/index.ts');
  const decisions = approved?.decisions ?? decisionsFrom(flags);
  const interrupt = new AbortController();
  const { planAsText, questionAsText, failuresAsText, applyAsText } = await import('../report/index.ts');
  const attended = flags.yes !== true;
  const failures = failuresAsText(flags.color && shell.color.err);
  if (!attended) stopOnInterrupt(interrupt, shell);
  const result = await apply({
    ...sessionFrom(topology, { ...flags, ...scopeOf(approved) }, shell),
    decisions,
    now: () => new Date(),
    approved,
    confirm: async (plan: Plan) => {
      shell.settled();
      shell.out(planAsText(plan, kinds, flags.color && shell.color.out));
      if (!attended) return true;
      const goes = plan.changes.length === 0 || (await shell.ask(questionAsText(plan)));
      if (goes) stopOnInterrupt(interrupt, shell);
      return goes;
    },
    attended,
    lock: flags.lock ? { timeoutMs: flags.lockTimeout, notice: (text) => shell.err(`${text}\n`) } : 'none',
    auditLog: () => openAuditLog(flags.auditLog ?? '.mqwarden/audit.jsonl'),
    report: (change: Change, outcome: Outcome) => {
      if (outcome.status === 'done') shell.progress(`${change.action} ${change.address}`);
      else shell.err(failures.one(change, outcome));
    },
    redact: (text) => shell.redaction.redact(text),
    stop: interrupt.signal,
  });
  shell.settled();
  shell.err(failures.rest());
  shell.out(applyAsText(result, flags.color && shell.color.out));
  return exitCode(result);
}

/** 0 converged, 1 anything failed or is left undone, 2 something is blocked. */
function exitCode(result: ApplyResult): number {
  if (result.status === 'declined') return 1;
  const failed = result.errors.length > 0 || result.items.some((item) => item.outcome.status !== 'done');
  if (failed || result.left === undefined || result.left.changes.length > 0) return 1;
  return result.left.blocked.length > 0 ? 2 : 0;
}

/** The scope of an approval is part of it: the environment and the brokers that it was made for. */
function scopeOf(approved: Plan | undefined): { env?: string; only?: string } {
  if (approved === undefined) return {};
  const { environment: env, brokers } = approved;
  const [broker, ...more] = brokers;
  return broker === undefined || more.length > 0 ? { env } : { env, only: broker };
}

async function readApproval(file: string, flags: ApplyFlags): Promise<Plan> {
  const named = decisionsNamed(flags);
  if (named.length > 0) {
    throw new UsageError(
      `${named.join(', ')}: a saved plan carries its own decisions`,
      'make the plan with them, and apply it without',
    );
  }
  const { readPlan } = await import('../operations/index.ts');
  const plan = await readPlan(file);
  if (flags.env !== undefined && flags.env !== plan.environment) {
    throw new RefusedError(`${file} was made for environment ${plan.environment}, not ${flags.env}`, {
      hint: 'make a plan for the environment that you mean',
    });
  }
  return plan;
}
