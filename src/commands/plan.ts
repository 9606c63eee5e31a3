import { type Command, Option } from 'commander';
import { UsageError } from '../core/errors.ts';
import type { PlanOptions, PlanResult } from '../operations/plan.ts';
import {
  decisionOptions,
  decisionsFrom,
  duration,
  everywhere,
  sessionFrom,
  type Shared,
  weekMs,
} from './options.ts';
import { planFormats, type PlanFormat, printPlan } from './print.ts';
import type { Shell } from './shell.ts';

interface PlanFlags extends Shared {
  readonly out?: string;
  readonly against?: string;
  readonly maxAge?: number;
  readonly secrets: boolean;
  readonly format: PlanFormat;
  readonly detailedExitcode?: true;
}

const examples = `
Examples:
  mqwarden plan --env staging                         what would change
  mqwarden plan topology --env production --out plan.json
  mqwarden plan --env production --against live.json --format markdown    for a pull request
  mqwarden plan --env production --detailed-exitcode  exit 2 when anything would change or is blocked
  mqwarden plan --env staging --prune --allow-data-loss rabbitmq:queue:staging/old.queue`;

/** Registers `mqwarden plan`; `done` receives the exit code. */
export function planCommand(program: Command, shell: Shell, done: (code: number) => void): void {
  const command = program
    .command('plan')
    .summary('show what would change on the live brokers')
    .description(
      'Reads the live brokers, compares them with the topology and shows what would change. Writes nothing to them.',
    )
    .argument('[topology]', 'a file or a folder (default: ./topology or ./mqwarden.yaml)')
    .option('--out <file>', 'save the plan as an approval for apply --plan')
    .option('--against <file>', 'plan against a snapshot: reads no broker and no secret')
    .option('--max-age <duration>', 'say so when the snapshot is older (default: 7d)', duration)
    .option('--no-secrets', "ask no store about the services' credentials")
    .addOption(new Option('--format <format>', 'how to print it').choices(planFormats).default('text'))
    .option('--detailed-exitcode', 'exit 2 when there are changes or something is blocked');
  decisionOptions(everywhere(command))
    .addHelpText('after', examples)
    .action(async (topology: string | undefined, flags: PlanFlags) =>
      done(await runPlan(topology, flags, shell)),
    );
}

async function runPlan(topology: string | undefined, flags: PlanFlags, shell: Shell): Promise<number> {
  checkFlags(flags);
  const { savePlan } = await import('../operations/index.ts');
  const decisions = decisionsFrom(flags);
  const session = sessionFrom(topology, flags, shell);
  const result = await makePlan({ ...session, decisions, now: () => new Date() }, flags);
  shell.settled();
  if (flags.out !== undefined) await savePlan(flags.out, result.plan);
  await printPlan(result.plan, flags, shell);
  if (flags.out !== undefined) shell.err(`saved as ${flags.out}: apply it with --plan ${flags.out}\n`);
  const { changes, blocked } = result.plan;
  return flags.detailedExitcode === true && changes.length + blocked.length > 0 ? 2 : 0;
}

async function makePlan(options: PlanOptions, flags: PlanFlags): Promise<PlanResult> {
  const { plan, planAgainst, planWithoutSecrets, readSnapshot } = await import('../operations/index.ts');
  if (flags.against !== undefined) {
    return planAgainst(await readSnapshot(flags.against), flags.maxAge ?? weekMs, options);
  }
  return flags.secrets ? plan(options) : planWithoutSecrets(options);
}

function checkFlags({ against, maxAge, out, allowDataLoss, checkCredentials, secrets }: PlanFlags): void {
  if (checkCredentials === true && (against !== undefined || !secrets)) {
    throw new UsageError(
      '--check-credentials asks the live brokers about the stored passwords',
      'leave out --against and --no-secrets',
    );
  }
  if (against === undefined && maxAge !== undefined) {
    throw new UsageError('--max-age is about a snapshot', 'give it together with --against FILE');
  }
  if (against !== undefined && out !== undefined && allowDataLoss !== undefined) {
    throw new UsageError(
      'a plan that may lose data is approved by what it would lose now, which a snapshot does not tell',
      'save it from a plan of the live brokers, without --against',
    );
  }
}
