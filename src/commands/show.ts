import { type Command, Option } from 'commander';
import { planFormats, printPlan, type Printing } from './print.ts';
import type { Shell } from './shell.ts';

const examples = `
Examples:
  mqwarden show plan.json                       as plan has printed it
  mqwarden show plan.json --format markdown     for a pull request`;

/** Registers `mqwarden show`; `done` receives the exit code. */
export function showCommand(program: Command, shell: Shell, done: (code: number) => void): void {
  program
    .command('show')
    .summary('print a saved plan')
    .description(
      'Prints a plan that plan --out saved; refuses one that was edited. Needs no topology and no broker.',
    )
    .argument('<plan>', 'the file')
    .addOption(new Option('--format <format>', 'how to print it').choices(planFormats).default('text'))
    .option('--no-color', 'no colour, as when NO_COLOR is set')
    .addOption(
      new Option('--log-level <level>', 'what to say on stderr')
        .choices(['error', 'warn', 'info', 'debug'])
        .default('warn'),
    )
    .addHelpText('after', examples)
    .action(async (file: string, flags: Printing) => {
      const { readPlan } = await import('../operations/index.ts');
      await printPlan(await readPlan(file), flags, shell);
      done(0);
    });
}
