import { type Command, Option } from 'commander';
import { usualAges } from '../core/duration.ts';
import { duration, everywhere, sessionFrom, type Shared } from './options.ts';
import type { Shell } from './shell.ts';

interface ListFlags extends Shared {
  readonly warnAfter: number;
  readonly failAfter: number;
  readonly format: 'text' | 'json';
}

const examples = `
Examples:
  mqwarden credentials list --env production
  mqwarden credentials list --env production --format json --fail-after 60d`;

/** Registers `mqwarden credentials`; `done` receives the exit code. */
export function credentialsCommand(program: Command, shell: Shell, done: (code: number) => void): void {
  const command = program
    .command('credentials')
    .summary("the services' credentials")
    .description("The services' credentials, as their store has them.")
    .addHelpText('after', '\nExamples:\n  mqwarden credentials list --env production')
    .command('list')
    .summary('how old each credential is, and when it is due')
    .description('Reads the secret store: age, generation, last rotation, next due. Reaches no broker.')
    .argument('[topology]', 'a file or a folder (default: ./topology or ./mqwarden.yaml)')
    .addOption(
      new Option('--warn-after <duration>', 'due from this age on')
        .argParser(duration)
        .default(duration(usualAges.due), usualAges.due),
    )
    .addOption(
      new Option('--fail-after <duration>', 'exit 2 from this age on')
        .argParser(duration)
        .default(duration(usualAges.overdue), usualAges.overdue),
    )
    .addOption(new Option('--format <format>', 'how to print it').choices(['text', 'json']).default('text'));
  everywhere(command)
    .addHelpText('after', examples)
    .action(async (topology: string | undefined, flags: ListFlags) =>
      done(await runList(topology, flags, shell)),
    );
}

async function runList(topology: string | undefined, flags: ListFlags, shell: Shell): Promise<number> {
  const { listCredentials } = await import('../operations/index.ts');
  const ages = await listCredentials({
    ...sessionFrom(topology, flags, shell),
    services: flags.service ?? [],
    warnMs: flags.warnAfter,
    failMs: flags.failAfter,
    now: () => new Date(),
  });
  shell.settled();
  if (flags.format === 'json') {
    const { asJson } = await import('../report/json.ts');
    shell.out(`${asJson(ages)}\n`);
  } else {
    const { agesAsText } = await import('../report/index.ts');
    shell.out(agesAsText(ages, flags.color && shell.color.out));
  }
  return ages.summary.overdue > 0 ? 2 : 0;
}
