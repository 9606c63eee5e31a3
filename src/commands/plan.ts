import { type Command, Option } from 'commander';
import { decisionOptions, decisionsFrom, everywhere, sessionFrom, type Shared } from './options.ts';
import type { Shell } from './shell.ts';

interface PlanFlags extends Shared {
  readonly out?: string;
  readonly format: 'text' | 'json';
  readonly detailedExitcode?: true;
}

const examples = `
Examples:
  mqwarden plan --env staging                         what would change
  mqwarden plan topology --env production --out plan.json
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
    .addOption(new Option('--format <format>', 'how to print it').choices(['text', 'json']).default('text'))
    .option('--detailed-exitcode', 'exit 2 when there are changes or something is blocked');
  decisionOptions(everywhere(command))
    .addHelpText('after', examples)
    .action(async (topology: string | undefined, flags: PlanFlags) =>
      done(await runPlan(topology, flags, shell)),
    );
}

async function runPlan(topology: string | undefined, flags: PlanFlags, shell: Shell): Promise<number> {
  const { plan, kinds, savePlan } = await import('../operations/index.ts');
  const decisions = decisionsFrom(flags);
  const session = sessionFrom(topology, flags, shell);
  const result = await plan({ ...session, decisions, now: () => new Date() });
  shell.settled();
  if (flags.out !== undefined) await savePlan(flags.out, result.plan);
  if (flags.format === 'json') {
    const { asJson } = await import('../report/json.ts');
    shell.out(`${asJson(result.plan)}\n`);
  } else {
    const { planAsText } = await import('../report/text.ts');
    shell.out(planAsText(result.plan, kinds, flags.color && shell.color.out));
  }
  if (flags.out !== undefined) shell.err(`saved as ${flags.out}: apply it with --plan ${flags.out}\n`);
  const { changes, blocked } = result.plan;
  return flags.detailedExitcode === true && changes.length + blocked.length > 0 ? 2 : 0;
}
