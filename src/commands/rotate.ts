import { type Command, Option } from 'commander';
import { RefusedError, UsageError } from '../core/errors.ts';
import type { Rotations } from '../core/rotation/report.ts';
import type { RotateOptions } from '../operations/rotate.ts';
import { duration, everywhere, sessionFrom, type Shared } from './options.ts';
import { type Shell, stopOnInterrupt } from './shell.ts';

interface RotateFlags extends Shared {
  readonly olderThan?: number;
  readonly grace: number;
  readonly emergency?: true;
  readonly abort?: true;
  readonly adopt?: true;
  readonly dryRun?: true;
  readonly yes?: true;
  readonly format: 'text' | 'json';
  /** False with --no-lock. */
  readonly lock: boolean;
  readonly lockTimeout: number;
}

const examples = `
Examples:
  mqwarden rotate --env staging --service order-service --dry-run
  mqwarden rotate --env production --older-than 30d --yes       from a schedule
  mqwarden rotate --env production --service order-service --emergency
  mqwarden rotate --env production --service order-service --abort`;

/** Registers `mqwarden rotate`; `done` receives the exit code. */
export function rotateCommand(program: Command, shell: Shell, done: (code: number) => void): void {
  const command = program
    .command('rotate')
    .summary("give services' credentials new passwords, without a moment in which none works")
    .description(
      'Makes the next generation of each credential, gives it to the services by the secret store, and takes the old one away when it is not used any more. What was interrupted goes on where it was.',
    )
    .argument('[topology]', 'a file or a folder (default: ./topology or ./mqwarden.yaml)')
    .option('--older-than <duration>', 'only credentials that are older, such as 30d', duration)
    .addOption(
      new Option('--grace <duration>', 'how long to wait for those who use the old credential')
        .argParser(duration)
        .default(600_000, '10m'),
    )
    .option('--emergency', 'do not wait for them: whoever uses the old credential is cut off')
    .option('--abort', 'go back to the old credential, while it lives')
    .option('--adopt', 'give a live user whose password is not stored one that is')
    .option('--dry-run', 'show the steps; write nothing')
    .option('--yes', 'do not ask; needed without a terminal')
    .addOption(new Option('--format <format>', 'how to print it').choices(['text', 'json']).default('text'))
    .addOption(
      new Option('--lock-timeout <duration>', 'how long to wait while another mqwarden writes')
        .argParser(duration)
        .default(60_000, '60s'),
    )
    .option('--no-lock', 'do not keep others from writing at the same time');
  everywhere(command)
    .addHelpText('after', examples)
    .action(async (topology: string | undefined, flags: RotateFlags) =>
      done(await runRotate(topology, flags, shell)),
    );
}

async function runRotate(topology: string | undefined, flags: RotateFlags, shell: Shell): Promise<number> {
  checkFlags(flags, shell);
  const { openAuditLog, planRotation, rotate } = await import('../operations/index.ts');
  const { rotationQuestion, rotationsAsText, stepAsText } = await import('../report/index.ts');
  const interrupt = new AbortController();
  const attended = flags.yes !== true;
  if (!attended) stopOnInterrupt(interrupt, shell);
  const options: RotateOptions = {
    ...sessionFrom(topology, flags, shell),
    services: [...new Set(flags.service ?? [])].sort(),
    wish: flags.abort === true ? 'abort' : flags.adopt === true ? 'adopt' : 'rotate',
    olderThanMs: flags.olderThan,
    graceMs: flags.grace,
    emergency: flags.emergency === true,
    now: () => new Date(),
    confirm: async (planned) => {
      shell.settled();
      if (!attended) return true;
      shell.err(rotationsAsText(planned, flags.color && shell.color.err));
      const goes = await shell.ask(rotationQuestion(planned));
      if (goes) stopOnInterrupt(interrupt, shell);
      return goes;
    },
    attended,
    lock: flags.lock ? { timeoutMs: flags.lockTimeout, notice: (text) => shell.err(`${text}\n`) } : 'none',
    auditLog: () => openAuditLog(flags.auditLog ?? '.mqwarden/audit.jsonl'),
    report: (of, step) => shell.err(stepAsText(of, step)),
    redact: (text) => shell.redaction.redact(text),
    stop: interrupt.signal,
  };
  const result = await (flags.dryRun === true ? planRotation(options) : rotate(options));
  shell.settled();
  if (result === undefined) throw new RefusedError('nothing was written');
  if (flags.format === 'json') {
    const { asJson } = await import('../report/json.ts');
    shell.out(`${asJson(result)}\n`);
  } else shell.out(rotationsAsText(result, flags.color && shell.color.out));
  return exitCode(result);
}

function checkFlags(flags: RotateFlags, shell: Shell): void {
  const ways = Object.entries({
    '--abort': flags.abort,
    '--adopt': flags.adopt,
    '--older-than': flags.olderThan,
  });
  const given = ways.filter(([, value]) => value !== undefined).map(([flag]) => flag);
  if (given.length > 1) {
    throw new UsageError(`${given.join(' and ')} do not go together`, 'give one of them');
  }
  if (flags.yes === true || flags.dryRun === true || shell.interactive) return;
  throw new UsageError(
    'there is no terminal to ask on',
    'see the steps with --dry-run, then rotate with --yes',
  );
}

/** 0 all that was asked for is done; 1 something failed; 2 something is blocked. */
function exitCode({ summary }: Rotations): number {
  if (summary.failed > 0) return 1;
  return summary.blocked > 0 ? 2 : 0;
}
