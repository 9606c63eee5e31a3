import { type Command, Option } from 'commander';
import { UsageError } from '../core/errors.ts';
import { reaches, severities, type Severity } from '../core/finding.ts';
import type { Audit } from '../operations/index.ts';
import { forTools, toolFormats } from './findings.ts';
import { everywhere, sessionFrom, type Shared } from './options.ts';
import type { Shell } from './shell.ts';

const formats = ['text', 'json', 'markdown', ...toolFormats] as const;

interface AuditFlags extends Shared {
  readonly format: (typeof formats)[number];
  readonly failOn: Severity;
  readonly allEnvironments?: true;
}

const examples = `
Examples:
  mqwarden audit --env production                       the checklist, with evidence
  mqwarden audit --env production --format markdown > checklist.md
  mqwarden audit --all-environments --format json
  mqwarden audit topology --env staging --only kafka --fail-on warning`;

/** Registers `mqwarden audit`; `done` receives the exit code. */
export function auditCommand(program: Command, shell: Shell, done: (code: number) => void): void {
  const command = program
    .command('audit')
    .summary('answer the security checklist for the live brokers, with evidence')
    .description(
      'Looks at the brokers of an environment, and answers each check of the checklist: PASS, FAIL, N/A, or MANUAL where it cannot be known from outside. Reads, and tries connections; nothing is changed.',
    )
    .argument('[topology]', 'a file or a folder (default: ./topology or ./mqwarden.yaml)')
    .addOption(new Option('--format <format>', 'how to print it').choices(formats).default('text'))
    .addOption(
      new Option('--fail-on <severity>', 'exit 2 from this on').choices(severities).default('error'),
    );
  command.option('--all-environments', 'every environment of the topology, one after another');
  everywhere(command)
    .addHelpText('after', examples)
    .action(async (topology: string | undefined, flags: AuditFlags) =>
      done(await runAudit(topology, flags, shell)),
    );
}

async function runAudit(topology: string | undefined, flags: AuditFlags, shell: Shell): Promise<number> {
  const { audit, auditAll } = await import('../operations/index.ts');
  const { openFindings } = await import('../core/audit.ts');
  if (flags.allEnvironments === true && flags.env !== undefined)
    throw new UsageError('--env and --all-environments cannot be asked for at once', 'choose one');
  const options = { ...sessionFrom(topology, flags, shell), now: new Date() };
  const audited = await (flags.allEnvironments === true ? auditAll(options) : audit(options));
  shell.settled();
  shell.out(await printed(audited, flags, shell));
  return reaches(openFindings(audited.findings), flags.failOn) ? 2 : 0;
}

async function printed(audited: Audit, { format, failOn, color }: AuditFlags, shell: Shell): Promise<string> {
  switch (format) {
    case 'json': {
      const { findingsAsJson } = await import('../report/findings-json.ts');
      const { topology, environment, findings } = audited;
      return findingsAsJson(findings, { topology, environment });
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
