import { type Command } from 'commander';
import type { Shell } from './shell.ts';

interface ExplainFlags {
  readonly rules?: string;
}

const examples = `
Examples:
  mqwarden explain MQ101
  mqwarden explain literal-secret
  mqwarden explain ACME001 --rules rules`;

/** Registers `mqwarden explain`; `done` receives the exit code. */
export function explainCommand(program: Command, shell: Shell, done: (code: number) => void): void {
  program
    .command('explain')
    .summary('what a rule of lint finds, why, and what to write instead')
    .description(
      'Shows the page of a rule: what it finds, what goes wrong with it, what to write instead, and examples.',
    )
    .argument('<rule>', 'its id or its name: MQ101, literal-secret')
    .option('--rules <folder>', 'rules of your own: modules that are run')
    .addHelpText('after', examples)
    .action(async (rule: string, { rules }: ExplainFlags) => {
      const { explain } = await import('../operations/explain.ts');
      shell.out(await explain(rule, rules));
      done(0);
    });
}
