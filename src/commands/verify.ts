import { type Command, InvalidArgumentError, Option } from 'commander';
import { reaches, severities, type Severity } from '../core/finding.ts';
import type { Verification } from '../operations/index.ts';
import { forTools, toolFormats } from './findings.ts';
import { everywhere, sessionFrom, type Shared } from './options.ts';
import type { Shell } from './shell.ts';

const formats = ['text', 'json', 'markdown', ...toolFormats] as const;

interface VerifyFlags extends Shared {
  readonly format: (typeof formats)[number];
  readonly failOn: Severity;
  readonly most: number;
  readonly concurrency: number;
}

const examples = `
Examples:
  mqwarden verify --env staging                         every service, on both brokers
  mqwarden verify --env production --service order-service --only kafka
  mqwarden verify topology --env production --format json > verified.json
  mqwarden verify --env production --format junit > verified.xml`;

/** Registers `mqwarden verify`; `done` receives the exit code. */
export function verifyCommand(program: Command, shell: Shell, done: (code: number) => void): void {
  const command = program
    .command('verify')
    .summary('prove on the live brokers what each service may do')
    .description(
      'Logs in as each service and asks the brokers: what is granted must work, and what is not must be refused. No message is sent, received or counted, and nothing is changed.',
    )
    .argument('[topology]', 'a file or a folder (default: ./topology or ./mqwarden.yaml)')
    .addOption(new Option('--format <format>', 'how to print it').choices(formats).default('text'))
    .addOption(new Option('--fail-on <severity>', 'exit 2 from this on').choices(severities).default('error'))
    .addOption(
      new Option(
        '--most <number>',
        'of the things that are closed to a service by topology and live grants, ask about at most so many',
      )
        .argParser(count)
        .default(20),
    )
    .addOption(
      new Option('--concurrency <number>', 'services that are logged in at a time, on each broker')
        .argParser(count)
        .default(8),
    );
  everywhere(command)
    .addHelpText('after', examples)
    .action(async (topology: string | undefined, flags: VerifyFlags) =>
      done(await runVerify(topology, flags, shell)),
    );
}

function count(text: string): number {
  const value = Number(text);
  if (!/^\d{1,6}$/.test(text) || value < 1) throw new InvalidArgumentError('give a whole number from 1 on');
  return value;
}

async function runVerify(topology: string | undefined, flags: VerifyFlags, shell: Shell): Promise<number> {
  const { verify } = await import('../operations/index.ts');
  const verification = await verify({
    ...sessionFrom(topology, flags, shell),
    services: flags.service ?? [],
    most: flags.most,
    atATime: flags.concurrency,
  });
  shell.settled();
  shell.out(await printed(verification, flags, shell));
  return reaches(verification.findings, flags.failOn) ? 2 : 0;
}

async function printed(
  verification: Verification,
  { format, failOn, color }: VerifyFlags,
  shell: Shell,
): Promise<string> {
  switch (format) {
    case 'json': {
      const { verifyAsJson } = await import('../report/verify-json.ts');
      return verifyAsJson(verification);
    }
    case 'markdown': {
      const { verifyAsMarkdown } = await import('../report/verify-markdown.ts');
      return verifyAsMarkdown(verification);
    }
    case 'text': {
      const { verifyAsText } = await import('../report/verify-text.ts');
      return verifyAsText(verification, color && shell.color.out);
    }
    default: {
      const { version } = await import('../version.ts');
      const { verifyReport } = await import('../report/verify.ts');
      return forTools(verifyReport(verification, version, failOn), format);
    }
  }
}
