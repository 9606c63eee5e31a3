import { type Command, Option } from 'commander';
import { reaches, severities, type Severity } from '../core/finding.ts';
import type { Linted } from '../operations/lint.ts';
import { everywhere, sessionFrom, type Shared } from './options.ts';
import type { Shell } from './shell.ts';

const formats = ['text', 'json'] as const;

interface LintFlags extends Shared {
  readonly format: (typeof formats)[number];
  readonly failOn: Severity;
}

const examples = `
Examples:
  mqwarden lint                                  every environment, offline
  mqwarden lint topology --fail-on warning
  mqwarden lint --format json > findings.json`;

/** Registers `mqwarden lint`; `done` receives the exit code. */
export function lintCommand(program: Command, shell: Shell, done: (code: number) => void): void {
  const command = program
    .command('lint')
    .summary('look for what is weak or wrong in a topology, offline')
    .description(
      'Checks a topology, in all its environments, against rules: no broker and no secret store is asked. Each rule has a page in docs/rules/.',
    )
    .argument('[topology]', 'a file or a folder (default: ./topology or ./mqwarden.yaml)')
    .addOption(new Option('--format <format>', 'how to print it').choices(formats).default('text'))
    .addOption(
      new Option('--fail-on <severity>', 'exit 2 from this on').choices(severities).default('error'),
    );
  everywhere(command)
    .addHelpText('after', examples)
    .action(async (topology: string | undefined, flags: LintFlags) =>
      done(await runLint(topology, flags, shell)),
    );
}

async function runLint(topology: string | undefined, flags: LintFlags, shell: Shell): Promise<number> {
  // Not by operations/index.ts: lint is run at every save, and needs nothing of what talks to brokers.
  const { lint } = await import('../operations/lint.ts');
  const session = sessionFrom(topology, flags, shell);
  const linted = await lint({
    topology: session.topology,
    environment: flags.env,
    only: session.only,
    services: flags.service,
    variables: session.variables,
    today: new Date().toISOString().slice(0, 10),
  });
  shell.settled();
  shell.out(await printed(linted, flags, shell));
  return reaches(linted.findings, flags.failOn) ? 2 : 0;
}

async function printed(linted: Linted, { format, color }: LintFlags, shell: Shell): Promise<string> {
  switch (format) {
    case 'json': {
      const { findingsAsJson } = await import('../report/findings-json.ts');
      return findingsAsJson(linted.findings);
    }
    case 'text': {
      const { lintAsText } = await import('../report/lint-text.ts');
      return lintAsText(linted, color && shell.color.out);
    }
  }
}
