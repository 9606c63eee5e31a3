import { resolve } from 'node:path';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { UsageError } from '../core/errors.ts';
import { severities, type Severity } from '../core/finding.ts';
import type { BaselineUse } from '../operations/accepted.ts';
import type { FindingsReport } from '../report/findings-report.ts';
import type { Shell } from './shell.ts';

/** The formats of lint, audit and verify that other tools read. */
export const toolFormats = ['sarif', 'junit', 'github'] as const;

const formats = ['text', 'json', 'markdown', ...toolFormats] as const;
type Format = (typeof formats)[number];

interface Copy {
  readonly format: Format;
  readonly file: string;
}

/** What lint and audit have in common. */
export interface ReportFlags {
  readonly format: Format;
  readonly also?: readonly Copy[];
  readonly failOn: Severity;
  readonly baseline?: string;
  readonly writeBaseline?: true;
  readonly pruneBaseline?: true;
  readonly color: boolean;
}

export function reportOptions(command: Command): Command {
  return command
    .addOption(new Option('--format <format>', 'how to print it').choices(formats).default('text'))
    .addOption(
      new Option('--also <format=file>', 'write it to a file, too; may be given several times').argParser(
        copy,
      ),
    )
    .addOption(new Option('--fail-on <severity>', 'exit 2 from this on').choices(severities).default('error'))
    .option('--baseline <file>', 'do not tell what this file has; tell what it has and is no longer found')
    .option('--write-baseline', 'write all that is found into the baseline')
    .option('--prune-baseline', 'take out of the baseline what is no longer found');
}

function copy(text: string, before: readonly Copy[] = []): readonly Copy[] {
  const at = text.indexOf('=');
  const format = formats.find((known) => known === text.slice(0, at));
  const file = text.slice(at + 1);
  if (format === undefined || file === '')
    throw new InvalidArgumentError(`write it as ${formats.join('|')}=FILE`);
  // No format is YAML, and whatever is there is replaced: a topology would be.
  if (/\.ya?ml$/i.test(file)) throw new InvalidArgumentError('a YAML file would be replaced: name another');
  if (before.some((one) => resolve(one.file) === resolve(file)))
    throw new InvalidArgumentError(`${file} is named twice`);
  return [...before, { format, file }];
}

export function baselineFrom({
  baseline,
  writeBaseline,
  pruneBaseline,
  also = [],
}: ReportFlags): BaselineUse | undefined {
  if (baseline === undefined) {
    const without = writeBaseline === true ? '--write-baseline' : '--prune-baseline';
    if (writeBaseline === undefined && pruneBaseline === undefined) return undefined;
    throw new UsageError(`${without} needs a baseline`, 'name it: --baseline FILE');
  }
  if (writeBaseline === true && pruneBaseline === true) {
    throw new UsageError('--write-baseline and --prune-baseline cannot be asked for at once', 'choose one');
  }
  if (also.some(({ file }) => resolve(file) === resolve(baseline)))
    throw new UsageError(`--also would write over the baseline ${baseline}`, 'name another file');
  return {
    file: baseline,
    then: writeBaseline === true ? 'write' : pruneBaseline === true ? 'prune' : 'compare',
  };
}

/** Writes the copies first: what is printed may be piped to somebody who closes the pipe. */
export async function tell<Flags extends ReportFlags>(
  flags: Flags,
  shell: Shell,
  print: (flags: Flags) => Promise<string>,
): Promise<void> {
  const { rewrite } = await import('../operations/reports.ts');
  for (const { format, file } of flags.also ?? [])
    await rewrite(file, shell.redaction.redact(await print({ ...flags, format, color: false })));
  shell.out(await print(flags));
}

export async function forTools(
  report: FindingsReport,
  format: (typeof toolFormats)[number],
): Promise<string> {
  switch (format) {
    case 'sarif':
      return (await import('../report/sarif.ts')).findingsAsSarif(report);
    case 'junit':
      return (await import('../report/junit.ts')).findingsAsJunit(report);
    case 'github':
      return (await import('../report/github.ts')).findingsAsAnnotations(report);
  }
}
