import { type Command } from 'commander';
import type { Shell } from './shell.ts';

interface ExplainFlags {
  readonly rules?: string;
}

const examples = `
Examples:
  mqwarden explain MQ101
  mqwarden explain literal-secret
  mqwarden explain MQA05
  mqwarden explain ACME001 --rules rules`;

/** Registers `mqwarden explain`; `done` receives the exit code. */
export function explainCommand(program: Command, shell: Shell, done: (code: number) => void): void {
  program
    .command('explain')
    .summary('what a rule of lint or a check of audit finds, why, and what to do')
    .description(
      'Shows the page of a rule of lint, or of a check of audit: what it finds, what goes wrong with it, what to do instead, and examples.',
    )
    .argument('<rule>', 'its id or its name: MQ101, literal-secret, MQA05')
    .option('--rules <folder>', 'rules of your own: modules that are run')
    .addHelpText('after', examples)
    .action(async (rule: string, { rules }: ExplainFlags) => {
      const { explain } = await import('../operations/explain.ts');
      shell.out(await explain(rule, rules));
      done(0);
    });
}
