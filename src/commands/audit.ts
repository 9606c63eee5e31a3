import type { Command } from 'commander';
import { UsageError } from '../core/errors.ts';
import { reaches } from '../core/finding.ts';
import type { Audit } from '../operations/index.ts';
import { baselineFrom, forTools, type ReportFlags, reportOptions, tell } from './findings.ts';
import { everywhere, sessionFrom, type Shared } from './options.ts';
import type { Shell } from './shell.ts';

interface AuditFlags extends Shared, ReportFlags {
  readonly allEnvironments?: true;
  readonly against?: string;
  readonly credentials: boolean;
}

const examples = `
Examples:
  mqwarden audit --env production                       the checklist, with evidence
  mqwarden audit --env production --format markdown > checklist.md
  mqwarden audit --env production --no-credentials                     where the secret store is not to be read
  mqwarden audit --all-environments --format json --also markdown=checklist.md
  mqwarden audit --env production --against audit-2026-10.json         what got better, what got worse
  mqwarden audit --env production --baseline audit-baseline.json --write-baseline
  mqwarden audit topology --env staging --only kafka --fail-on warning`;

/** Registers `mqwarden audit`; `done` receives the exit code. */
export function auditCommand(program: Command, shell: Shell, done: (code: number) => void): void {
  const command = program
    .command('audit')
    .summary('answer the security checklist for the live brokers, with evidence')
    .description(
      'Looks at the brokers of an environment, and answers each check of the checklist: PASS, FAIL, N/A, or MANUAL where it cannot be known from outside. Reads, and tries connections; nothing is changed.',
    )
    .argument('[topology]', 'a file or a folder (default: ./topology or ./mqwarden.yaml)');
  reportOptions(command)
    .option('--all-environments', 'every environment of the topology, one after another')
    .option('--no-credentials', 'read no stored credential of a service, and log in as none')
    .option('--against <file>', 'what got better and worse since an audit of before (its --format json)');
  unnarrowed(everywhere(command))
    .addHelpText('after', examples)
    .action(async (topology: string | undefined, flags: AuditFlags) =>
      done(await runAudit(topology, flags, shell)),
    );
}

function unnarrowed(command: Command): Command {
  for (const option of command.options)
    if (option.long === '--service') option.description = 'not for audit, which is of a whole environment';
  return command;
}

async function runAudit(topology: string | undefined, flags: AuditFlags, shell: Shell): Promise<number> {
  const { audit, auditAll } = await import('../operations/index.ts');
  const { openFindings } = await import('../core/audit.ts');
  if (flags.service !== undefined)
    throw new UsageError(
      'audit is of a whole environment: a check of one service would say nothing of who else gets in',
      'leave --service out; mqwarden verify --service NAME proves what one service may do, and access NAME tells it',
    );
  if (flags.allEnvironments === true && flags.env !== undefined)
    throw new UsageError('--env and --all-environments cannot be asked for at once', 'choose one');
  const options = {
    ...sessionFrom(topology, flags, shell),
    now: new Date(),
    baseline: baselineFrom(flags),
    against: flags.against,
    credentials: flags.credentials,
  };
  const { requirePlace } = await import('../operations/reports.ts');
  for (const { file } of flags.also ?? []) await requirePlace(file);
  const audited = await (flags.allEnvironments === true ? auditAll(options) : audit(options));
  shell.settled();
  await tell(flags, shell, (told) => printed(audited, told, shell));
  return reaches(openFindings(audited), flags.failOn) ? 2 : 0;
}

async function printed(audited: Audit, { format, failOn, color }: AuditFlags, shell: Shell): Promise<string> {
  switch (format) {
    case 'json': {
      const { auditAsJson } = await import('../report/audit-json.ts');
      return auditAsJson(audited);
    }
    case 'markdown': {
      const { auditAsMarkdown } = await import('../report/audit-markdown.ts');
      return auditAsMarkdown(audited);
    }
    case 'text': {
      const { auditAsText } = await import('../report/audit-text.ts');
      return auditAsText(audited, color && shell.color.out);
    }
    default: {
      const { version } = await import('../version.ts');
      const { auditReport } = await import('../report/audit.ts');
      return forTools(auditReport(audited, version, failOn), format);
    }
  }
}
