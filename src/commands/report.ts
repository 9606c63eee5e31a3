import { type Command, Option } from 'commander';
import { UsageError } from '../core/errors.ts';
import type { ReportOptions } from '../operations/report.ts';
import type { PageModel } from '../report/page/model.ts';
import { everywhere, sessionFrom, type Shared } from './options.ts';
import type { Shell } from './shell.ts';

interface ReportFlags extends Shared {
  readonly out?: string;
  readonly live?: true;
  readonly offline?: true;
  readonly format: 'html' | 'json';
}

const examples = `
Examples:
  mqwarden report --env production --out report.html
  mqwarden report --env production --live --out live.html     the map of what the brokers have
  mqwarden report --env production --offline --format json    asks no broker and no store`;

/** Registers `mqwarden report`; `done` receives the exit code. */
export function reportCommand(program: Command, shell: Shell, done: (code: number) => void): void {
  const command = program
    .command('report')
    .summary('all that is known of an environment, as one page')
    .description(
      'Writes one self-contained HTML page: who uses what as a map, the access matrix, the checklist with evidence, drift, the ages of credentials and the blast radius of every service. Reads, and tries connections; nothing is changed.',
    )
    .argument('[topology]', 'a file or a folder (default: ./topology or ./mqwarden.yaml)')
    .option('--out <file>', 'where to write it, for its owner alone (default: stdout)')
    .option('--live', 'map what the live brokers know, instead of what the topology gives')
    .option('--offline', 'by the topology alone: neither a broker nor a store is asked')
    .addOption(new Option('--format <format>', 'how to write it').choices(['html', 'json']).default('html'));
  everywhere(command);
  for (const option of command.options)
    if (option.long === '--service') option.description = 'only what these services have to do with';
  command
    .addHelpText('after', examples)
    .action(async (topology: string | undefined, flags: ReportFlags) =>
      done(await runReport(topology, flags, shell)),
    );
}

async function runReport(topology: string | undefined, flags: ReportFlags, shell: Shell): Promise<number> {
  const { report, saveReport } = await import('../operations/report.ts');
  const { version } = await import('../version.ts');
  const model = await report({
    ...sessionFrom(topology, flags, shell),
    services: flags.service ?? [],
    look: lookOf(flags),
    now: new Date(),
    version,
  });
  shell.settled();
  // Before it is written: a page that is redacted afterwards would have its own script changed, and secrets that it escapes shown.
  const text = await written(shell.redaction.within(model), flags);
  if (flags.out === undefined) shell.clean(text);
  else await saveReport(flags.out, text);
  if (flags.offline === undefined) for (const line of missing(model)) shell.err(`warning ${line}\n`);
  if (flags.out !== undefined)
    shell.err(`saved as ${flags.out}, for you alone: it shows an attacker the way, too\n`);
  return 0;
}

function lookOf({ live, offline }: ReportFlags): ReportOptions['look'] {
  if (live === true && offline === true) {
    throw new UsageError('--live and --offline cannot be asked for at once', 'choose one');
  }
  return live === true ? 'live' : offline === true ? 'offline' : 'topology';
}

async function written(model: PageModel, { format }: ReportFlags): Promise<string> {
  switch (format) {
    case 'html': {
      const { pageOf } = await import('../report/page/page.ts');
      const { readPageAssets } = await import('../files/page.ts');
      return pageOf(model, await readPageAssets());
    }
    case 'json': {
      const { reportAsJson } = await import('../report/report-json.ts');
      return reportAsJson(model);
    }
  }
}

/** Nobody should have to look for what is not there. */
function missing({ checklist, drift, ages }: PageModel): string[] {
  return Object.entries({ checklist, drift, ages }).flatMap(([name, part]) =>
    part.is === 'left' ? [`the report has no ${name}: ${part.why}`] : [],
  );
}
