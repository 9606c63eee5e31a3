import { type Command, Option } from 'commander';
import { UsageError } from '../core/errors.ts';
import { reaches } from '../core/finding.ts';
import type { Linted, LintOptions } from '../operations/lint.ts';
import { baselineFrom, forTools, type ReportFlags, reportOptions, tell } from './findings.ts';
import { everywhere, sessionFrom, type Shared } from './options.ts';
import type { Shell } from './shell.ts';

interface LintFlags extends Shared, ReportFlags {
  readonly fix?: true;
  readonly rules?: string;
  readonly code?: readonly string[];
  readonly exclude?: readonly string[];
}

const examples = `
Examples:
  mqwarden lint                                  every environment, offline
  mqwarden lint topology --fail-on warning
  mqwarden lint --format github --also sarif=lint.sarif --also junit=lint.xml
  mqwarden lint --baseline lint-baseline.json --write-baseline
  mqwarden lint --rules rules --fix
  mqwarden lint --code src                       source code alone
  mqwarden lint topology --code services/*/src   a topology and source code`;

/** Registers `mqwarden lint`; `done` receives the exit code. */
export function lintCommand(program: Command, shell: Shell, done: (code: number) => void): void {
  const command = program
    .command('lint')
    .summary('look for what is weak or wrong in a topology or in source code, offline')
    .description(
      'Checks a topology, in all its environments, and source code against rules: no broker and no secret store is asked. With --code and no topology, only the code is looked at. Each rule has a page in docs/rules/, which `mqwarden explain RULE` shows.',
    )
    .argument('[topology]', 'a file or a folder (default: ./topology or ./mqwarden.yaml)');
  reportOptions(command)
    .option('--fix', 'write into the files what is safe; comments and formatting stay')
    .option(
      '--code <src...>',
      'files and folders of JavaScript and TypeScript to look at; a topology stands before it',
    )
    .addOption(
      new Option(
        '--exclude <glob>',
        'leave these out of --code: a pattern as .gitignore has them; may be given several times',
      ).argParser(oneMore),
    )
    .option('--rules <folder>', 'rules of your own: modules that are run');
  narrowing(everywhere(command))
    .addHelpText('after', examples)
    .action(async (topology: string | undefined, flags: LintFlags) =>
      done(await runLint(topology, flags, shell)),
    );
}

function oneMore(glob: string, before: readonly string[] = []): readonly string[] {
  return [...before, glob];
}

/** What these mean where nothing is read or written but files. */
const narrower: Readonly<Record<string, string>> = {
  '--env': 'only this environment (default: all)',
  '--only': 'only this broker: rabbitmq or kafka (default: both)',
  '--service': 'only what these services are about',
};

function narrowing(command: Command): Command {
  for (const option of command.options)
    option.description = narrower[option.long ?? ''] ?? option.description;
  return command;
}

async function runLint(topology: string | undefined, flags: LintFlags, shell: Shell): Promise<number> {
  // Not by operations/index.ts: lint is run at every save, and needs nothing of what talks to brokers.
  const { lint } = await import('../operations/lint.ts');
  const linted = await lint(optionsFrom(topology, flags, shell));
  shell.settled();
  await tell(flags, shell, (told) => printed(linted, told, shell));
  // The other formats have no place for it.
  if (linted.leftOut.length > 0 && !['text', 'markdown'].includes(flags.format))
    shell.err(`left out: ${linted.leftOut.join(', ')}\n`);
  if (linted.fixed > 0) shell.err(`fixed ${linted.fixed} of what was found\n`);
  return reaches(linted.findings, flags.failOn) ? 2 : 0;
}

function optionsFrom(topology: string | undefined, flags: LintFlags, shell: Shell): LintOptions {
  if (flags.exclude !== undefined && flags.code === undefined)
    throw new UsageError('--exclude is about source code, and none is looked at', 'name it: --code src');
  const own = {
    code: flags.code,
    exclude: flags.exclude,
    rules: flags.rules,
    baseline: baselineFrom(flags),
    fix: flags.fix,
    today: new Date().toISOString().slice(0, 10),
  };
  if (flags.code !== undefined && topology === undefined) {
    requireTopologyFor(flags);
    return { ...own, variables: shell.variables };
  }
  const session = sessionFrom(topology, flags, shell);
  return {
    ...own,
    topology: session.topology,
    environment: flags.env,
    only: session.only,
    services: flags.service,
    variables: session.variables,
  };
}

/** What narrows a topology, where there is none, is a slip. */
function requireTopologyFor({ env, only, service, rules, fix }: LintFlags): void {
  const flags = { '--env': env, '--only': only, '--service': service, '--rules': rules, '--fix': fix };
  const stray = Object.entries(flags).find(([, value]) => value !== undefined)?.[0];
  if (stray === undefined) return;
  throw new UsageError(
    `${stray} is about a topology, and with --code alone none is looked at`,
    'name it: mqwarden lint topology --code src',
  );
}

async function printed(linted: Linted, flags: LintFlags, shell: Shell): Promise<string> {
  const { version } = await import('../version.ts');
  const report = { command: 'lint', version, failOn: flags.failOn, ...linted };
  switch (flags.format) {
    case 'json': {
      const { findingsAsJson } = await import('../report/findings-json.ts');
      return findingsAsJson(linted.findings);
    }
    case 'markdown': {
      const { lintAsMarkdown } = await import('../report/lint-markdown.ts');
      return lintAsMarkdown(report);
    }
    case 'text': {
      const { lintAsText } = await import('../report/lint-text.ts');
      return lintAsText(report, flags.color && shell.color.out);
    }
    default:
      return forTools(report, flags.format);
  }
}
